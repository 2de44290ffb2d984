"""What a crowd study does with the tables: items drawn, work given out, answers kept."""
