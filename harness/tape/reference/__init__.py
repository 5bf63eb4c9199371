"""Our own autograd: a tape in NumPy that follows the documents word for word, with which others are compared."""
