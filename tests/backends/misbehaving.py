"""An adapter in another process that does what its first argument says, after a proper hello."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def answer(question: dict[str, Any], habit: str) -> None:
    if question["do"] == "hello" and habit != "mute":
        head = {"protocol": 99} if habit == "future" else {}
        ops = [] if habit == "nothing" else ["multiply", "exp"]
        print(json.dumps({"id": question["id"], "name": "odd", "version": "1", "ops": ops} | head), flush=True)
        return
    match habit:
        case "segfault":
            os.kill(os.getpid(), 11)
        case "exit":
            print("cannot go on", file=sys.stderr, flush=True)
            os._exit(3)
        case "hang" | "mute":
            time.sleep(600)
        case "chatty":
            print("epoch 1", flush=True)
        case "confused":
            print(json.dumps({"id": -1}), flush=True)
        case "refuses":
            print(json.dumps({"id": question["id"], "error": "odd does not do that.", "unsupported": True}), flush=True)
        case "short" | "strange" | "other shape" | "no outputs":
            made = {"dtype": "float7" if habit == "strange" else "float64", "shape": [3] if habit == "other shape" else [2, 2]}
            outputs = [] if habit == "no outputs" else [made | {"values": [1.0] * (4 if habit == "strange" else 3)}]
            print(json.dumps({"id": question["id"], "outputs": outputs, "gradients": outputs}), flush=True)
        case "raises":
            print(json.dumps({"id": question["id"], "error": "ValueError: no"}), flush=True)


if __name__ == "__main__":
    for line in sys.stdin:
        answer(json.loads(line), sys.argv[1])
