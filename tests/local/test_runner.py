"""What `./dev run` promises of its processes."""

import os
import socket
import sys
import time

import pytest

from partnerships.local.embedded import ServerError
from partnerships.local.runner import Supervised, only_one, refuse_taken_port


@pytest.fixture
def supervised(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    supervised = Supervised("web", command, dict(os.environ), tmp_path / "web.pid", pause=0.05)
    supervised.start()
    yield supervised
    supervised.kill()


def test_process_that_was_killed_is_started_again_after_a_pause(supervised):
    first = supervised.process
    first.kill()
    first.wait()

    supervised.look_after()
    paused = supervised.process is None
    end = time.monotonic() + 5
    while supervised.process is None and time.monotonic() < end:
        supervised.look_after()

    assert paused
    assert supervised.process.pid != first.pid
    assert supervised.pause == 0.1


def test_ended_process_leaves_no_note_and_no_process(supervised):
    supervised.kill()

    assert supervised.ended()
    assert not supervised.note.exists()


def test_taken_port_is_refused_with_the_option_that_helps():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ServerError, match=f"--port {port + 1}"):
            refuse_taken_port(port)


def test_second_run_of_one_checkout_is_told_where_the_first_is(tmp_path):
    with only_one(tmp_path / "run", 8000):
        with pytest.raises(ServerError, match=r"http://127\.0\.0\.1:8000/"):
            with only_one(tmp_path / "run", 8001):
                pass
