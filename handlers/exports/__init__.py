"""A page for a slide, for whoever leads a unit: in Slack, and at the machine."""
