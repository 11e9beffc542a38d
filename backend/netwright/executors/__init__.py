"""How a worker is started, asked about and ended.  The only engine-specific code."""
