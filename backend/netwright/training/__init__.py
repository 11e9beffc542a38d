"""From a module and data to a trained checkpoint: config, loop, objectives, optimizers, schedules, metrics."""
