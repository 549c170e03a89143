"""The Home tab, and what is stored about its reader."""
