"""The catalogue in NumPy's words, for libraries that speak like NumPy."""
