"""Errors of ours as the command line tells them: the sentence, and exit code 4; 5 where what was asked for leaves nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from harness.backends import BackendError
from harness.program.error_words import first_line
from harness.record import RecordError
from harness.running.misuse import Misuse, NothingSelected


class Nothing(click.ClickException):
    """Every name is known, and nothing is left to do."""

    exit_code = 5


@contextmanager
def told_plainly() -> Iterator[None]:
    """A wrong name, file or folder met in the block ends the command with its sentence instead of a traceback."""
    try:
        yield
    except NothingSelected as error:
        raise Nothing(str(error)) from None
    except (Misuse, RecordError, BackendError) as error:
        raise click.ClickException(str(error)) from None
    except MemoryError as error:
        raise click.ClickException(f"there is not memory enough: {first_line(error, 'an array is too large')}. Ask for smaller arrays.") from None
