"""What is asked, of whom, when; ballots, the count, releases; people and roles; everything stored."""
