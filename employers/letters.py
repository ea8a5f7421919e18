"""Letters of this room. The default mailer is the outbox, so they leave with the transaction."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.choices import MembershipState
from accounts.models import Review, User
from employers.models import Opportunity
from vocabularies.models import Region


def people_of(opportunity: Opportunity) -> list[User]:
    """Everybody who speaks for its organization."""
    memberships = opportunity.employer.organization.memberships.filter(
        state=MembershipState.ACTIVE, user__is_active=True
    ).select_related("user")
    return [membership.user for membership in memberships.order_by("user_id")]


def tell_people(
    opportunity: Opportunity,
    kind: str,
    *,
    review: Review | None = None,
    key: str = "",
    **words: Any,
) -> None:
    """Tell everybody who speaks for the organization what happened. `key` (or the review) makes
    sure that they get it once; `words` are the template's."""
    for person in people_of(opportunity):
        write(
            opportunity,
            kind,
            to=person,
            key=f"{kind}:{key or (review.pk if review else '')}:{person.pk}",
            **words,
        )


def write(
    opportunity: Opportunity,
    kind: str,
    *,
    to: User,
    key: str,
    is_secret: bool = False,
    **words: Any,
) -> None:
    """One letter to one person, as text and as HTML. Secret: it holds links that act for them."""
    # A worker has no request that sets the zone, and a deadline in UTC is another day's.
    with timezone.override(Region.current().zone):
        context = {
            "opportunity": opportunity,
            "region": Region.current(),
            "site_url": settings.SITE_URL,
            "user": to,
            **words,
        }
        subject = render_to_string(f"employers/mail/{kind}.subject.txt", context)
        context["subject"] = " ".join(subject.split())
        letter = EmailMultiAlternatives(
            context["subject"],
            render_to_string(f"employers/mail/{kind}.txt", context).strip() + "\n",
            to=[to.email],
            headers={"X-Letter-Kind": kind, "X-Letter-Key": key}
            | ({"X-Letter-Secret": "1"} if is_secret else {}),
        )
        letter.attach_alternative(
            render_to_string(f"employers/mail/{kind}.html", context), "text/html"
        )
        letter.send()
