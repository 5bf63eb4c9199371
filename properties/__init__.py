"""The mathematics: the laws that an autograd must keep, and the pytest suite that runs them."""
