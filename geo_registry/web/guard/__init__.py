"""What stands before every view: who asks, whether they may, how much at a time, and what is noted of it."""
