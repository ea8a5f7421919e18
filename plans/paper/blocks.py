"""Sanitised HTML as blocks that the press sets: the closed set of vocabularies.text, nothing lost.

A block is {"kind": "p" | "h", "runs": […]}, {"kind": "ul" | "ol", "items": [[block, …], …]} or
{"kind": "quote", "blocks": […]}. A run is {"t": words}, {"br": true}, {"code": words},
{"b": runs}, {"i": runs}, or a link: {"a": runs, "url": address} or {"a": runs, "to": number}.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

Runs = list[dict[str, Any]]
Blocks = list[dict[str, Any]]
# (address, it is one of our references) → {"url": …} or {"to": …}
Leads = Callable[[str, bool], dict[str, str]]

MARKS = {"strong": "b", "em": "i", "code": "code"}
BLANKS = re.compile(r"[ \t\r\n]+")


def to_blocks(html: str, leads: Leads) -> Blocks:
    """Blocks of a text that may have paragraphs and lists."""
    reader = _Reader(leads)
    reader.feed(html)
    reader.close()
    return reader.blocks


def to_runs(html: str, leads: Leads) -> Runs:
    """Runs of a text that has no blocks, such as an action's."""
    return [run for block in to_blocks(html, leads) for run in block.get("runs", [])]


class _Reader(HTMLParser):
    """Keeps a stack of the open places: lists of blocks, and lists of runs inside of them."""

    def __init__(self, leads: Leads) -> None:
        super().__init__(convert_charrefs=True)
        self.leads = leads
        self.blocks: Blocks = []
        self.holders: list[Blocks] = [self.blocks]
        self.lists: list[list[Blocks]] = []
        self.runs: list[Runs] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "h3", "h4"):
            self._begin("h" if tag != "p" else "p")
        elif tag in ("ul", "ol"):
            self._end()
            items: list[Blocks] = []
            self.holders[-1].append({"kind": tag, "items": items})
            self.lists.append(items)
        elif tag == "li" and self.lists:
            self._end()
            self.lists[-1].append([])
            self.holders.append(self.lists[-1][-1])
        elif tag == "blockquote":
            self._end()
            inner: Blocks = []
            self.holders[-1].append({"kind": "quote", "blocks": inner})
            self.holders.append(inner)
        elif tag == "br":
            self._here().append({"br": True})
        elif tag in MARKS:
            self._into({MARKS[tag]: []}, MARKS[tag])
        elif tag == "a":
            told = dict(attrs)
            where = self.leads(told.get("href") or "", told.get("class") == "ref")
            self._into({"a": [], **where}, "a")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h3", "h4"):
            self._end()
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag in ("li", "blockquote") and len(self.holders) > 1:
            self._end()
            self.holders.pop()
        elif (tag in MARKS or tag == "a") and len(self.runs) > 1:
            self.runs.pop()

    def handle_data(self, data: str) -> None:
        words = BLANKS.sub(" ", data)
        if not words.strip() and not self.runs:
            return
        self._here().append({"t": words})

    def close(self) -> None:
        super().close()
        self._end()

    def _begin(self, kind: str) -> None:
        self._end()
        runs: Runs = []
        self.holders[-1].append({"kind": kind, "runs": runs})
        self.runs = [runs]

    def _end(self) -> None:
        self.runs = []

    def _here(self) -> Runs:
        """Where words go now; loose ones, as in a tight list, get a paragraph."""
        if not self.runs:
            self._begin("p")
        return self.runs[-1]

    def _into(self, run: dict[str, Any], name: str) -> None:
        self._here().append(run)
        self.runs.append(run[name])
