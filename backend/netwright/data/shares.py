"""How many samples a share holds out."""


def count_held_out(fraction: float, num_samples: int, most: int) -> int:
    """``fraction`` of ``num_samples``, rounded: one at least, but never more than ``most``."""
    return min(max(1, round(fraction * num_samples)), most)
