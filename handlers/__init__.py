"""Slack's edge: one file for each surface, views beside them."""
