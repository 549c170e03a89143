"""What Orgpulse runs on, and the sandbox it is developed against."""
