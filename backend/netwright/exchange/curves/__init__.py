"""Curves of runs as files that others read and write: TensorBoard's event files, and CSV."""
