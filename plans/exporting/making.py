"""Packs that take a while are made by a worker. State and file lie in the cache for an hour."""

import uuid
from io import BytesIO
from typing import Any

from django.core.cache import cache

from plans.exporting.columns import Taken
from plans.exporting.pack import write_pack
from plans.exporting.tables import COMMENTS
from plans.models import PlanVersion

KEPT_FOR = 3600
# A pack with so few comments is made at once.
FEW = 500


def comments_in(version: PlanVersion) -> int:
    return COMMENTS.total(Taken(version, version))


def begin(version: PlanVersion) -> uuid.UUID:
    """A new job; the one that is under way if this version's pack is being made already."""
    job = uuid.uuid4()
    under_way = f"plan-pack-of:{version.pk}"
    if not cache.add(under_way, job, 120):
        known = cache.get(under_way)
        if known and state_of(known):
            return known
    _tell(job, state="waiting", done=0, total=comments_in(version), version=version.pk)
    return job


def state_of(job: uuid.UUID) -> dict[str, Any] | None:
    """{"state": "waiting" | "working" | "done" | "failed", "done", "total", "version"}; None once
    it is forgotten."""
    return cache.get(f"plan-pack:{job}")


def file_of(job: uuid.UUID) -> bytes | None:
    return cache.get(f"plan-pack-file:{job}")


def make(job: uuid.UUID) -> None:
    """Make what `begin` promised. Safe to run twice."""
    told = state_of(job)
    if told is None or told["state"] == "done":
        return
    version = PlanVersion.objects.select_related("plan").get(pk=told["version"])
    out = BytesIO()
    try:
        write_pack(
            version, out, lambda done: _tell(job, **told | {"state": "working", "done": done})
        )
        cache.set(f"plan-pack-file:{job}", out.getvalue(), KEPT_FOR)
        _tell(job, **told | {"state": "done"})
    except Exception:
        _tell(job, **told | {"state": "failed"})
        raise
    finally:
        cache.delete(f"plan-pack-of:{version.pk}")


def _tell(job: uuid.UUID, **state: Any) -> None:
    cache.set(f"plan-pack:{job}", state, KEPT_FOR)
