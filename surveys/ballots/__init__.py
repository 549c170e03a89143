"""Sealed answers: keys, ballots, diaries. Only the count opens them."""
