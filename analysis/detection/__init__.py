"""Detection: drift of one stage, the cycle over all of them, and how sure that is."""
