"""The manager's weekly digest."""
