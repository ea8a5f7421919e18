"""The words after `./dev`. What they mean stands in `install.USAGE`."""

import argparse
import os
import shutil
import subprocess
import sys

from partnerships.local import runner, testing
from partnerships.local.bench import bench
from partnerships.local.child import manage, run_child
from partnerships.local.embedded import ServerError, Servers
from partnerships.local.environment import acquire, local_environment, state_folder
from partnerships.local.install import USAGE


def main() -> int:
    command, *rest = sys.argv[1:]
    try:
        match command:
            case "run":
                options = argparse.ArgumentParser(prog="./dev run")
                options.add_argument("--port", type=int, default=8000)
                options.add_argument("--debug", action="store_true")
                chosen = options.parse_args(rest)
                return runner.run(port=chosen.port, debug=chosen.debug)
            case "test":
                return testing.test(rest)
            case "check":
                options = argparse.ArgumentParser(prog="./dev check")
                options.add_argument(
                    "--fix", action="store_true", help="format, and mend what can be"
                )
                return testing.check(fix=options.parse_args(rest).fix)
            case "bench":
                return bench(rest)
            case "manage":
                return on_the_run_database(manage(*rest))
            case "demo":
                return demo(rest)
        print(f"There is no ./dev {command}.\n\n{USAGE}", end="", file=sys.stderr)
    except ServerError as problem:
        print(problem, file=sys.stderr)
    except subprocess.CalledProcessError as problem:
        print(f"{problem}", file=sys.stderr)
    return 2


def on_the_run_database(command: list[str]) -> int:
    """Beside a running portal or without one."""
    servers = Servers(state_folder(), durable=True, tell=_quietly)
    try:
        acquire(servers)
        return run_child(command, environment=local_environment(servers), servers=servers)
    finally:
        servers.release()


def demo(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(prog="./dev demo")
    choice = options.add_mutually_exclusive_group()
    choice.add_argument("--remove", action="store_true", help="take the region out again")
    choice.add_argument("--reset", action="store_true", help="begin anew with an empty database")
    chosen = options.parse_args(arguments)
    if chosen.reset:
        return reset()
    if chosen.remove:
        return on_the_run_database(manage("load_demo", "--remove"))
    prepare = [sys.executable, "-m", "partnerships.local.prepare", "--demo", "again"]
    return on_the_run_database(prepare)


def reset() -> int:
    """Remove the embedded run database and what belongs to it; the secret key stays."""
    if "DATABASE_URL" in os.environ:
        raise ServerError("DATABASE_URL names a database of your own: empty that one yourself.")
    servers = Servers(state_folder(), durable=True)
    if servers.in_use():
        raise ServerError("The portal or a command on its database is running: stop it first.")
    servers.stop_all()
    servers.postgres.remove()
    for name in ("valkey", "mail", "journals", "static"):
        shutil.rmtree(servers.state / name, ignore_errors=True)
    for path in servers.state.glob("beat-schedule*"):
        path.unlink()
    print("The run database is gone. ./dev run makes a new one, with the demonstration region.")
    return 0


def _quietly(line: str) -> None:
    """A command's own output is what is asked for, often by a pipe."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
