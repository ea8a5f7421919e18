"""Measures of the plan and their values."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions import MoveRefused, record
from plans.models import Measure, MeasureValue, Plan
from plans.progress import live
from plans.progress.cycles import today_here


class ValueThere(Exception):
    """There is another value for the day, and no word says why it is corrected."""


class MeasureChanged(Exception):
    """Somebody saved the measure after this editor opened it."""


@transaction.atomic
def save_measure(*, measure: Measure, by: Any, seen: str | None = None) -> Measure:
    """Add a measure (without a key) as the last one, or change one. `seen` is `Measure.seen` of
    the page that was read. Raises MeasureChanged if it says something else now."""
    is_new = measure.pk is None
    if not is_new:
        now = Measure.objects.select_for_update().get(pk=measure.pk)
        if seen not in (None, now.seen):
            raise MeasureChanged("Somebody saved this measure after you opened it.")
        measure.position, measure.retired_at = now.position, now.retired_at
    if is_new:
        Plan.objects.select_for_update().get(pk=measure.plan_id)
        last = measure.plan.measures.order_by("-position").first()
        measure.position = last.position + 1 if last else 1
    measure.save()
    record(by=by, what="added" if is_new else "edited", subject=measure)
    return measure


@transaction.atomic
def move_measure(*, measure: Measure, up: bool, by: Any) -> bool:
    """Change places with the one before or after. False if there is none."""
    plan = Plan.objects.select_for_update().get(pk=measure.plan_id)
    rows = list(plan.measures.standing())
    place = next((n for n, row in enumerate(rows) if row.pk == measure.pk), None)
    if place is None or not 0 <= (to := place + (-1 if up else 1)) < len(rows):
        return False
    rows.insert(to, rows.pop(place))
    for position, row in enumerate(rows, start=1):
        row.position = position
    Measure.objects.bulk_update(rows, ["position"])
    record(by=by, what="moved up" if up else "moved down", subject=measure)
    return True


@transaction.atomic
def retire_measure(*, measure: Measure, at: datetime | None, by: Any) -> Measure:
    """Out of the pages from now on, or (at=None) back among them. Its values stay."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if (measure.retired_at is None) != (at is None):
        measure.retired_at = at
        measure.save(update_fields=["retired_at"])
        record(by=by, what="retired" if at else "brought back", subject=measure)
    return measure


def _check_open(measure: Measure) -> None:
    if measure.live:
        raise MoveRefused("The portal counts this measure itself; no value is typed.")
    if measure.retired_at:
        raise MoveRefused("This measure is retired. Bring it back before you add a value.")


@transaction.atomic
def set_value(*, measure: Measure, on: date, value: Decimal, note: str, by: Any) -> MeasureValue:
    """A value of a day. Raises ValueThere where another one stands and no note says why it is
    corrected, MoveRefused for a live or retired measure."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    _check_open(measure)
    there = measure.values.filter(on=on).first()
    if there and there.value == value and there.note in ("", note):
        return there
    if there and there.value != value and not note:
        raise ValueThere(str(there.value.normalize()))
    before = {"value": str(there.value), "note": there.note} if there else {}
    saved, _ = MeasureValue.objects.update_or_create(
        measure=measure,
        on=on,
        defaults={"value": value, "note": note, "by": by if getattr(by, "pk", None) else None},
    )
    record(
        by=by,
        what=f"corrected the value of {on}" if there else f"gave the value of {on}",
        subject=measure,
        why=note if there else "",
        before=before,
        after={"value": str(value), "note": note},
    )
    return saved


@transaction.atomic
def add_values(*, measure: Measure, values: Iterable[tuple[date, Decimal]], by: Any) -> int:
    """Values of days that have none; how many were new. Raises ValueThere, and saves nothing,
    where one differs from what is there."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    _check_open(measure)
    there = dict(measure.values.values_list("on", "value"))
    new = []
    for on, value in values:
        if on in there and there[on] != value:
            raise ValueThere(on.isoformat())
        if on not in there:
            new.append(
                MeasureValue(
                    measure=measure, on=on, value=value, by=by if getattr(by, "pk", None) else None
                )
            )
    MeasureValue.objects.bulk_create(new)
    if new:
        record(by=by, what=f"gave {len(new)} values", subject=measure)
    return len(new)


def keep_live_values(*, now: datetime) -> int:
    """Today's value of each live measure, unless it is kept already; how many were kept. Safe to
    run twice or at once."""
    today = today_here()
    lacking = Measure.objects.standing().exclude(live="").exclude(values__on=today)
    kept = []
    for measure in lacking:
        if reading := live.read(measure.live, now):
            kept.append(
                MeasureValue(
                    measure=measure, on=today, value=reading.value, parts=reading.parts, at=now
                )
            )
    MeasureValue.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)
