"""Workbooks, sheet by sheet."""
