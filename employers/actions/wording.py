"""Keep the words that open postings are found by."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from employers.models import Opportunity, SearchWord, SkillWanted
from vocabularies.models import Occupation
from vocabularies.search import WORD
from vocabularies.text import without_accents

# The newest open postings say well enough how the region spells; the cost stays the same
# however many there are.
NEWEST = 20_000
SHORTEST, LONGEST = 3, 40


@transaction.atomic
def refresh_search_words(*, at: datetime | None = None) -> int:
    """Words of titles, employers, occupations with their other titles, and skills of what is open
    now; returns how many there are. Safe to run twice or at once."""
    newest = list(
        Opportunity.objects.public(at or timezone.now())
        .order_by("-public_since", "-pk")
        .values_list("pk", "title", "employer__organization__name", "occupation")[:NEWEST]
    )
    shown: dict[str, str] = {}
    counts: Counter[str] = Counter()

    def add(texts: Iterable[str], postings: int = 1) -> None:
        words = {word for text in texts for word in WORD.findall(text)}
        for word in words:
            folded = without_accents(word)
            if SHORTEST <= len(folded) <= LONGEST and not folded.isdigit():
                shown.setdefault(folded, word.lower())
                counts[folded] += postings

    for _, title, employer, _ in newest:
        add([title, employer])
    trades = Counter(code for *_, code in newest if code)
    for row in Occupation.objects.filter(pk__in=trades).only("pk", "title", "search_words"):
        add([row.title, row.search_words], trades[row.pk])
    wanted = SkillWanted.objects.filter(opportunity__in=[pk for pk, *_ in newest])
    for name, number in Counter(wanted.values_list("skill__name", flat=True)).items():
        add([name], number)
    _keep(shown, counts)
    return len(counts)


def _keep(shown: dict[str, str], counts: Counter[str]) -> None:
    """Write only what is different; the table is read all the while."""
    known = {row.word: row for row in SearchWord.objects.all()}
    SearchWord.objects.filter(pk__in=[word for word in known if word not in counts]).delete()
    rows = [
        SearchWord(word=word, shown=shown[word][:60], postings=number)
        for word, number in counts.items()
        if word not in known or (known[word].shown, known[word].postings) != (shown[word], number)
    ]
    SearchWord.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["shown", "postings"],
    )
