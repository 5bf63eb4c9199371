"""A process that answers questions, started when it is needed, watched, and started again after it died.

ask(question) -> answer        or Died: it ended (CRASHED) or gave no answer in time (HUNG); the next question starts it anew
"""

from __future__ import annotations

import atexit
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO

import msgspec

import harness
from harness.backends.process.messages import Answer, Question
from harness.backends.protocol import Died, Unsupported

START_SECONDS = 120.0  # a framework's import on a loaded machine
ANSWER_SECONDS = 20.0  # a third of what a cell of the shortest profile may take, so that the process is called HUNG, not the cell
_SHOWN = 400  # characters of what was written last


class ProcessError(RuntimeError):
    """The process broke the protocol, or raised; the message is one sentence with a remedy, or what it said itself."""


class Worker:
    """One process at a time, speaking JSON lines on its stdin and stdout."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the worker)
        self._late = False
        atexit.register(self.stop)

    def ask(self, question: Question, seconds: float = ANSWER_SECONDS) -> Answer:
        """The answer to `question`.

        Raises:
            Died: the process ended, or gave no answer within `seconds` and was ended.
            Unsupported: it says that it does not do this.
            ProcessError: it says that something went wrong, or what it wrote is no answer.
        """
        line = self._exchange(msgspec.json.encode(question) + b"\n", seconds)
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except msgspec.DecodeError as error:
            self.stop()
            raise ProcessError(f"the adapter wrote {_shown(line)!r} to stdout, which is no answer ({error}). Print to stderr instead.") from None
        if answer.id != question.id:
            self.stop()
            raise ProcessError(f"the adapter answered question {answer.id}, not {question.id}. Write exactly one line per question, with its id.")
        if answer.error:
            raise (Unsupported if answer.unsupported else ProcessError)(answer.error)
        return answer

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe:
                        pipe.close()

    def _exchange(self, line: bytes, seconds: float) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        self._late, timer = False, Timer(seconds, self._give_up, [process])
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:  # a pipe that nobody holds any more
            answer = b""
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            raise self._death(process, seconds)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._log.seek(0)
            self._log.truncate()
            inherited = os.environ.get("PYTHONPATH")
            home = str(Path(harness.__file__).parents[1])
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([home, *([inherited] if inherited else [])])}
            self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=environment)
        return self._process

    def _give_up(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        process.kill()

    def _death(self, process: subprocess.Popen[bytes], seconds: float) -> Died:
        late = self._late
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)  # it closed its stdout: give it the time to tell how it ended
        code = process.poll()
        self.stop()
        last = self._last_words()
        said = f" Its last words: {last}" if last else ""
        if late:
            return Died(f"the adapter's process gave no answer in {seconds:g} s and was ended.{said}", hung=True)
        return Died(f"the adapter's process {ending(code)} instead of answering.{said}", hung=False)

    def _last_words(self) -> str:
        self._log.seek(0)
        return _shown(self._log.read().rstrip())


def python_worker(python: str, name: str) -> Worker:
    """The backend called `name` in the Python environment whose interpreter is `python`."""
    return Worker([python, "-m", "harness.backends.process.serve", name])


def command_worker(command: str) -> Worker:
    """What a shell would start, without a shell."""
    return Worker(shlex.split(command, posix=sys.platform != "win32"))


def ending(code: int | None) -> str:
    """How a process ended, by its exit code."""
    if code is None:
        return "closed its stdout"
    if code < 0:
        with suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
    return f"exited with code {code}"


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "replace").strip()[-_SHOWN:]
