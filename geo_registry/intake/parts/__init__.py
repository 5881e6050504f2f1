"""What several readers share: signatures, encodings, archives, markup, cells and geometries."""
