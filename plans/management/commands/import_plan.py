"""`manage.py import_plan FILE`: a plan that a region already has, into the working copy."""

import json
import sys
from html import unescape
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from accounts.actions import MoveRefused
from plans.actions import PlanBegun
from plans.actions.importing import (
    Place,
    begin_import,
    level_words,
    refuse_what_does_not_fit,
    save_import,
)
from plans.importing.matching import Proposal, propose
from plans.importing.reading import MOST_BYTES, read_plan
from plans.importing.tree import Node, as_json, left_out, parts_of, roots_of, unplaced, walk
from plans.models import Plan
from plans.structure.freezing import working_items
from vocabularies.files import Unreadable


class Command(BaseCommand):
    help = (
        "Read a plan from a file (text, Markdown, a saved web page, .docx, our CSV or JSON) into "
        "the working copy: the plan at work is updated, or the first one begun. Nothing is deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file, or - for what comes in")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, no more")
        parser.add_argument("--json", action="store_true", help="print the tree as JSON")
        parser.add_argument("--plan", type=int, help="id of the plan to update")
        parser.add_argument("--under", help="number of the item that it goes under, such as 3")
        parser.add_argument("--title", default="", help="of a new plan")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tree = read_plan(_bytes_of(options["file"]))
        except Unreadable as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}.") from problem
        try:
            plan = _plan(options["plan"])
            under = _under(plan, options["under"])
            proposal = propose(tree, plan, under=under)
        except ProgrammingError as error:
            if not (options["dry_run"] and options["json"]):
                raise CommandError("The database has no tables yet: migrate it first.") from error
            # What the text says can be told without one.
            plan, under, proposal = None, None, None
        if options["json"]:
            self.stdout.write(json.dumps(shown(tree, plan, proposal), indent=2, ensure_ascii=False))
        else:
            assert proposal
            self._say(tree, plan, proposal)
        if options["dry_run"]:
            return
        assert proposal
        name = Path(options["file"]).name if options["file"] != "-" else ""
        place = Place(plan=plan, title=options["title"], under=under)
        try:
            if plan:
                refuse_what_does_not_fit(plan, proposal)
            brought = begin_import(tree=tree, name=name, plan=plan, by=None)
            outcome = save_import(brought=brought, revision=1, place=place, by=None)
        except (MoveRefused, PlanBegun) as refusal:
            raise CommandError(str(refusal)) from refusal
        said = f"Saved into “{outcome.plan}”: {outcome.added} added, {outcome.changed} changed."
        (self.stderr if options["json"] else self.stdout).write(said)

    def _say(self, tree: dict[str, Any], plan: Plan | None, proposal: Proposal) -> None:
        parts = parts_of(tree)
        roots = roots_of(parts)
        say = self.stdout.write
        say(f"Into {plan or 'a new plan'}" + (f", under {proposal.placed}" * bool(proposal.placed)))
        for draft in proposal.drafts:
            node = draft.node
            found = f" ({draft.how}, {draft.figure} %)" if draft.how else ""
            number = f"{node.number} " if node.number else ""
            say(f"{'  ' * node.depth}{draft.state:7}{number}{draft.title[:90]}{found}")
            for change in draft.changes:
                say(f"{'  ' * node.depth}         {change.kind}: {_words(change)}")
            if draft.move:
                say(f"{'  ' * node.depth}         Moves: {draft.move.was} → {draft.move.now}")
            for one in draft.statuses:
                say(f"{'  ' * node.depth}         Status stays: {one.now}, not {one.said}")
            for kept in [*draft.kept, *filter(None, [draft.stays])]:
                say(f"{'  ' * node.depth}         {kept}")
        for match in proposal.groups:
            if match.group is None:
                say(f"New work group: {match.name}")
            elif not match.exact:
                say(f"Work group “{match.name}” is {match.group} ({match.figure} %)")
        for said, word in proposal.role_words:
            say(f"Role “{said}” is taken as {word}")
        for row in proposal.missing:
            say(f"Not in the file, stays: {row.number} {row.title[:90]}")
        for words in dict.fromkeys(proposal.pending):
            say(f"Waits for its target: {words}")
        for at in unplaced(parts, roots):
            say(f"Not understood, line {parts[at].line}: {parts[at].said[:100]}")
        for at in left_out(parts, roots):
            say(f"Left out, line {parts[at].line}: {parts[at].said[:80]} ({parts[at].why})")


def _words(change: Any) -> str:
    if change.was or change.now:
        return f"{change.was} → {change.now}"
    marks = {"<ins>": "{+", "</ins>": "+}", "<del>": "[-", "</del>": "-]"}
    said = str(change.html)
    for tag, mark in marks.items():
        said = said.replace(tag, mark)
    return unescape(said)


def shown(tree: dict[str, Any], plan: Plan | None, proposal: Proposal | None) -> dict[str, Any]:
    """What `--json` prints."""
    parts = parts_of(tree)
    roots = roots_of(parts)
    nodes = list(walk(roots))
    numbers = {node.number for node in nodes}
    said = [one for node in nodes for one in node.references]
    pending = [one["said"] for one in said if one["number"] not in numbers]

    def lines(found: list[int]) -> list[dict[str, Any]]:
        return [{"line": parts[n].line, "text": parts[n].said, "why": parts[n].why} for n in found]

    return {
        "title": tree["title"],
        "plan": str(plan) if plan else None,
        "placed_under": proposal.placed or None if proposal else None,
        "levels": level_names(tree, nodes),
        "counts": {
            "items": len(nodes),
            "roles": sum(len(node.roles) for node in nodes),
            "actions": sum(len(node.actions) for node in nodes),
            "references": sum(len(node.references) for node in nodes),
        },
        "items": [as_json(node) for node in roots],
        "pending": list(dict.fromkeys(proposal.pending if proposal else pending)),
        "left_out": lines(left_out(parts, roots)),
        "unknown": lines(unplaced(parts, roots)),
        "notices": tree["notices"],
    }


def level_names(tree: dict[str, Any], nodes: list[Node]) -> dict[str, str]:
    """{"2": "strategy", …} of the levels that the text has."""
    levels = [node.level for node in nodes] or [1]
    words = level_words(tree, min(levels), max(levels) - min(levels) + 1)
    return {str(min(levels) + n): one for n, (one, _) in enumerate(words)}


def _bytes_of(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(name).open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _plan(pk: int | None) -> Plan | None:
    if pk is None:
        return Plan.objects.at_work().first()
    plan = Plan.objects.at_work().filter(pk=pk).first()
    if plan is None:
        raise CommandError(f"There is no plan {pk} at work.")
    return plan


def _under(plan: Plan | None, number: str | None) -> Any:
    if not number:
        return None
    found = dict(working_items(plan)) if plan else {}
    if number not in found:
        raise CommandError(f"The plan has no item {number}.")
    return found[number].pk
