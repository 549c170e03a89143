"""The commands of `orgpulse`, one file for each."""
