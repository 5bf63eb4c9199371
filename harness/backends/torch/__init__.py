"""PyTorch: its spellings, its ways to a derivative, its tape, and the native source (every op of its OpInfo database)."""
