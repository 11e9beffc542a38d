"""A checkpoint tried out: what it answers to samples, and how well it does on the part that was held out."""
