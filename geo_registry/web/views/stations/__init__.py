"""Pages and addresses of one station."""
