"""What follows a plan into the next one on the day that one is adopted: its measures with their
values, and what is still to be reached."""

import uuid

from django.utils.functional import partition

from plans.choices import Passing
from plans.models import Descent, Item, Measure, MeasureValue, Milestone, Plan


def hand_on(old: Plan, new: Plan) -> None:
    """Measures and open milestones go to the heirs of their items; those of a dropped item stay
    behind. A measure that the new plan has by the same name gets the values that it lacks."""
    heirs = _heirs(old, new)
    _hand_on_measures(old, new, heirs)
    milestones = Milestone.objects.filter(
        item__in=heirs, done_on__isnull=True, retired_at__isnull=True
    )
    there = set(Milestone.objects.filter(item__plan=new).values_list("item_id", "text"))
    Milestone.objects.bulk_create(
        Milestone(item_id=heirs[one.item_id], text=one.text, due_on=one.due_on)
        for one in milestones
        if (heirs[one.item_id], one.text) not in there
    )


def _heirs(old: Plan, new: Plan) -> dict[uuid.UUID, uuid.UUID]:
    """Where each item of `old` stands in `new`, also after mergers there. Of a split one its first
    half; none for what was dropped or retired."""
    passings = Descent.objects.filter(plan=new, target__isnull=False).order_by("at", "pk")
    rows = passings.values_list("source__plan_id", "source_id", "target_id", "kind")
    within, came = partition(lambda row: row[0] == old.pk, rows)
    merged = {source: to for _, source, to, kind in within if kind == Passing.MERGED}
    standing = set(Item.objects.standing().filter(plan=new).values_list("pk", flat=True))
    heirs: dict[uuid.UUID, uuid.UUID] = {}
    for _, source, target, _ in came:
        for _ in merged:
            if target in standing:
                break
            target = merged.get(target, target)
        if target in standing:
            heirs.setdefault(source, target)
    return heirs


def _hand_on_measures(old: Plan, new: Plan, heirs: dict[uuid.UUID, uuid.UUID]) -> None:
    there = {measure.name.casefold(): measure for measure in new.measures.all()}
    last = max((measure.position for measure in there.values()), default=0)
    going = [one for one in old.measures.standing() if not one.item_id or one.item_id in heirs]
    into: dict[int, Measure] = {}
    for place, measure in enumerate(going, start=last + 1):
        source = measure.pk
        heir = there.get(measure.name.casefold())
        if heir is None:
            measure.pk, measure.plan, measure.position = None, new, place
            measure.item_id = heirs[measure.item_id] if measure.item_id else None
            measure._state.adding = True
            measure.save()
            heir = measure
        into[source] = heir
    has = set(MeasureValue.objects.filter(measure__plan=new).values_list("measure_id", "on"))
    values = []
    for value in MeasureValue.objects.filter(measure__in=into):
        heir = into[value.measure_id]
        if (heir.pk, value.on) not in has:
            value.pk, value.measure = None, heir
            values.append(value)
    MeasureValue.objects.bulk_create(values, batch_size=1_000)
