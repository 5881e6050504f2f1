"""Pure functions of frames and arrays: no Flask, SQL, files, network, clock, chance or settings."""
