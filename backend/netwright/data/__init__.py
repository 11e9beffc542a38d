"""Sources of data, splits, preprocessing, previews."""
