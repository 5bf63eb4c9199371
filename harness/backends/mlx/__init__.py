"""MLX on the CPU: float32 arrays and function transforms."""
