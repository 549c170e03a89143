"""What admins do in Slack: setup, and Slack's own word about who joined and changed."""
