"""First contact: what a rep is told before they are asked for the first time, and their choice to be asked."""
