"""Leaders' questions in plain words, and their answers."""
