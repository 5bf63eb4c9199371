"""TensorFlow: gradient tapes, persistent ones, unconnected gradients."""
