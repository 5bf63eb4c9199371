"""State machines: random sequences of actions on a tape, compared step by step with the reference."""
