"""The workspace as Slack would remember it."""
