"""PaddlePaddle: a tape, grad and its options."""
