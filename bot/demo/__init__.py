"""`orgpulse demo`: a sandbox, the bot and a simulated company in one process."""
