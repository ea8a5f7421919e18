"""Tests that run at once share nothing: each worker has a database of its own by pytest-django,
and here its own numbers in Valkey. Loaded before the settings are."""

import os

worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if worker:
    os.environ["VALKEY_DB"] = str(2 * int(worker.removeprefix("gw")))
