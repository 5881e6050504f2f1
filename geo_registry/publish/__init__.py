"""Values in, bytes out: tiles, styles, maps, reports and exports.

The law of this room: it is handed frames, a catalog and what is asked for, and hands back bytes. It reads
no store, no settings and no clock, decides nothing about rights or membership, and the same values give the
same bytes.
"""
