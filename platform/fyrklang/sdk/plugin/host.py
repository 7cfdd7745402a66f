"""The plugin's own process: `python -m fyrklang.sdk.plugin.host <package>`, started by the platform.

It has no environment, no credentials and a limit on memory, and lives until its input ends. It is no
sandbox: code that means harm can read what the account may read. Plugins are chosen by whoever runs the
platform; the walls here are against mistakes, and against reading another förbund through the SDK.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, NoReturn

import pluggy

from fyrklang.sdk.plugin.facade import Ask, Denied, Plugin
from fyrklang.sdk.plugin.specs import PROJECT, Hooks
from fyrklang.sdk.plugin.wire import plain

Say = Callable[[dict[str, Any]], None]

MEMORY = 512 * 1024 * 1024
OPEN_FILES = 64
ON_THE_PATH = 2
"""Where the plugin's folder stands among the arguments, if it is not installed."""


def serve(package: str, line_in: BinaryIO, line_out: BinaryIO) -> None:
    """Answer calls until the input ends."""

    def say(message: dict[str, Any]) -> None:
        line_out.write(json.dumps(plain(message), default=str).encode() + b"\n")
        line_out.flush()

    def ask(what: str, args: dict[str, Any]) -> Any:
        say({"ask": what, "args": args})
        answer = json.loads(line_in.readline())
        if "denied" in answer:
            raise Denied(answer["denied"])
        return answer["answer"]

    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    manager.register(import_module(package))
    manager.check_pending()
    say({"ready": sorted(name for name in vars(manager.hook) if getattr(manager.hook, name).get_hookimpls())})
    for line in iter(line_in.readline, b""):
        # A process of its own for each call: nothing that one förbund's call leaves behind, on purpose or
        # not, is there when another's comes.
        child = os.fork()
        if not child:
            _answer(manager, json.loads(line), ask, say)
        if os.waitpid(child, 0)[1]:
            say({"fault": "avbröt sig"})
            return


def _answer(manager: pluggy.PluginManager, call: dict[str, Any], ask: Ask, say: Say) -> NoReturn:
    try:
        answer = getattr(manager.hook, call["hook"])(plugin=Plugin(ask, call["given"]), **call["args"])
        message = {"result": plain(answer)}
    except Exception as fault:  # noqa: BLE001 - whatever the plugin does, it is told and counted
        message = {"fault": f"{type(fault).__name__}: {fault}"[:500]}
    except BaseException:  # noqa: BLE001 - SystemExit must not run the host's own clean-up in a copy of it
        os._exit(1)
    say(message)
    os._exit(0)


def main() -> None:
    """Shut the doors, then load the plugin."""
    line_in, line_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    # Whatever the plugin prints must not be taken for an answer.
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if len(sys.argv) > ON_THE_PATH:
        sys.path.append(sys.argv[ON_THE_PATH])
    serve(sys.argv[1], line_in, line_out)


if __name__ == "__main__":
    main()
