"""The plan as one Markdown file."""

import re

from django.template.loader import render_to_string

from plans.exporting.columns import Taken
from plans.references import to_plain

HEADING = re.compile(r"^#{1,6}(?=\s)", re.MULTILINE)


def plan_as_markdown(taken: Taken) -> str:
    rows = [
        {
            "node": node,
            "hashes": "#" * min(node.depth + 1, 6),
            "text": _below(to_plain(node.text, taken.labels)),
            "evidence": _quoted(to_plain(node.evidence, taken.labels)),
            "actions": [
                (to_plain(action["text"], taken.labels), action["word"].lower())
                for action in node.actions
            ],
        }
        for node in taken.nodes
    ]
    context = {"version": taken.version, "plan": taken.version.plan, "rows": rows}
    return render_to_string("plans/plan.md", context)


def _below(text: str) -> str:
    """Headings inside of a text stand below those of the items."""
    return HEADING.sub("######", text)


def _quoted(text: str) -> str:
    """Every line of it as a quotation; paragraphs stay apart."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
