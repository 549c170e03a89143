"""The pulse: asked, answered, declined, and looked at before it is sent."""
