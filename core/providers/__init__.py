"""Doors to language models: `base` holds the interface, then one file per provider."""
