"""Actions: logging what was done, its marks on charts, and what is said about its effect."""
