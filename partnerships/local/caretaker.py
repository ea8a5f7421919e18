"""Stops the servers when the last command that used them could not (kill -9, a closed
terminal), and starts one again that fell. Started by `embedded.Servers`, one per state folder."""

import argparse
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from partnerships.local.embedded import ServerError, Servers


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--fleeting", action="store_true")
    options = parser.parse_args()
    servers = Servers(options.state, durable=not options.fleeting, tell=_note)
    with (servers.locks / "caretaker").open("a+") as seat:
        try:
            fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        seat.truncate(0)
        seat.write(f"{os.getpid()}\n")
        seat.flush()
        while _one_round(servers):
            time.sleep(0.3)


def _one_round(servers: Servers) -> bool:
    try:
        return servers.look_after()
    except (ServerError, subprocess.CalledProcessError) as problem:
        _note(str(problem))
        time.sleep(5)
        return True


def _note(line: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
