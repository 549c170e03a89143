"""`make bench`: how well and how fast, each figure with its baseline from the same run. Not part of the tests."""
