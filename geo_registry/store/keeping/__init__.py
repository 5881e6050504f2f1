"""What keeps a store: the proof that it is what its commits say, and checked copies of it."""
