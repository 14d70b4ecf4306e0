"""A whole map as one HTML file: opens from a disk, asks nothing of any network."""
