"""Where Slack's requests come in: rights, and what happens when something fails."""
