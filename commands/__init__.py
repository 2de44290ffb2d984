"""The terminal's commands, one module per noun. They call what pages call."""
