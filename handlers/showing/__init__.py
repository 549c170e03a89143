"""How figures and states are shown: blocks, charts, the wheel, words around numbers."""
