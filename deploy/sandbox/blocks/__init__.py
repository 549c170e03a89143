"""Block Kit: what may be drawn, where, and how much of it."""
