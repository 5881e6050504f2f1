"""Many record versions at once: their columns in Arrow, their canonical text, their way into the file."""
