"""The servers under `./dev`: shared, stopped by the last one out, and never lost to a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from partnerships.local.embedded import ServerError, Servers, private_folder
from partnerships.local.processes import ROOT, read_pid

HOLD_A_LEASE = """
import sys, time
from pathlib import Path
from partnerships.local.embedded import Servers
servers = Servers(Path(sys.argv[1]), durable=False)
servers.acquire()
print("acquired", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    yield folder
    servers = Servers(folder, durable=False)
    servers.stop_all()
    servers.postgres.remove()


@pytest.fixture
def servers(state):
    servers = Servers(state, durable=False)
    yield servers
    servers.release()
    if servers.caretaker:
        servers.caretaker.wait(5)


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def running(servers):
    return servers.postgres.running() and servers.valkey.running()


def stopped(servers):
    return not servers.postgres.running() and not servers.valkey.running()


def test_last_one_out_stops_the_servers_and_leaves_no_socket(state, servers):
    second = Servers(state, durable=False)
    servers.acquire()
    second.acquire()

    servers.release()
    after_the_first = running(servers)
    second.release()

    assert after_the_first
    assert stopped(servers)
    assert not servers.valkey.sockets.exists()
    assert not servers.postgres.sockets.exists()


def test_servers_of_a_killed_command_are_stopped_for_it(state, servers):
    command = [sys.executable, "-c", HOLD_A_LEASE, str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        wait_until(lambda: "acquired" in holder.stdout.readline())
        held = running(servers)

        holder.kill()

    assert held
    wait_until(lambda: stopped(servers) and not servers.valkey.sockets.exists())


def test_servers_start_after_everything_was_killed(servers):
    servers.acquire()
    wait_until(lambda: read_pid(servers.locks / "caretaker") == servers.caretaker.pid)
    for path in (
        servers.locks / "caretaker",
        servers.postgres.pid_file,
        servers.valkey.pid_file,
    ):
        os.kill(read_pid(path), signal.SIGKILL)
    # The worst leftover: by now the number belongs to somebody who is alive and well.
    wait_until(lambda: stopped(servers))
    lines = servers.postgres.pid_file.read_text().splitlines()
    servers.postgres.pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    servers.acquire()

    assert running(servers)


def test_caretaker_starts_a_fallen_server_again(servers):
    servers.acquire()
    before = read_pid(servers.postgres.pid_file)

    os.kill(before, signal.SIGKILL)

    wait_until(lambda: running(servers) and read_pid(servers.postgres.pid_file) != before)


def test_two_checkouts_share_nothing(tmp_path):
    here = Servers(tmp_path / "here" / ".local", durable=True)
    there = Servers(tmp_path / "there" / ".local", durable=True)

    assert here.postgres.url != there.postgres.url
    assert here.valkey.url != there.valkey.url
    assert len(str(here.postgres.sockets / ".s.PGSQL.5432")) <= 107


def test_a_folder_that_is_somebody_elses_link_is_refused(tmp_path):
    (tmp_path / "ours").symlink_to(tmp_path)

    with pytest.raises(ServerError, match="belongs to somebody else"):
        private_folder(Path(tmp_path / "ours"))
