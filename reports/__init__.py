"""Readers of records: HTML, Markdown, JUnit, summary. Imports nothing of ours but harness.record."""
