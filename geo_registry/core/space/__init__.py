"""Where things are and how far apart: datums, exact geodesy, and the search for what is near."""
