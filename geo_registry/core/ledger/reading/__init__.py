"""From a sender's cells to values: pure readers of text, each saying what it could not read."""
