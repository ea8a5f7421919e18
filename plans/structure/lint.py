"""What an editor should mend before the plan is published, and what must be mended before it is
adopted. Each finding leads to where it is mended."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.text import Truncator

from plans.models import Action, Item, Plan, RoleAssignment, WorkGroup
from plans.structure.numbers import numbered
from plans.structure.references import PENDING, cited
from plans.structure.roles import rows_a_page
from vocabularies.templatetags.words import counted

LONGEST_STATEMENT = 200
MOST_LEADS = 2
# A group that leads more than two of five items that have a lead carries too much.
LARGEST_SHARE = 40
FEWEST_TO_SHARE = 5


# What a page of findings says over those of one rule.
HEADINGS = {
    "dangling": "References that lead nowhere",
    "only-one": "Exactly one group must answer for it",
    "pending": "References that wait for their item",
    "no-lead": "Nobody leads it",
    "many-leads": "More than two groups lead it",
    "long-statement": "Statements that are too long to remember",
    "no-action": "Nothing to do yet",
    "large-share": "Groups that lead more than two items of five",
    "blank": "Blank cells",
    "no-contact": "Groups that nobody can reach",
    "no-members": "Groups without members",
    "no-organization": "Members without an organization",
}


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `must`: the plan cannot be adopted with it. `place` (an item's number and
    name, or a group) and `words` make one line: "3.2 Connections: nobody leads it"."""

    rule: str
    must: bool
    place: str
    words: str
    url: str
    act: str


@dataclass
class _Known:
    """The working copy, read once. `texts`: those with references, by item; `doing`: how many
    actions an item has."""

    plan: Plan
    numbers: list[tuple[str, Item]]
    groups: list[WorkGroup]
    roles: dict[uuid.UUID, list[tuple[int, str]]]
    texts: dict[uuid.UUID, str]
    doing: Counter[uuid.UUID]

    def __post_init__(self) -> None:
        self.matrix = f"{reverse('plans:matrix_edit')}?plan={self.plan.pk}"
        self.at = {item.pk: at for at, (_, item) in enumerate(self.numbers)}
        self.children: dict[Any, list[uuid.UUID]] = defaultdict(list)
        for _, item in self.numbers:
            self.children[item.parent_id].append(item.pk)

    def place(self, item: Item) -> str:
        return f"{self.numbers[self.at[item.pk]][0]} {Truncator(item.title).chars(60)}"

    def having(self, keys: set[str]) -> Counter[uuid.UUID]:
        """How many groups have one of these roles, by item."""
        return Counter(
            item_id for item_id, held in self.roles.items() for _, role in held if role in keys
        )

    def in_item(self, rule: str, item: Item, words: str, must: bool = False) -> Finding:
        url = reverse("plans:item_edit", args=[item.pk])
        return Finding(rule, must, self.place(item), words, url, "Edit the item")

    def in_matrix(self, rule: str, item: Item, words: str, must: bool = False) -> Finding:
        page = self.at[item.pk] // rows_a_page(len(self.groups)) + 1
        query = f"&page={page}" if page > 1 else ""
        url = f"{self.matrix}{query}#r-{item.pk.hex}"
        return Finding(rule, must, self.place(item), words, url, "Set roles")

    def uncovered(self, count: Counter[uuid.UUID]) -> list[Item]:
        """Items that nobody answers for: neither they nor anything above or below is counted.
        Of a branch without any, the topmost."""
        below: dict[uuid.UUID, bool] = {}
        for _, item in reversed(self.numbers):
            below[item.pk] = any(count[child] or below[child] for child in self.children[item.pk])
        done: set[Any] = set()
        found = []
        for _, item in self.numbers:
            if count[item.pk] or item.parent_id in done:
                done.add(item.pk)
            elif not below[item.pk]:
                done.add(item.pk)
                found.append(item)
        return found


def findings(plan: Plan) -> list[Finding]:
    """What must be mended first, then what should be; each in reading order. Five queries."""
    known = _read(plan)
    found = [
        *_dangling(known),
        *_only_one(known),
        *_leads(known),
        *_words(known),
        *_shares(known),
        *_blanks(known),
        *_groups(known),
    ]
    return sorted(found, key=lambda finding: not finding.must)


def musts(plan: Plan) -> list[Finding]:
    known = _read(plan)
    return [one for one in [*_dangling(known), *_only_one(known)] if one.must]


def by_rule(found: list[Finding]) -> list[tuple[str, list[Finding]]]:
    """(heading, its findings) in the order of the rules."""
    parts: dict[str, list[Finding]] = {rule: [] for rule in HEADINGS}
    for finding in found:
        parts[finding.rule].append(finding)
    return [(HEADINGS[rule], part) for rule, part in parts.items() if part]


def why_not_adopted(found: list[Finding]) -> str:
    """One sentence for what must be mended first."""
    first, more = found[0], len(found) - 1
    others = f" {more} more must be mended too." if more else ""
    return f"The plan cannot be adopted yet. {first.place}: {first.words}.{others}"


def _read(plan: Plan) -> _Known:
    """Five queries, whatever the number of items."""
    items = plan.items.standing()
    numbers = numbered(items.only("plan", "parent", "position", "handle", "statement"))
    roles, texts = defaultdict(list), defaultdict(str)
    held = RoleAssignment.objects.filter(item__plan=plan, item__retired_at=None)
    for item_id, group_id, role in held.values_list("item_id", "group_id", "role"):
        roles[item_id].append((group_id, role))
    mentions = items.filter(Q(text__contains="[[") | Q(evidence__contains="[["))
    for item_id, text, evidence in mentions.values_list("pk", "text", "evidence"):
        texts[item_id] = f"{text}\n{evidence}"
    doing: Counter[uuid.UUID] = Counter()
    standing = Action.objects.filter(item__plan=plan, retired_at=None, item__retired_at=None)
    for item_id, text in standing.values_list("item_id", "text"):
        doing[item_id] += 1
        if "[[" in text:
            texts[item_id] += f"\n{text}"
    counts = {
        "people": Count("members"),
        "alone": Count("members", filter=Q(members__organization_name="")),
    }
    groups = list(WorkGroup.objects.annotate(**counts).order_by("position", "code"))
    return _Known(plan, numbers, groups, roles, texts, doing)


def _dangling(known: _Known) -> list[Finding]:
    """References to what is no longer in the plan, and those that came with an import and still
    wait for their target."""
    found = []
    for _, item in known.numbers:
        texts = known.texts.get(item.pk, "")
        lost = sum(pk not in known.at for pk in cited(texts))
        if lost == 1:
            words = "it refers to an item that is not in the plan"
            found.append(known.in_item("dangling", item, words, must=True))
        elif lost:
            words = f"it refers to {lost} items that are not in the plan"
            found.append(known.in_item("dangling", item, words, must=True))
        for name in PENDING.findall(texts):
            words = f"it names “{name}”, which is no item of this plan yet"
            found.append(known.in_item("pending", item, words))
    return found


def _only_one(known: _Known) -> list[Finding]:
    """A role such as Accountable is held exactly once wherever groups have roles, and by somebody
    wherever nobody has one."""
    found = []
    for role in known.plan.roles:
        if not role["only_one"]:
            continue
        word, count = role["label"], known.having({role["key"]})
        nobody = {item.pk for item in known.uncovered(count)}
        for _, item in known.numbers:
            n = count[item.pk]
            if n > 1:
                words = f"{n} groups are {word}; exactly one may be"
            elif not n and (known.roles.get(item.pk) or item.pk in nobody):
                words = f"nobody is {word}; exactly one must be"
            else:
                continue
            found.append(known.in_matrix("only-one", item, words, must=True))
    return found


def _leads(known: _Known) -> list[Finding]:
    if any(role["leads"] and role["only_one"] for role in known.plan.roles):
        return []
    count = known.having(known.plan.leading)
    found = [known.in_matrix("no-lead", item, "nobody leads it") for item in known.uncovered(count)]
    return found + [
        known.in_matrix(
            "many-leads", item, f"{count[item.pk]} groups lead it; who calls the meeting?"
        )
        for _, item in known.numbers
        if count[item.pk] > MOST_LEADS
    ]


def _words(known: _Known) -> list[Finding]:
    found = []
    for _, item in known.numbers:
        if len(item.statement) > LONGEST_STATEMENT:
            words = (
                f"its statement has {len(item.statement)} characters; say it in {LONGEST_STATEMENT}"
            )
            found.append(known.in_item("long-statement", item, words))
        if not known.children[item.pk] and not known.doing[item.pk]:
            found.append(
                known.in_item("no-action", item, "nothing is to be done: it has no action")
            )
    return found


def _shares(known: _Known) -> list[Finding]:
    """Groups that lead more than their share of what has a lead."""
    leading = known.plan.leading
    by_group = Counter(
        group_id for held in known.roles.values() for group_id, role in held if role in leading
    )
    with_lead = len(known.having(leading))
    return [
        Finding(
            "large-share",
            False,
            group.name,
            f"it leads {by_group[group.pk]} of the {with_lead} items that have a lead",
            known.matrix,
            "Share the lead",
        )
        for group in known.groups
        if with_lead >= FEWEST_TO_SHARE and by_group[group.pk] * 100 > with_lead * LARGEST_SHARE
    ]


def _blanks(known: _Known) -> list[Finding]:
    """Blank cells, by group: where others have a role and this group has none."""
    cast = [{group_id for group_id, _ in held} for held in known.roles.values()]
    found = []
    for group in known.groups:
        blank = sum(group.pk not in held for held in cast)
        if blank:
            words = f"its cell is blank in {blank} of {len(cast)} items where others have a role"
            found.append(Finding("blank", False, group.name, words, known.matrix, "Set roles"))
    return found


def _groups(known: _Known) -> list[Finding]:
    found = []
    for group in known.groups:
        url = reverse("plans:group_edit", args=[group.code])
        if not group.contact_email:
            words = "nobody can reach it: it has no contact with an e-mail address"
            found.append(Finding("no-contact", False, group.name, words, url, "Add a contact"))
        if not group.people:  # type: ignore[attr-defined]
            words = "it has no members yet"
            found.append(
                Finding("no-members", False, group.name, words, f"{url}#members", "Add members")
            )
        elif alone := group.alone:  # type: ignore[attr-defined]
            words = f"{counted(alone, 'member')} without an organization"
            found.append(
                Finding("no-organization", False, group.name, words, f"{url}#members", "Add it")
            )
    return found
