"""The sections of a station report, a module a subject: inputs in, blocks of plain values out."""
