"""When `./dev` installs anew, and when it does not."""

import pytest

from partnerships.local import install


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose environment is complete."""
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "PYTHON", tmp_path / ".venv" / "python")
    monkeypatch.setattr(install, "UNFINISHED", tmp_path / "unfinished")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text("django==6.1.3")
    (tmp_path / ".venv").mkdir()
    install.PYTHON.touch()
    install._stamp("run").write_text(install._wanted("run"))
    return tmp_path


def test_complete_environment_is_used_as_it_is(checkout):
    assert install.fresh("run")


def test_changed_lock_is_installed(checkout):
    (checkout / "requirements" / "run.txt").write_text("django==6.1.4")

    assert not install.fresh("run")


def test_installation_cut_short_begins_anew(checkout):
    install.UNFINISHED.touch()

    assert not install.fresh("run")
    assert not install._sound()
