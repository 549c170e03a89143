"""Rounds: when a pulse opens, whom it asks when, what they answer, when it closes."""
