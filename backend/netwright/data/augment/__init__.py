"""Augmentations: what training does to its own samples, anew at every step, and never to those that it is measured on."""
