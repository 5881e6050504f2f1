"""The formats of a report, a module each: the neutral report in, bytes out.

The law of this room: a format sets what the document says and adds nothing.
"""
