"""What the map asks beside its tiles."""
