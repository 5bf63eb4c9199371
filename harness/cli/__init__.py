"""The command line: `main` is the entry point of `autograd-harness`, every verb a module of its own."""

from harness.cli.command import main

__all__ = ["main"]
