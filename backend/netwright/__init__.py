"""Netwright: draw a neural network, train it, watch it learn, take it home as PyTorch."""

__version__ = "0.1.0"
