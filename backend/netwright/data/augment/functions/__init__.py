"""Augmentations as plain functions over a batch: what training runs, and what an exported project gets as it stands.

Each draws its random numbers from a generator on the CPU, one draw for each sample, whatever device the batch is on: so the
same seed gives the same pictures everywhere, and nothing is read back from a GPU.  There is no loop over samples.

A module here imports nothing but torch, NumPy and its neighbours; its functions have names of their own across all of them,
so that any of them can be copied out with what it calls.
"""
