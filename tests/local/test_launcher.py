"""`./dev` finds a Python by itself, or says plainly what is missing."""

import shutil
import subprocess
import sys

import pytest

from partnerships.local.processes import ROOT

GOOD = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = "#!/bin/sh\nexit 3\n"


@pytest.fixture
def checkout(tmp_path):
    """A copy of the launcher, whose next stage only tells which Python started it."""
    folder = tmp_path / "check out"
    stage = folder / "partnerships" / "local" / "install.py"
    stage.parent.mkdir(parents=True)
    stage.write_text("import sys; print('started with', *sys.argv[1:])")
    shutil.copy(ROOT / "dev", folder / "dev")
    return folder


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def start(checkout, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir(exist_ok=True)
    for tool in ("sh", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool))
    return subprocess.run(
        [checkout / "dev", "run", "two words"],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "place", ["bin/python3.13", "bin/python", ".pyenv/versions/3.13.0/bin/python3"]
)
def test_launcher_passes_over_an_old_python_and_finds_a_newer_one(checkout, tmp_path, place):
    put(tmp_path / "bin" / "python3", TOO_OLD)
    put(tmp_path / place, GOOD)

    ended = start(checkout, tmp_path)

    assert ended.stdout == "started with run two words\n"


@pytest.mark.parametrize(
    ("python", "advice"),
    [(TOO_OLD, "needs Python 3.12 or newer"), (WITHOUT_VENV, "apt-get install python3-venv")],
)
def test_launcher_without_a_usable_python_says_what_to_do(checkout, tmp_path, python, advice):
    put(tmp_path / "bin" / "python3", python)

    ended = start(checkout, tmp_path)

    assert ended.returncode == 1
    assert advice in ended.stderr


def test_launcher_asks_uv_when_there_is_no_python(checkout, tmp_path):
    put(tmp_path / "uv-python", GOOD)
    put(tmp_path / "bin" / "uv", f'#!/bin/sh\necho "{tmp_path}/uv-python"\n')

    ended = start(checkout, tmp_path)

    assert ended.stdout == "started with run two words\n"
