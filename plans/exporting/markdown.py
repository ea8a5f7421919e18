"""The plan as one Markdown file: blocks with one blank line between them."""

import re
from collections.abc import Iterator

from django.utils import timezone

from plans.exporting.columns import Taken
from plans.models import VersionItem
from plans.structure.references import to_plain

HEADING = re.compile(r"^#{1,6}(?=\s)", re.MULTILINE)
BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")


def plan_as_markdown(taken: Taken) -> str:
    version = taken.version
    stage = version.get_stage_display().lower()
    blocks = [
        f"# {version.plan}",
        f"Version {version.number}, {stage}, published {timezone.localdate(version.published_at)}.",
        *(block for node in taken.nodes for block in _blocks(node, taken)),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _blocks(node: VersionItem, taken: Taken) -> Iterator[str]:
    yield f"{'#' * min(node.depth + 1, 6)} {node.number} {node.title}"
    if node.handle:
        yield node.statement
    yield "\n".join(
        f"- {word}: {', '.join(group['name'] for group in groups)}" for _, word, groups in node.cast
    )
    yield HEADING.sub("######", _close(to_plain(node.text, taken.labels)))
    # Another sign than that of the roles: two lists, not one.
    yield "\n".join(
        f"* {to_plain(action['text'], taken.labels)} ({action['word'].lower()})"
        for action in node.actions
    )
    yield _quoted(_close(to_plain(node.evidence, taken.labels)))


def _close(text: str) -> str:
    return BLANKS.sub("\n\n", text.strip("\n"))


def _quoted(text: str) -> str:
    """Every line of it as a quotation; paragraphs stay apart."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
