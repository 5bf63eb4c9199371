"""What counts as a line of an adapter: code, without tables, the tape apart; and each of ours is as short as an adapter is said to be."""

from __future__ import annotations

import pytest
from adapter_lines import adapter_lines, code_lines

SOURCE = '''"""What it is for."""

# why
LIMIT = 3  # behind code


class Thing:
    """One."""

    def call(self):
        """Several

        lines.
        """
        return (
            LIMIT,
        )


TEXT = """
a text that is used
"""
'''


def test_blank_lines_comments_and_docstrings_are_no_code():
    assert code_lines(SOURCE) == 9  # LIMIT, class, def, three of the return, three of the text


@pytest.mark.parametrize("name", ["autograd", "mygrad", "mlx", "jax", "tensorflow", "paddle"])
def test_each_adapter_has_at_most_120_lines_of_code(name: str):
    lines = adapter_lines(name)
    assert 0 < lines.adapter <= 120
    assert lines.tape <= 120
    assert lines.whole >= lines.adapter + lines.tape
