"""What happens to postings when something happens to their organization."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from accounts.actions import decide_review, record
from accounts.choices import ReviewState
from accounts.following import Happening, Happens, are, register
from accounts.models import Entry, Organization, Review
from employers.actions import keep_search_words, rename_employer, take_back_opportunity
from employers.choices import Outcome, State
from employers.models import Employer, Import, Opportunity

OFFERS = "tuition_assistance flexible_schedules on_the_job_training mentoring".split()
WRITTEN = [State.DRAFT, State.RETURNED, State.IN_REVIEW]
LIVE = [State.PUBLISHED, State.PAUSED]


def connect() -> None:
    register(Happens.RENAMED, does=lambda happening: rename_employer(happening.organization))
    register(Happens.SUSPENDED, would=would_on_suspension, does=on_suspension)
    register(Happens.VERIFIED, would=would_on_verification, does=lambda happening: None)
    register(Happens.CLOSED, would=would_on_closing, does=on_closing)
    register(Happens.MERGED, would=would_on_merger, does=on_merger)


def _postings(organization: Organization) -> Any:
    return Opportunity.objects.filter(employer__organization=organization)


# Suspended, and verified again ----------------------------------------------------


def would_on_suspension(happening: Happening) -> list[str]:
    rows = _postings(happening.organization)
    return [
        *are(
            rows.public().count(),
            "1 open opportunity is hidden until it is verified again.",
            "{n} open opportunities are hidden until it is verified again.",
        ),
        *are(
            rows.filter(state=State.IN_REVIEW).count(),
            "1 posting in review goes back to its drafts.",
            "{n} postings in review go back to its drafts.",
        ),
    ]


def on_suspension(happening: Happening) -> None:
    """What is open is hidden by the query (`Opportunity.objects.public`)."""
    for row in _postings(happening.organization).filter(state=State.IN_REVIEW):
        take_back_opportunity(opportunity=row, by=happening.by)


def would_on_verification(happening: Happening) -> list[str]:
    now = timezone.now()
    rows = _postings(happening.organization).filter(state=State.PUBLISHED, opens_at__lte=now)
    return are(
        rows.filter(Q(closes_at=None) | Q(closes_at__gt=now)).count(),
        "1 opportunity is shown again.",
        "{n} opportunities are shown again.",
    )


# Closed ---------------------------------------------------------------------------


def would_on_closing(happening: Happening) -> list[str]:
    rows = _postings(happening.organization)
    return [
        *are(
            rows.filter(state__in=LIVE).count(),
            "1 published or paused posting is closed as not filled.",
            "{n} published or paused postings are closed as not filled.",
        ),
        *are(
            rows.filter(state__in=WRITTEN, replaces=None).count(),
            "1 draft or posting in review is put away.",
            "{n} drafts and postings in review are put away.",
        ),
        *are(
            rows.exclude(replaces=None).count(),
            "1 change of a published posting that is not approved yet is dropped.",
            "{n} changes of published postings that are not approved yet are dropped.",
        ),
    ]


def on_closing(happening: Happening) -> None:
    held = _postings(happening.organization).select_for_update(of=("self",)).order_by("pk")
    rows = list(held.exclude(state__in=[State.CLOSED, State.ARCHIVED]))
    _withdraw_reviews(rows, happening)
    live = [row for row in rows if row.state in LIVE]
    written = [row for row in rows if row.state in WRITTEN and row.replaces_id is None]
    now = timezone.now()
    closed = Opportunity.objects.filter(pk__in=[row.pk for row in live])
    closed.update(state=State.CLOSED, outcome=Outcome.NOT_FILLED, changed_at=now)
    # What was only scheduled was never public.
    closed.filter(public_since__gt=now).update(public_since=None)
    _tell_history(live, State.CLOSED, "closed", happening)
    put_away = Opportunity.objects.filter(pk__in=[row.pk for row in written])
    put_away.update(state=State.ARCHIVED, changed_at=now)
    _tell_history(written, State.ARCHIVED, "put away", happening)
    Opportunity.objects.filter(pk__in=[row.pk for row in rows if row.replaces_id]).delete()


def _withdraw_reviews(rows: Iterable[Opportunity], happening: Happening) -> None:
    about = Review.objects.open().filter(
        subject_type=ContentType.objects.get_for_model(Opportunity),
        subject_id__in=[str(row.pk) for row in rows],
    )
    for review in about:
        decide_review(review=review, to=ReviewState.WITHDRAWN, by=happening.by)


def _tell_history(rows: Iterable[Opportunity], to: State, what: str, happening: Happening) -> None:
    kind, now = ContentType.objects.get_for_model(Opportunity), timezone.now()
    Entry.objects.bulk_create(
        Entry(
            at=now,
            by=happening.by,
            by_name=str(happening.by or "")[:80],
            what=what,
            subject_type=kind,
            subject_id=str(row.pk),
            subject_name=row.title[:200],
            organization=happening.organization,
            why=f"{happening.organization} was closed.",
            before={"state": row.state},
            after={"state": to},
        )
        for row in rows
    )


# Merged ---------------------------------------------------------------------------


def would_on_merger(happening: Happening) -> list[str]:
    rows, into = _postings(happening.organization), happening.other
    said = are(
        rows.filter(replaces=None).count(),
        f"1 posting goes to {into}, with its history.",
        f"{{n}} postings go to {into}, with their history.",
    )
    said += are(
        rows.filter(pk__in=_numbered_twice(happening)).count(),
        "1 posting loses its own number: the other organization uses it too.",
        "{n} postings lose their own numbers: the other organization uses them too.",
    )
    if not into.is_public:
        said += are(
            rows.filter(state=State.PUBLISHED).count(),
            f"1 published posting is hidden until {into} is verified.",
            f"{{n}} published postings are hidden until {into} is verified.",
        )
    employer = Employer.objects.filter(organization=happening.organization).first()
    if employer and employer.trusted_at:
        said.append(f"That its postings may be published at once does not pass to {into}.")
    return said + are(
        Import.objects.filter(employer__organization=happening.organization).count(),
        f"1 imported file goes to {into}.",
        f"{{n}} imported files go to {into}.",
    )


def _numbered_twice(happening: Happening) -> Any:
    """Ids of its postings whose own number the other organization has given too."""
    theirs = _postings(happening.other).filter(replaces=None).exclude(external_id="")
    own = _postings(happening.organization).filter(replaces=None)
    return list(
        own.filter(external_id__in=theirs.values("external_id")).values_list("pk", flat=True)
    )


def on_merger(happening: Happening) -> None:
    employer = Employer.objects.filter(organization=happening.organization).first()
    if employer is None:
        return
    target = Employer.objects.filter(organization=happening.other).first()
    moved = list(_postings(happening.organization).values_list("pk", flat=True))
    if target is None:
        # Trust was given to the other name.
        employer.trusted_at, employer.trusted_by = None, None
        employer.organization = happening.other
        employer.save()
    else:
        _drop_numbers(happening)
        _join_answers(employer, target)
        headings = target.column_matches.values_list("heading", flat=True)
        employer.column_matches.filter(heading__in=list(headings)).delete()
        for rows in (employer.opportunities, employer.imports, employer.column_matches):
            rows.update(employer=target)
        employer.delete()
    for row in Opportunity.objects.filter(pk__in=moved).select_related(
        "employer__organization", "occupation", "program", "sector"
    ):
        keep_search_words(row)


def _drop_numbers(happening: Happening) -> None:
    for row in Opportunity.objects.filter(pk__in=_numbered_twice(happening)):
        record(
            by=happening.by,
            what="lost its own number in a merger",
            subject=row,
            organization=happening.other,
            before={"external_id": row.external_id},
            after={"external_id": ""},
        )
        Opportunity.objects.filter(pk=row.pk).update(external_id="")


def _join_answers(employer: Employer, target: Employer) -> None:
    """What either offers both offer; where both have a usual answer, the target's holds."""
    for offer in OFFERS:
        setattr(target, offer, getattr(target, offer) or getattr(employer, offer))
    target.usual = employer.usual | target.usual
    target.save()
