"""Reads records; writes HTML, Markdown, JUnit and a badge. Imports nothing of ours but the record.

render_html(read_events("reports/out/latest")) -> str
"""

from reports.badge import render_badge
from reports.html import render_html
from reports.junit import render_junit
from reports.markdown import render_markdown

__all__ = ["render_badge", "render_html", "render_junit", "render_markdown"]
