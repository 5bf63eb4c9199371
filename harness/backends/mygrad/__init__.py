"""MyGrad: NumPy's words on tensors with a tape."""
