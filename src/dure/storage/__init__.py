"""The node's own state: database, vault, keys, assets, backup."""
