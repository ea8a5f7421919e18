"""Somebody of the public reports a posting; staff look at all reports of it together."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing, check_move, decide_review, record
from accounts.choices import ReviewState
from accounts.models import Review
from accounts.strangers import one_after_the_other
from employers import notices
from employers.actions.moves import take_down_opportunity
from employers.actions.writing import Conflict, hold_organization
from employers.choices import REPORT_MOVES, ReportState
from employers.models import Opportunity, Report

STORED_PER_HOUR = 5
# Of the whole site: a flood from many addresses stops here, and people who write to us do not.
STORED_PER_HOUR_IN_ALL = 120
REPORTS = "reports"


class TooMany(Exception):
    """More reports in an hour than people send. Its text is for the person."""


class NothingToReport(Exception):
    """The posting is not open to the public now. Its text is for the person."""


@transaction.atomic
def give_report(
    *,
    opportunity: Opportunity,
    reason: str,
    text: str,
    email: str,
    sender: str,
    form_token: UUID,
    is_quick: bool = False,
    now: datetime | None = None,
) -> Report:
    """Keep a report and put the posting before staff. The same form sent twice is one report.

    Raises NothingToReport unless the posting is open, TooMany past the hourly numbers.
    """
    now = now or timezone.now()
    one_after_the_other(REPORTS)
    if twin := Report.objects.filter(form_token=form_token).first():
        return twin
    if not Opportunity.objects.public(now).filter(pk=opportunity.pk).exists():
        raise NothingToReport("This posting is not open any more, so nobody can apply to it.")
    lately = Report.objects.filter(sent_at__gt=now - timedelta(hours=1))
    if lately.filter(sender=sender).count() >= STORED_PER_HOUR:
        raise TooMany("That is many reports in one hour. Wait a while, then send this one again.")
    if lately.count() >= STORED_PER_HOUR_IN_ALL:
        raise TooMany("Very many reports come in just now. Wait an hour, or write to us.")
    report = Report.objects.create(
        opportunity=opportunity,
        reason=reason,
        text=text,
        email=email,
        sender=sender,
        is_quick=is_quick,
        sent_at=now,
        form_token=form_token,
    )
    if open_review(opportunity) is None:
        Review.objects.create(
            subject=report, organization=opportunity.employer.organization, sent_at=now
        )
    # Of no organization: the employer does not learn who reported, or when.
    record(by=None, what="passed on a report", subject=report, why=report.get_reason_display())
    return report


def open_reports(opportunity: Opportunity) -> list[Report]:
    return list(opportunity.reports.filter(state=ReportState.OPEN).order_by("sent_at", "pk"))


def open_review(opportunity: Opportunity) -> Review | None:
    """The one review under which all open reports of a posting are read."""
    ids = opportunity.reports.values_list("pk", flat=True)
    return (
        Review.objects.open()
        .filter(
            subject_type=ContentType.objects.get_for_model(Report),
            subject_id__in=[str(pk) for pk in ids],
        )
        .select_related("organization", "assigned_to")
        .first()
    )


def mark_of(reports: list[Report]) -> str:
    """What a reader has before them: how many reports, and the last of them."""
    return f"{len(reports)}-{reports[-1].pk if reports else 0}"


@transaction.atomic
def decide_reports(
    *,
    opportunity: Opportunity,
    verdict: str,
    found: str,
    by: Any,
    seen: str,
    take_down: bool = False,
    tell: str = "",
) -> list[Report]:
    """Close all open reports of a posting: dismissed or upheld, with what was found. `tell` is
    the reason its people get where the posting is taken down. Who left an e-mail address gets a
    letter; then the address is erased.

    Raises Conflict if another report came since the page was opened, MoveRefused if a colleague
    was quicker, NotAllowed for its own people, ReasonMissing for bare decisions.
    """
    one_after_the_other(REPORTS)
    hold_organization(opportunity)
    review, reports = open_review(opportunity), open_reports(opportunity)
    if review is None or not reports:
        raise MoveRefused("Somebody has decided these reports already.")
    if seen != mark_of(reports):
        raise Conflict
    if not found.strip():
        raise ReasonMissing("Say what you found.")
    upheld = verdict == ReportState.UPHELD
    to = ReviewState.RETURNED if upheld else ReviewState.APPROVED
    decide_review(review=review, to=to, by=by, reason=found)
    if take_down and upheld:
        take_down_opportunity(opportunity=opportunity, reason=tell, by=by)
    for report in reports:
        _close(report, verdict, found.strip(), by)
        if report.email:
            notices.report_decided(report, is_down=take_down and upheld)
    Report.objects.filter(pk__in=[report.pk for report in reports]).update(email="", sender="")
    return reports


def _close(report: Report, verdict: str, found: str, by: Any) -> None:
    check_move(moves=REPORT_MOVES, now=report.state, to=verdict, what="report")
    report.state, report.decision = verdict, found[:500]
    report.decided_by, report.decided_at = by, timezone.now()
    report.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    what = "upheld the report" if verdict == ReportState.UPHELD else "dismissed the report"
    record(by=by, what=what, subject=report, why=found)
