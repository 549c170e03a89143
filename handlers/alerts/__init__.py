"""Alerts: what leaders are told, and what they do about it."""
