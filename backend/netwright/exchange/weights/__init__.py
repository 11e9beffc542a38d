"""Weights from files: what they hold, which node of a network each tensor belongs to, and how they get there."""
