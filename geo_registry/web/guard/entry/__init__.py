"""The way in: an id, the client's own address, its body, its gate, its limits; and what is noted of it."""

from geo_registry.web.guard.entry.way_in import has_pages, limit, of_this, register, request_id

__all__ = ["has_pages", "limit", "of_this", "register", "request_id"]
