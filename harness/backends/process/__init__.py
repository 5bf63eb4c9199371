"""An adapter in another process: messages, the worker that answers them, and the one who starts it and starts it again."""
