"""The question bank: items as data files, and which of them a week asks."""
