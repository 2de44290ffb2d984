"""Setting up a study with people, without a browser."""
