"""Letters of this room. The default mailer is the outbox, so they leave with the transaction."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.choices import MembershipState
from accounts.models import Review
from employers.models import Opportunity
from vocabularies.models import Region


def tell_people(opportunity: Opportunity, kind: str, *, review: Review, reason: str = "") -> None:
    """Tell everybody who speaks for the organization what was decided."""
    context = {
        "opportunity": opportunity,
        "reason": reason,
        "region": Region.current(),
        "site_url": settings.SITE_URL,
    }
    subject = render_to_string(f"employers/mail/{kind}.subject.txt", context).strip()
    context["subject"] = subject
    memberships = opportunity.employer.organization.memberships.filter(
        state=MembershipState.ACTIVE
    ).select_related("user")
    for membership in memberships:
        letter = EmailMultiAlternatives(
            subject,
            render_to_string(f"employers/mail/{kind}.txt", {**context, "user": membership.user}),
            to=[membership.user.email],
            headers={
                "X-Letter-Kind": kind,
                "X-Letter-Key": f"{kind}:{review.pk}:{membership.user_id}",
            },
        )
        letter.attach_alternative(
            render_to_string(f"employers/mail/{kind}.html", {**context, "user": membership.user}),
            "text/html",
        )
        letter.send()
