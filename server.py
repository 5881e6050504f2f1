"""The application for any WSGI server (`server:create_app`, a factory); as a program it serves the map."""

from __future__ import annotations

from geo_registry.cli import main
from geo_registry.web.serving import application as create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    main(["serve", "--demo"])
