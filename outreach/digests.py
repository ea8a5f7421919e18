"""What a digest says: which opportunities, in which order, and the letter around them.

Nothing here writes to the database. One `Run` serves one round of planning: each distinct
search is asked once, each opportunity is loaded once, each line is written once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe

from employers.browsing.listed import ask, listings
from employers.browsing.named import Named
from employers.browsing.search import OpportunityQuery, round_miles
from employers.models import Opportunity
from outreach.letterhead import letterhead
from outreach.models import Subscription
from outreach.models.letters import message_id_domain
from vocabularies.templatetags.words import listed, spelled

FIRST_SPAN = timedelta(days=7)  # how far back the first digest looks
SOON = timedelta(days=7)  # what closes so soon is "closing this week"
# A publication may be committed a little after its own `public_since`; it is looked for again.
LATE = timedelta(minutes=10)
MOST_NEW = 20
MOST_CLOSING = 10
MOST_ROWS = 5000  # of one search in one run


class Row(NamedTuple):
    """As much of an opportunity as choosing needs."""

    pk: int
    public_since: datetime
    closes_at: datetime

    def closes_by(self, moment: datetime) -> bool:
        return self.closes_at <= moment


@dataclass(frozen=True)
class Choice:
    """What one digest holds. `new` counts all that is new, `told` those that are named."""

    closing: list[tuple[int, bool]]  # (id, is new)
    fresh: list[int]
    new: int
    told: list[int]

    @property
    def more(self) -> int:
        """New ones that there was no room for."""
        named = len(self.fresh) + sum(1 for _, is_new in self.closing if is_new)
        return self.new - named


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass
class Search:
    """One distinct search of a run, with what it found."""

    query: OpportunityQuery
    words: str
    rows: list[Row]


@dataclass
class Run:
    """One round at one moment. `floors`: how far back each search must look."""

    now: datetime
    floors: dict[str, datetime] = field(default_factory=dict)
    _named: Named = field(default_factory=Named)
    _searches: dict[str, Search] = field(default_factory=dict)
    _loaded: dict[int, Opportunity] = field(default_factory=dict)
    _lines: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict)
    _bodies: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict)

    def search(self, query: str) -> Search:
        if query not in self._searches:
            self._searches[query] = self._ask(query)
        return self._searches[query]

    def _ask(self, query: str) -> Search:
        with transaction.atomic():  # a search that fails must not spoil the planner's transaction
            parsed = OpportunityQuery.from_querystring(query, self._named)
            floor = self.floors.get(query, self.now - FIRST_SPAN) - LATE
            wanted = Q(public_since__gt=floor) | Q(ends_at__lte=self.now + SOON)
            found = listings(parsed, self.now, up_to=MOST_ROWS).filter(wanted)
            found = found.order_by("-public_since", "-pk")
            columns = found.values_list("pk", "public_since", "ends_at")[:MOST_ROWS]
            rows = ask(parsed.q, *columns.query.sql_with_params())
            return Search(parsed, parsed.describe(), list(map(Row._make, rows)))

    def choose(
        self, query: str, *, since: datetime, until: datetime, told: Iterable[int] | None = None
    ) -> Choice:
        """What became public in (since, until] and is so still; closing first.

        `told` are ids that were named lately, so that a look back a little before `since` finds
        those alone that were committed late. None: there was no digest before.
        """
        known, first = set(told or ()), since if told is None else since - LATE
        rows = self.search(query).rows
        new = [
            row
            for row in rows
            if row.public_since <= until
            and (row.public_since > since or (row.public_since > first and row.pk not in known))
        ]
        if not new:
            return Choice([], [], 0, [])
        new_ids = {row.pk for row in new}
        ends = self.now + SOON
        closing = [
            row
            for row in rows
            if row.closes_by(ends) and (row.pk in new_ids or row.public_since <= since)
        ]
        closing.sort(key=lambda row: (row.pk not in new_ids, row.closes_at, row.pk))
        closing = closing[:MOST_CLOSING]
        closing.sort(key=lambda row: (row.closes_at, row.pk))
        named = {row.pk for row in closing}
        fresh = [row.pk for row in new if row.pk not in named][:MOST_NEW]
        return Choice(
            closing=[(row.pk, row.pk in new_ids) for row in closing],
            fresh=fresh,
            new=len(new),
            told=sorted(new_ids),
        )

    def load(self, choices: Iterable[Choice]) -> None:
        """Fetch what these digests show, in a fixed number of queries."""
        wanted = {pk for choice in choices for pk in [*choice.fresh, *dict(choice.closing)]}
        missing = wanted - self._loaded.keys()
        if missing:
            self._loaded |= Opportunity.objects.with_everything().in_bulk(missing)

    def line(
        self, query: str, zone: ZoneInfo, pk: int, *, is_new: bool, soon: bool
    ) -> tuple[str, str]:
        """(text, HTML) of one opportunity. Needs `load`, and the zone to be active."""
        key = (query, zone.key, pk, is_new, soon)
        if key not in self._lines:
            context = self._describe(query, self._loaded[pk]) | {"is_new": is_new, "soon": soon}
            self._lines[key] = (
                _template("_item.txt").render(context).strip("\n"),
                mark_safe(_template("_item.html").render(context)),  # noqa: S308  escaped there
            )
        return self._lines[key]

    def _body(self, query: str, zone: ZoneInfo, choice: Choice, since: datetime) -> tuple[str, str]:
        """(text, HTML) of all lines; readers of the same search mostly share it."""
        key = (query, zone.key, tuple(choice.closing), tuple(choice.fresh), choice.new, since)
        if key not in self._bodies:
            closing = [
                self.line(query, zone, pk, is_new=is_new, soon=True)
                for pk, is_new in choice.closing
            ]
            fresh = [self.line(query, zone, pk, is_new=True, soon=False) for pk in choice.fresh]
            base = reverse("employers:opportunity_list")
            context = {
                "closing": closing,
                "fresh": fresh,
                "more": choice.more,
                "since": since,
                "browse_url": f"{settings.SITE_URL}{base}?{query}",
            }
            self._bodies[key] = (
                _template("_body.txt").render(context),
                mark_safe(_template("_body.html").render(context)),  # noqa: S308  escaped there
            )
        return self._bodies[key]

    def _describe(self, query: str, opportunity: Opportunity) -> dict[str, Any]:
        parsed = self.search(query).query
        miles = parsed.distance_from(opportunity) if parsed.near else None
        where = opportunity.where()
        if miles is not None:
            where = f"{where}, {round_miles(miles)} from {parsed.near}"
        about = [opportunity.get_kind_display(), opportunity.pay_line(), opportunity.length_line()]
        return {
            "title": opportunity.title,
            "url": settings.SITE_URL + opportunity.get_absolute_url(),
            "who": ", ".join(part for part in (opportunity.employer_name, where) if part),
            "about": ". ".join(part for part in about if part),
            "closes_at": opportunity.closes_at,
            "why": listed(parsed.reasons_for(opportunity)),
        }

    @cached_property
    def _head(self) -> dict[str, Any]:
        return letterhead()

    def render(
        self, subscription: Subscription, choice: Choice, *, since: datetime, until: datetime
    ) -> Rendered:
        """The letter itself, in the reader's time zone. Needs `load`."""
        zone = subscription.time_zone
        search = self.search(subscription.query)
        with timezone.override(zone):
            text, html = self._body(subscription.query, zone, choice, since)
            head = self._head
            subject, headline = self._headlines(subscription, search, choice)
            context = head | {
                "subject": subject,
                "headline": headline,
                "lede": self._lede(subscription, until),
                "because": self._because(subscription, search),
                "browse_url": settings.SITE_URL + subscription.browse_url,
                "manage_url": settings.SITE_URL + subscription.manage_url,
                "unsubscribe_url": settings.SITE_URL + subscription.unsubscribe_url,
            }
            return Rendered(
                subject=subject,
                text=_template("digest.txt").render(context | {"body": text}),
                html=_template("digest.html").render(context | {"body": html}),
            )

    @staticmethod
    def _lede(subscription: Subscription, until: datetime) -> str:
        """Tuesday 2 June 2026, for Mei Harlow at Rio Claro, Main Career Services."""
        local = timezone.localtime(until)
        lede = f"{local:%A} {local.day} {local:%B %Y}"
        if subscription.name:
            lede += f", for {subscription.name}"
        if subscription.career_center:
            lede += f"{' at' if subscription.name else ', for'} {subscription.center_in_words}"
        return f"{lede}."

    @staticmethod
    def _because(subscription: Subscription, search: Search) -> str:
        what = f"this search: {search.words}."
        if subscription.label:
            what = f"a search for {subscription.label}: {search.words}."
        return f"You get this {subscription.rhythm_in_words} because you follow {what}"

    def _headlines(
        self, subscription: Subscription, search: Search, choice: Choice
    ) -> tuple[str, str]:
        """(subject, headline), such as "4 new for Nursing, second year; 1 closes Friday"."""
        words = spelled(choice.new).capitalize()
        if subscription.label:
            subject = f"{choice.new} new for {subscription.label}"
            headline = f"{words} new for {subscription.label}."
        else:
            noun = "opportunity" if choice.new == 1 else "opportunities"
            subject = f"{choice.new} new: {search.words}"
            headline = f"{words} new {noun}."
        closing = len(choice.closing)
        if closing == 1:
            closes_at = self._loaded[choice.closing[0][0]].closes_at
            weekday = f"{timezone.localtime(closes_at):%A}"
            subject += f"; 1 closes {weekday}"
            headline += f" One closes on {weekday}."
        elif closing:
            subject += f"; {closing} close this week"
            headline += f" {spelled(closing).capitalize()} close this week."
        return subject, headline


def headers_of(subscription: Subscription) -> dict[str, str]:
    """One-click unsubscription (RFC 8058), the list's name (RFC 2919), the language."""
    return {
        "List-Id": f"<digests.{message_id_domain()}>",
        "List-Unsubscribe": f"<{settings.SITE_URL}{subscription.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Content-Language": "en",
    }


def _template(name: str) -> Any:
    return get_template(f"outreach/letters/{name}")
