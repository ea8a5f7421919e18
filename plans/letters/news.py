"""The letter that asks a work group for news."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from plans.models import Plan, VersionItem, WorkGroup
from plans.progress.cycles import Cycle
from vocabularies.models import Region


@dataclass
class Asked:
    """Items without news that a group leads, and those in which it has another part."""

    leads: list[VersionItem]
    helps: list[VersionItem]


def news_due(*, plan: Plan, group: WorkGroup, cycle: Cycle, asked: Asked) -> None:
    """One a group and cycle."""
    context = {
        "region": Region.current(),
        "site_url": settings.SITE_URL,
        "plan": plan,
        "group": group,
        "cycle": cycle,
        "asked": asked,
        "subject": f"News of the plan, please: {group.name}",
        "url": f"{settings.SITE_URL}{reverse('plans:news_due')}?group={group.code}",
    }
    letter = EmailMultiAlternatives(
        str(context["subject"]),
        render_to_string("plans/letters/news_due.txt", context).strip() + "\n",
        to=[group.contact_email],
        headers={
            "X-Letter-Kind": "plan-news-due",
            "X-Letter-Key": f"plan-news-due:{plan.pk}:{group.pk}:{cycle.number}",
        },
    )
    letter.attach_alternative(render_to_string("plans/letters/news_due.html", context), "text/html")
    letter.send()
