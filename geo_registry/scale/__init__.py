"""The same audit on several processes or machines: split by place, call the core, add up.

Sources are written as GeoParquet, a file for each stretch of a Hilbert curve, so that one file is one
neighbourhood. Each is audited against the stations in its reach by the core's own functions, and as every
source lies in one file alone, counts add up. Only `cluster` needs the extra for it.
"""
