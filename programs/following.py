"""What happens to programs and career centers when something happens to their organization."""

from typing import Any

from django.db.models.functions import Lower

from accounts.actions import record
from accounts.following import Happening, Happens, are, register
from accounts.models import Organization
from programs.actions import rename_provider, with_derived
from programs.models import CareerCenter, Program, Provider


def connect() -> None:
    register(Happens.RENAMED, does=lambda happening: rename_provider(happening.organization))
    # Hidden and shown by the query (`Program.objects.public`): nothing is to be done.
    register(Happens.SUSPENDED, would=would_hide, does=lambda happening: None)
    register(Happens.CLOSED, would=would_hide, does=lambda happening: None)
    register(Happens.MERGED, would=would_on_merger, does=on_merger)


def _counts(organization: Organization) -> tuple[int, int]:
    programs = Program.objects.filter(provider__organization=organization, active=True)
    centers = CareerCenter.objects.filter(provider__organization=organization, active=True)
    return programs.count(), centers.count()


def would_hide(happening: Happening) -> list[str]:
    programs, centers = _counts(happening.organization)
    return [
        *are(programs, "1 program is hidden.", "{n} programs are hidden."),
        *are(centers, "1 career center is hidden.", "{n} career centers are hidden."),
    ]


def would_on_merger(happening: Happening) -> list[str]:
    programs, centers = _counts(happening.organization)
    into = happening.other
    return [
        *are(programs, f"1 program goes to {into}.", f"{{n}} programs go to {into}."),
        *are(
            centers,
            f"1 career center goes to {into}, with its subscriptions.",
            f"{{n}} career centers go to {into}, with their subscriptions.",
        ),
        *are(
            _twice(happening, Program, "title").count(),
            "1 program has the title of one there; its old provider is named behind it.",
            "{n} programs have titles of some there; their old provider is named behind them.",
        ),
    ]


def _twice(happening: Happening, model: type[Program] | type[CareerCenter], field: str) -> Any:
    """Those of the merged organization whose name the other one has given too."""
    theirs = model._default_manager.filter(provider__organization=happening.other)
    own = model._default_manager.filter(provider__organization=happening.organization)
    return own.annotate(key=Lower(field)).filter(key__in=theirs.values_list(Lower(field)))


def on_merger(happening: Happening) -> None:
    provider = Provider.objects.filter(organization=happening.organization).first()
    if provider is None:
        return
    target = Provider.objects.filter(organization=happening.other).first()
    if target is None:
        provider.organization = happening.other
        provider.save()
    else:
        for model, field in ((Program, "title"), (CareerCenter, "name")):
            for row in _twice(happening, model, field):
                _name_apart(row, field, happening)
        provider.programs.update(provider=target)
        provider.career_centers.update(provider=target)
        provider.delete()
    rename_provider(happening.other)


def _name_apart(row: Any, field: str, happening: Happening) -> None:
    """ "Welding" → "Welding (Old College)"; a number too where even that is taken."""
    before, most = getattr(row, field), 120
    behind = f" ({str(happening.organization)[:50]})"
    taken = {
        name.lower()
        for name in type(row)
        ._default_manager.filter(
            provider__organization__in=[happening.organization, happening.other]
        )
        .values_list(field, flat=True)
    }
    name, number = f"{before[: most - len(behind)]}{behind}", 1
    while name.lower() in taken:
        number += 1
        end = f"{behind} {number}"
        name = f"{before[: most - len(end)]}{end}"
    setattr(row, field, name)
    if isinstance(row, Program):
        with_derived(row)
    row.save()
    record(
        by=happening.by,
        what="named apart in a merger",
        subject=row,
        organization=happening.other,
        before={field: before},
        after={field: name},
    )
