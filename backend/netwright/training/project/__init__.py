"""A run as a project of plain PyTorch: ``data.py``, ``train.py`` that repeats its first losses, ``predict.py``."""
