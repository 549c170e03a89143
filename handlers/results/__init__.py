"""Results for those who were asked: what everybody said together, what was done, and what they think of it."""
