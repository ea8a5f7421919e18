"""How a posting stands: what may be done with it now, and why nobody can see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.choices import OrganizationState
from employers.choices import Outcome
from employers.forms.fields import end_of
from employers.models import Opportunity, Policy
from vocabularies.models import Region
from vocabularies.templatetags.words import day, moment

EXTEND_WITHIN = timedelta(days=60)
LIVE = {"open", "scheduled", "paused", "expired"}

# act: the standings in which it may be done, and what is said in any other.
ACTS: dict[str, tuple[set[str], str]] = {
    "send": ({"draft", "returned"}, "Only a draft can be sent to review"),
    "take-back": (
        {"in-review", "open", "scheduled", "expired"},
        "Only what is in review or published can be taken back",
    ),
    "pause": ({"open", "scheduled", "paused"}, "Only an open posting can be paused"),
    "resume": ({"paused"}, "Only a paused posting can be opened again"),
    "schedule": ({"scheduled"}, "Only a scheduled posting can be given another opening day"),
    "extend": (LIVE, "Only a published posting can be extended"),
    "close": (LIVE, "Only a published posting can be closed"),
    "archive": (
        {"draft", "returned", "closed"},
        "Only a draft or a closed posting can be put away",
    ),
    "change": (LIVE, "Only a published posting is changed in this way"),
    "take-down": (LIVE, "Only a published posting can be taken down"),
    "relist": (
        LIVE | {"draft", "in-review", "returned", "closed", "archived"},
        "It cannot be copied",
    ),
}
# What an act has come to already: then that is said, and nothing else.
ALREADY = {"close": "closed", "archive": "archived"}
# What a working copy may be put through; the rest is its posting's.
OF_COPIES = {"send", "take-back"}

IN_WORDS = {
    "draft": "a draft",
    "in-review": "in review",
    "returned": "returned",
    "scheduled": "scheduled",
    "open": "open",
    "expired": "expired",
    "paused": "paused",
    "closed": "closed",
    "archived": "put away",
}
TONES = {
    "open": "leaf",
    "returned": "clay",
    "in-review": "river",
    "scheduled": "river",
    "paused": "sun",
    "expired": "sun",
}


def refusal(act: str, opportunity: Opportunity, at: datetime | None = None) -> str:
    """Why the act cannot be done now, as a sentence; "" where it can."""
    at = at or timezone.now()
    if opportunity.is_copy and act not in OF_COPIES:
        return "This is a change of another posting. Do that with the posting itself."
    standing = opportunity.standing(at)
    standings, sentence = ACTS[act]
    if standing == ALREADY.get(act):
        return f"It is {IN_WORDS[standing]} already."
    if standing not in standings:
        return f"{sentence}; this one is {IN_WORDS[standing]}."
    closed = opportunity.closes_at is not None and opportunity.closes_at <= at
    is_late = closed and opportunity.closes_at < at - EXTEND_WITHIN  # type: ignore[operator]
    if act in ("extend", "change") and is_late:
        return "It closed more than 60 days ago. Relist it: only the dates are asked."
    if act == "resume" and closed:
        return "Its closing day passed while it was paused. Extend it, then open it again."
    return ""


def latest_closing(at: datetime) -> datetime:
    """The last moment that a posting may be left open until, as policy says."""
    today = at.astimezone(Region.current().zone).date()
    return end_of(today + timedelta(days=Policy.current().most_days_open))


@dataclass(frozen=True)
class Reason:
    """Why nobody can see a posting, and the next thing to do about it."""

    sentence: str
    act: str
    url: str


def why_hidden(opportunity: Opportunity, at: datetime | None = None) -> list[Reason]:
    """Every reason at once; none where everybody finds it."""
    at = at or timezone.now()
    if opportunity.is_copy:
        return [_of_copy(opportunity)]
    found = [_of_posting(opportunity, at), _of_organization(opportunity)]
    return [reason for reason in found if reason]


def _of_copy(opportunity: Opportunity) -> Reason:
    return Reason(
        "This is a change of a published posting. Everybody sees the posting as it was until the "
        "change is approved.",
        "See the posting",
        reverse("employers:opportunity_edit", args=[opportunity.replaces_id]),
    )


def _of_posting(opportunity: Opportunity, at: datetime) -> Reason | None:
    pk, standing = opportunity.pk, opportunity.standing(at)

    def link(name: str) -> str:
        return reverse(f"employers:opportunity_{name}", args=[pk])

    if standing == "draft":
        return Reason(
            "It is a draft. Nobody outside sees it before it is sent and approved.",
            "Go on writing",
            link("edit"),
        )
    if standing == "in-review":
        return Reason(
            f"It has been in review since {moment(opportunity.changed_at)}. "
            "A person reads it within five days.",
            "Read what you sent",
            link("preview"),
        )
    if standing == "returned":
        return Reason(
            f"A reviewer returned it {day(opportunity.changed_at)} and asks for a change.",
            "Mend it and send it again",
            link("edit"),
        )
    if standing == "scheduled":
        return Reason(
            f"It is approved, and opens {moment(opportunity.opens_at)}.",
            "Change when it opens",
            link("schedule"),
        )
    if standing == "paused":
        until = opportunity.paused_until
        words = f"It is paused until {day(until)}." if until else "It is paused."
        return Reason(
            f"{words} Its page says that it takes no applications.",
            "Open it again",
            link("edit"),
        )
    if standing == "expired":
        may_extend = not refusal("extend", opportunity, at)
        return Reason(
            f"It closed {moment(opportunity.closes_at)}. Its page stays, as closed.",
            "Extend it" if may_extend else "Relist it",
            link("extend" if may_extend else "relist"),
        )
    if standing == "closed":
        outcome = Outcome(opportunity.outcome).label.lower()
        return Reason(
            f"It is closed: {outcome}. Its page stays, as closed.", "Relist it", link("relist")
        )
    if standing == "archived":
        return Reason("It has been put away.", "Relist it", link("relist"))
    return None


def _of_organization(opportunity: Opportunity) -> Reason | None:
    organization = opportunity.employer.organization
    if organization.is_public:
        return None
    url = organization.get_absolute_url()
    why = f" {organization.state_reason}" if organization.state_reason else ""
    if organization.state == OrganizationState.SUSPENDED:
        return Reason(f"{organization} is suspended.{why}", "See what was asked", url)
    if organization.state == OrganizationState.CLOSED:
        return Reason(f"{organization} is closed on this portal.{why}", f"See {organization}", url)
    if organization.state == OrganizationState.RETURNED:
        return Reason(
            f"{organization} was asked for an update before it can be verified.{why}",
            "See what was asked",
            url,
        )
    return Reason(
        f"{organization} waits to be verified. Its postings are published after that.",
        f"See {organization}",
        url,
    )


def state_words(opportunity: Opportunity, at: datetime | None = None) -> str:
    """ "Open", "Paused until Mon 3 August", "Hidden": its state as its people read it."""
    if opportunity.is_hidden:
        return "Hidden"
    standing = opportunity.standing(at)
    if standing == "paused" and opportunity.paused_until:
        return f"Paused until {day(opportunity.paused_until)}"
    return IN_WORDS[standing].removeprefix("a ").capitalize()


def tone_of(opportunity: Opportunity, at: datetime | None = None) -> str:
    return "clay" if opportunity.is_hidden else TONES.get(opportunity.standing(at), "")
