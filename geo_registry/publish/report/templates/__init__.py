"""A bureau's own Word template: the same document, set as the bureau sets its papers.

The law of this room: a template is a stranger's file. It gets plain words and may choose, loop and lay out;
it calls nothing, reaches nothing, and is stopped where it takes too long.
"""

from geo_registry.publish.report.templates.filling import fill
from geo_registry.publish.report.templates.sample import sample

__all__ = ["fill", "sample"]
