"""`python -m geo_registry` is the command line."""

from geo_registry.cli import main

if __name__ == "__main__":
    main()
