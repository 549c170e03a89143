"""What the count works with: who is counted together, sums over them, noise, and what is taken out of words."""
