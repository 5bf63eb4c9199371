"""jax: its spellings and its ways to a derivative."""
