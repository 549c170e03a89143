"""People, units and roles: the organisation that is asked and told."""
