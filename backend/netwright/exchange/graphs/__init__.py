"""Networks from other programs: read as data, mapped to layers of the catalogue, folded into blocks."""
