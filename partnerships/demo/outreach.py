"""Subscriptions of the demonstration region's career centers."""

from datetime import date, time

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from employers.browsing.search import OpportunityQuery
from outreach.choices import SubscriptionState
from outreach.models import Letter, Subscription
from programs.models import CareerCenter

# e-mail, name, career center, class, search, rhythm, weekday (0 is Monday), hour
ROWS = [
    (
        "mei.harlow@example.org",
        "Mei Harlow",
        "rio-claro-main",
        "Nursing, second year",
        "sector=health-care",
        "weekly",
        1,
        7,
    ),
    (
        "mei.harlow@example.org",
        "Mei Harlow",
        "rio-claro-main",
        "",
        "kind=on-the-job-training&pay=18",
        "daily",
        1,
        6,
    ),
    (
        "theo.ramsey@example.org",
        "Theo Ramsey",
        "capital-plains",
        "Computing, junior and senior year",
        "sector=information-technology",
        "weekly",
        1,
        7,
    ),
    (
        "ruth.abara@example.org",
        "Ruth Abara",
        "capital-plains",
        "Cybersecurity bootcamp, evening group",
        "q=cyber",
        "weekly",
        1,
        7,
    ),
    (
        "placement@lost-pines.example.edu",
        "",
        "lost-pines",
        "Trades, last term",
        "kind=apprenticeship&near=78602&within=50",
        "weekly",
        0,
        8,
    ),
    (
        "center@hill-river-workforce.example.org",
        "",
        "hill-river-workforce",
        "",
        "near=78741&pay=18&within=25",
        "weekly",
        3,
        7,
    ),
]


def _emails() -> set[str]:
    return {email for email, *_ in ROWS}


@transaction.atomic
def load(today: date, people: dict[str, User]) -> None:
    """Active subscriptions, due at their next slot. What is there already stays as it is."""
    for email, name, center, label, wish, rhythm, weekday, hour in ROWS:
        query = OpportunityQuery.from_querystring(wish)
        subscription = Subscription(
            email=email,
            name=name,
            label=label,
            query=query.to_querystring(),
            words=query.describe(),
            career_center=CareerCenter.objects.filter(slug=center).first(),
            rhythm=rhythm,
            weekday=weekday,
            at=time(hour),
            state=SubscriptionState.ACTIVE,
            confirmed_at=timezone.now(),
        )
        subscription.next_due_at = subscription.next_slot(timezone.now())
        same = Subscription.objects.filter(email=subscription.email, query=subscription.query)
        if not same.exists():
            subscription.save()


@transaction.atomic
def remove() -> None:
    """The demonstration's subscriptions, with their digests and letters."""
    Letter.objects.filter(recipient__in=_emails()).delete()
    Subscription.objects.filter(email__in=_emails()).delete()
