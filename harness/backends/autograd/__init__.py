"""HIPS autograd: NumPy's words, recorded."""
