"""One user intent each: networks, datasets, runs, checkpoints, hub (events to store and browsers)."""
