"""Numbers and words from releases: pure, seeded, no Slack, no database, no clock."""
