"""How PyTorch's threads wait for each other."""

import os

SHORT_SPIN = ("GOMP_SPINCOUNT", "10000")
"""OpenMP threads that wait spin by default for milliseconds.  Where another process takes a core meanwhile (the server, a
browser that draws curves), all others spin for the one that was put to sleep, at each operation: a small network was seen to
train 30 times slower.  After 10,000 turns (some 20 microseconds) they sleep instead."""


def spin_briefly() -> None:
    """Must be called before torch is imported; a choice made in the environment stands."""
    os.environ.setdefault(*SHORT_SPIN)
