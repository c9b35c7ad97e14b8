"""What do we know? Snapshots of the passages, and the search in them."""
