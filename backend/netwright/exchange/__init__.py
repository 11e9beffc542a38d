"""Out: weights in the formats that other tools read."""
