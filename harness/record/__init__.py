"""The event log of a run (NDJSON), case files and the baseline of known findings."""
