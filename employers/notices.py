"""Letters that go to somebody else than the people of one posting: who reported it, and the
administrators of an employer that is trusted or no longer is."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.choices import MembershipRole, MembershipState
from accounts.models import Organization, User
from employers.models import Report
from vocabularies.models import Region


def report_decided(report: Report, *, is_down: bool) -> None:
    """What was found and done, to who left an address. The employer learns of no reporter."""
    _send(
        "report-decided",
        to=report.email,
        key=f"report-decided:{report.pk}",
        report=report,
        opportunity=report.opportunity,
        is_down=is_down,
    )


def trust_changed(organization: Organization, *, trusted: bool, reason: str, entry: int) -> None:
    kind = "employer-trusted" if trusted else "employer-not-trusted"
    administrators = User.objects.filter(
        is_active=True,
        memberships__organization=organization,
        memberships__state=MembershipState.ACTIVE,
        memberships__role=MembershipRole.ADMIN,
    )
    for person in administrators.order_by("pk"):
        _send(
            kind,
            to=person.email,
            key=f"{kind}:{entry}:{person.pk}",
            organization=organization,
            reason=reason,
            user=person,
        )


def _send(kind: str, *, to: str, key: str, **words: Any) -> None:
    context = {"region": Region.current(), "site_url": settings.SITE_URL, **words}
    subject = render_to_string(f"employers/mail/{kind}.subject.txt", context)
    context["subject"] = " ".join(subject.split())
    letter = EmailMultiAlternatives(
        context["subject"],
        render_to_string(f"employers/mail/{kind}.txt", context).strip() + "\n",
        to=[to],
        headers={"X-Letter-Kind": kind, "X-Letter-Key": key},
    )
    letter.attach_alternative(render_to_string(f"employers/mail/{kind}.html", context), "text/html")
    letter.send()
