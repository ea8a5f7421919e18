"""Which pages are asked, with which of very many different queries."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from employers.browsing.search import PAY
from employers.choices import Kind, Mode, Support
from employers.models import Location, Opportunity
from tests.bench.plan import item_with_many
from tests.bench.words import NOUNS
from vocabularies.models import Region, Sector

MANY = 240  # different queries for each page
READ_A_MINUTE = 40  # different postings


@dataclass(frozen=True)
class Page:
    """`floor`: the addresses at which the floor shows the same. A goal is CPU ms a request
    (`most`), or a multiple of the floor's (`times`); cold, or `warm` where pages are kept. `there`:
    what the floor took for that page where the goals in ms were set."""

    name: str
    title: str
    paths: list[str]
    has_floor: bool = True
    most: float | None = None
    times: float | None = None
    signed_in: bool = False
    warm: bool = False
    there: float | None = None


def pages(rows: int) -> Iterator[Page]:
    search = 15 if rows <= 100_000 else 25
    # What the floor took for the same page where the goals were set, among 100,000.
    known = {"three": 12, "two": 14} if rows <= 100_000 else {}
    made = Samples()
    yield Page("first", "Browse, first page", ["/opportunities/"], times=1.5)
    yield Page("deep", "Browse, a deep page", made.deep(), times=1.5)
    yield Page("filters", "One to three filters, no word", made.filters(), False, most=search)
    yield Page("near", "Around a ZIP code", made.near(), most=search)
    yield Page(
        "three",
        "Word, category and place",
        made.word_sector_place(),
        most=search,
        there=known.get("three"),
    )
    yield Page("any", "The same, drawn blindly", made.any_three(), most=search)
    yield Page("two", "Word and place", made.word_place(), most=search, there=known.get("two"))
    yield Page("word", "One word", made.words(made.trades), most=search)
    yield Page("rare", "A rare word", made.words(["hyperbaric", "falconry"]), most=search)
    yield Page("frequent", "A frequent word", made.words(NOUNS[:12]), most=search)
    yield Page("none", "Nothing found", made.words(["xylophone quartet"]), False, most=search)
    yield Page("show", "One posting", made.postings(), most=4, warm=True, there=1.9)
    yield Page("home", "Home", ["/"], False, most=search, warm=True)
    yield Page("heard", "Plan item, 300 comments", made.plan_item(), most=20)
    yield Page("printed", "The same, for print", made.plan_item("print/"), most=20)
    yield Page("desk", "Desk of an employer, 50 postings", ["/desk/"], False, 40, signed_in=True)
    try:
        mine = reverse("employers:opportunity_mine")
    except NoReverseMatch:
        return
    yield Page("mine", "Postings of an employer", [mine], False, 40, signed_in=True)


class Samples:
    """Drawn with the same seed each time from what the corpus holds."""

    def __init__(self) -> None:
        self.dice = random.Random(7)
        self.sectors = list(Sector.objects.values_list("slug", flat=True))
        self.counties = list(Region.current().counties.values_list("fips", flat=True))
        ours = Location.objects.filter(county__in=self.counties)
        self.zips = list(ours.values_list("place", flat=True).order_by("place").distinct())
        words = Opportunity.objects.public().values_list("title", flat=True)[:2000]
        self.trades = sorted({word for title in words for word in title.split() if len(word) > 5})

    def _queries(self, **choices: list[str]) -> list[str]:
        drawn = {
            urlencode({key: self.dice.choice(values) for key, values in choices.items()})
            for _ in range(MANY)
        }
        return [f"/opportunities/?{query}" for query in sorted(drawn)]

    def words(self, words: list[str]) -> list[str]:
        return self._queries(q=words)

    def near(self) -> list[str]:
        return self._queries(near=self.zips, within=["10", "25", "50"])

    def word_place(self) -> list[str]:
        return self._queries(q=self.trades, near=self.zips, within=["25"])

    def word_sector_place(self) -> list[str]:
        """As somebody asks who looks for what there is: the three of one posting."""
        named = Location.objects.filter(
            opportunity__in=Opportunity.objects.public(), county__in=self.counties
        ).values_list("opportunity__title", "opportunity__sector__slug", "place")
        drawn = set()
        for title, sector, place in self.dice.sample(list(named.order_by("pk")[:20_000]), MANY):
            word = self.dice.choice([w for w in title.split() if len(w) > 5] or [title])
            drawn.add(urlencode({"q": word, "sector": sector, "near": place, "within": "25"}))
        return [f"/opportunities/?{query}" for query in sorted(drawn)]

    def any_three(self) -> list[str]:
        """Of which half find nothing."""
        return self._queries(q=self.trades, sector=self.sectors, near=self.zips, within=["25"])

    def filters(self) -> list[str]:
        values = {
            "kind": Kind.values,
            "sector": self.sectors,
            "county": self.counties,
            "mode": Mode.values,
            "supports": Support.values,
            "pay": list(PAY),
        }
        drawn = set()
        for _ in range(MANY):
            keys = self.dice.sample(sorted(values), self.dice.choice([1, 2, 2, 3]))
            drawn.add(urlencode([(key, self.dice.choice(values[key])) for key in keys]))
        return [f"/opportunities/?{query}" for query in sorted(drawn)]

    def deep(self) -> list[str]:
        """Cursors at moments spread over the next ten weeks."""
        now = timezone.now()
        cursors = []
        for number in range(MANY):
            at = now + timedelta(days=1 + 69 * number / MANY)
            row = Opportunity.objects.public().filter(closes_at__gt=at).order_by("closes_at")[:1]
            cursors += [f"{at.isoformat()}~{found.pk}" for found in row]
        return [f"/opportunities/?{urlencode({'after': cursor})}" for cursor in cursors]

    def plan_item(self, how: str = "?all=1") -> list[str]:
        node = item_with_many()
        return [f"{node.get_absolute_url()}{how}"] if node else []

    def postings(self) -> list[str]:
        public = Opportunity.objects.public().order_by("form_token").values_list("pk", "slug")
        found = list(public[: 20 * READ_A_MINUTE : 20])
        return [f"/opportunities/{pk}/{slug}/" for pk, slug in found]
