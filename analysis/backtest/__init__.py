"""What the alarms would have said on past survey data."""
