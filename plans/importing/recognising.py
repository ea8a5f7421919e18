"""From lines to the parts of a tree: what each line is, and at which level."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from plans.choices import Status
from plans.importing import tree
from plans.importing.cast import ROLE_ALONE, cast_of, role_called
from plans.importing.lines import LONG, Line
from plans.importing.marks import (
    EVIDENCE_INLINE,
    NAV_WORDS,
    OUR_VERSION,
    TEXT_INLINE,
    Mark,
    furniture,
    handle_of,
    label_of,
    mark_of,
)
from plans.importing.tables import parts_of_table
from plans.importing.tree import Part, held_of
from plans.structure.numbers import MAX_DEPTH

STATUS_AT_END = re.compile(rf"(.*\S)\s+\(({'|'.join(str(s.label) for s in Status)})\)", re.I)
PLAN_WORDS = re.compile(r"\b(?:plan|strategy|strategic|blueprint|roadmap|agenda|ceds)\b", re.I)
# Marks that often stand before mere lists of things to do.
LISTS = {"arabic", "lower", "roman-lower"}


@dataclass
class Step:
    """A place on the way down the outline: what its lines begin with, and its level."""

    sign: tuple[Any, ...]
    level: int
    rank: int = 0


class Outline:
    """Gives each item its level: a sign that stood above comes back to its level, a new one goes
    one deeper."""

    def __init__(self) -> None:
        self.stack: list[Step] = []

    def level(self, sign: tuple[Any, ...], rank: int) -> int:
        for depth, step in enumerate(self.stack):
            if step.sign == sign:
                del self.stack[depth + 1 :]
                step.rank = rank or step.rank
                return step.level
        if rank:
            while self.stack and self.stack[-1].rank >= rank:
                self.stack.pop()
        level = self._below_numbers(sign) if sign[0] == "dots" else self._below()
        self.stack.append(Step(sign, min(level, MAX_DEPTH), rank))
        return self.stack[-1].level

    def _below(self) -> int:
        return self.stack[-1].level + 1 if self.stack else 1

    def _below_numbers(self, sign: tuple[Any, ...]) -> int:
        _, parts, word = sign

        def as_deep(step: Step) -> bool:
            if step.sign[0] != "dots":
                return False
            same = step.sign[2] == word or not word or not step.sign[2]
            return bool(step.sign[1] > parts or (step.sign[1] == parts and same))

        while self.stack and as_deep(self.stack[-1]):
            self.stack.pop()
        if not self.stack:
            return int(parts)
        above = self.stack[-1]
        jump = parts - above.sign[1] if above.sign[0] == "dots" else 1
        return above.level + max(int(jump), 1)


class Reader:
    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.marks = [None if line.cells or line.furniture else _mark(line) for line in lines]
        self.parts: list[Part] = []
        self.outline = Outline()
        self.context, self.context_role = "", ""
        self.form_began, self.began = False, False
        # Items that a heading or a word such as "Goal 1:" begins.
        self.named: set[int] = set()
        # The line that says what "Goal 2" above it, alone on its line, is.
        self.statement = -1
        self.signs: list[tuple[Any, ...] | None] = []
        self._first_looks()

    # Before reading: what kind of page it is.

    def _first_looks(self) -> None:
        self._settle_letters()
        self._settle_first_numbers()
        self.numbered = sum(
            m is not None and m.kind in ("word", "dots", "bare") for m in self.marks
        )
        strong = [n for n, m in enumerate(self.marks) if m and not m.doing]
        self.first = strong[0] if strong else -1
        self._find_shouted()
        self.ranks = {
            self.lines[n].heading for n in strong if self.lines[n].heading and self.numbered
        }
        headings = [n for n, line in enumerate(self.lines) if self._plain_heading(n)]
        self.headings = set(headings)
        self.title = self._find_title(headings)
        self.parents = self._bullets_as_items()
        self.loose = not strong and not (self.headings - {self.title}) and not self.parents
        if self.loose:
            self._settle_indents()
        self.menu = self._find_menu()

    def _settle_letters(self) -> None:
        """ "I." is a numeral or the letter after H; "V." alone is a letter."""
        last: dict[str, str] = {}
        for n, mark in enumerate(self.marks):
            if mark is None or mark.kind not in ("roman-upper", "roman-lower", "upper", "lower"):
                continue
            case = mark.kind.rpartition("-")[2]
            before = last.get(case, "")
            number = mark.number.upper()
            follows = len(number) == 1 and before and ord(number) == ord(before[-1]) + 1
            if mark.kind.startswith("roman") and len(number) == 1:
                if (number == "I" and before == "H") or (number in "VX" and follows):
                    mark.kind = case
            if not mark.kind.startswith("roman"):
                last[case] = number
            self.marks[n] = mark

    def _settle_first_numbers(self) -> None:
        """ "2." is the first part of "2.1" where that comes next."""
        following = ""
        for mark in reversed(self.marks):
            if mark is None:
                continue
            if mark.kind in ("arabic", "bare", "upper", "roman-upper"):
                if following.startswith((f"{mark.number}.", f"{mark.number}-")):
                    mark.kind, mark.parts = "dots", 1
                    following = ""
                elif mark.kind == "bare":
                    mark.kind, mark.parts = "dots", 1
            elif mark.kind == "dots" and mark.parts > 1:
                following = mark.number
            elif mark.kind == "word":
                following = ""

    def _find_shouted(self) -> None:
        """A line of capitals between blank lines is a heading, where nothing else is one."""
        if any(line.heading for line in self.lines):
            return
        for n, line in enumerate(self.lines):
            after = self.lines[n + 1].before if n + 1 < len(self.lines) else 1
            shouted = line.text.isupper() and 4 <= len(line.text) <= 80
            if shouted and line.before + (n == 0) and (after or n == 0) and not line.cells:
                if not line.bullet and not self.marks[n] and not furniture(line.text):
                    line.heading = 2

    def _plain_heading(self, n: int) -> bool:
        line = self.lines[n]
        return bool(
            line.heading
            and not self.marks[n]
            and not line.furniture
            and not furniture(line.text)
            and not label_of(line.text)
            and not ROLE_ALONE.fullmatch(line.text)
        )

    def _find_title(self, headings: list[int]) -> int:
        """The highest heading that stands alone above all items."""
        if headings and (self.first < 0 or headings[0] < self.first):
            rank = self.lines[headings[0]].heading
            alone = sum(line.heading == rank for line in self.lines) == 1
            if alone and (len(headings) > 1 or self.numbered or rank == 1 and self.first >= 0):
                return headings[0]
        for n, line in enumerate(self.lines[:4]):
            if n < self.first and not line.furniture and PLAN_WORDS.search(line.text):
                if (
                    len(line.text) <= 120
                    and len(line.text.split()) <= 14
                    and line.text[-1] not in ".:"
                ):
                    return n
        return -1

    def _bullets_as_items(self) -> set[int]:
        """Bullets that have bullets below them, where most have."""
        tops, parents = [], set()
        for n, line in enumerate(self.lines):
            if not line.bullet or line.furniture or cast_of(line.text) or self.marks[n]:
                continue
            below = self.lines[n + 1] if n + 1 < len(self.lines) else None
            if line.bullet == 1:
                tops.append(n)
            if below and below.bullet > line.bullet:
                parents.add(n)
        first = {n for n in parents if self.lines[n].bullet == 1}
        return parents if tops and 2 * len(first) >= len(tops) else set()

    def _settle_indents(self) -> None:
        """A page without a mark: what stands further in is below, what bullets follow is above."""
        plain = [n for n, line in enumerate(self.lines) if self._plain(line) and n != self.title]
        deep = {self.lines[n].indent for n in plain}
        for n in plain:
            line = self.lines[n]
            below = self.lines[n + 1] if n + 1 < len(self.lines) else None
            short = len(line.text) <= tree.MOST_STATEMENT
            leads = below is not None and below.bullet and not cast_of(line.text)
            if short and not label_of(line.text) and (len(deep) > 1 or leads):
                if not cast_of(line.text):
                    self.marks[n] = Mark("indent", "", line.text, parts=line.indent)

    def _plain(self, line: Line) -> bool:
        return not (line.bullet or line.cells or line.furniture or furniture(line.text))

    def _find_menu(self) -> set[int]:
        """Short lines in a row above the first item, one of which every menu has."""
        stop = self.first if self.first >= 0 else len(self.lines)
        found: set[int] = set()
        run: list[int] = []
        for n in range(stop + 1):
            line = self.lines[n] if n < stop else None
            if line and len(line.text.split()) <= 4 and not line.heading and n != self.title:
                if not self.marks[n] and line.text[-1] not in ".:;":
                    run.append(n)
                    continue
            if len(run) > 2 and any(NAV_WORDS.fullmatch(self.lines[m].text) for m in run):
                found |= set(run)
            run = []
        return found

    # Reading.

    def read(self) -> list[Part]:
        n = 0
        while n < len(self.lines):
            line = self.lines[n]
            if line.table and not line.furniture:
                end = n
                while end < len(self.lines) and self.lines[end].table == line.table:
                    end += 1
                for part in parts_of_table(self.lines[n:end], self.parts):
                    self._add(part, ("dots", part.number.count(".") + 1, ""))
                n = end
                continue
            self._read_line(n, line)
            n += 1
        self._lists_to_actions()
        self._statements()
        return self.parts

    def _add(self, part: Part, sign: tuple[Any, ...] | None = None) -> None:
        self.began = self.began or part.kind == tree.ITEM
        self.parts.append(part)
        self.signs.append(sign if part.kind == tree.ITEM else None)

    def _read_line(self, n: int, line: Line) -> None:
        if why := self._left_out(n, line):
            self._add(Part(line.number, line.text, tree.OUT, line.text, why=why))
        elif n == self.statement:
            self._add(Part(line.number, line.text, tree.STATEMENT, line.text))
        elif n == self.title:
            self._add(Part(line.number, line.text, tree.TITLE, line.text))
        elif mark := self.marks[n]:
            self._marked(n, line, mark)
        elif n in self.headings:
            self._heading(n, line)
        elif n in self.parents:
            self._item(n, line, Mark("bullet", "", line.text), ("bullet", line.bullet))
        else:
            self._words(n, line)

    def _left_out(self, n: int, line: Line) -> str:
        if line.furniture:
            return line.furniture
        if n in self.menu:
            return "menu"
        why = furniture(line.text)
        if why == "comment form":
            self.form_began = True
        elif self.form_began and (self.marks[n] or n in self.headings):
            self.form_began = False
        if not why and self.form_began and len(line.text.split()) <= 6 and not line.bullet:
            return "comment form"
        return why

    def _marked(self, n: int, line: Line, mark: Mark) -> None:
        if mark.doing and self._in_item():
            self._add(self._action(line, mark.rest or line.text))
            return
        if mark.kind == "dots":
            sign: tuple[Any, ...] = ("dots", mark.parts, mark.word)
        elif mark.kind == "word":
            sign = ("word", mark.word)
        elif mark.kind == "indent":
            sign = ("indent", mark.parts)
            while self.outline.stack and self.outline.stack[-1].sign > sign:
                self.outline.stack.pop()
        else:
            sign = (mark.kind,)
            # A list within a context (roles, evidence) belongs to it.
            if mark.kind in LISTS and self.context in (tree.ROLES, tree.EVIDENCE, tree.TEXT):
                self._in_context(line, mark.rest)
                return
        self._item(n, line, mark, sign)

    def _item(self, n: int, line: Line, mark: Mark, sign: tuple[Any, ...]) -> None:
        self.context, self.context_role = "", ""
        level = self.outline.level(sign, line.heading)
        handle, words = handle_of(mark.rest) if mark.rest else ("", line.text)
        if not mark.rest and self._says_what(n + 1):
            self.statement, words = n + 1, ""
        part = Part(line.number, line.text, tree.ITEM, words, level, mark.number, handle)
        part.why = mark.word
        if line.heading or mark.word:
            self.named.add(len(self.parts))
        self._add(part, sign)

    def _heading(self, n: int, line: Line) -> None:
        """A heading without a number: an item, unless numbered ones stand at its rank."""
        if self.numbered >= 2:
            if not self._in_item():
                why = "a heading before the first numbered item"
                self._add(Part(line.number, line.text, tree.UNKNOWN, line.text, why=why))
                return
            if line.heading in self.ranks or not self._numbers_below(n):
                if line.heading <= min(self.ranks, default=6) and self.ranks:
                    self.context = tree.UNKNOWN
                    why = "a heading without a number among numbered ones"
                    self._add(Part(line.number, line.text, tree.UNKNOWN, line.text, why=why))
                    return
                self.context = ""
                self._add(Part(line.number, line.text, tree.TEXT, f"**{line.text}**"))
                return
        self._item(n, line, Mark("heading", "", line.text), ("heading", line.heading))

    def _says_what(self, n: int) -> bool:
        """Whether a line is words and nothing else, such as could follow on "Goal 2"."""
        if n >= len(self.lines) or self.marks[n] or n in self.menu or n == self.title:
            return False
        line = self.lines[n]
        other = line.bullet or line.cells or line.quoted or line.furniture or furniture(line.text)
        short = len(line.text) <= tree.MOST_STATEMENT
        return bool(short and not other and not label_of(line.text) and not cast_of(line.text))

    def _numbers_below(self, n: int) -> bool:
        for below in range(n + 1, len(self.lines)):
            line, mark = self.lines[below], self.marks[below]
            if line.heading and line.heading <= self.lines[n].heading:
                return False
            if mark and mark.kind in ("word", "dots") and not mark.doing:
                return True
        return False

    def _words(self, n: int, line: Line) -> None:
        text = line.text
        if what := (not line.bullet and label_of(text)) or "":
            self.context, self.context_role = ("" if what == "none" else what), ""
            if what == tree.TEXT and self._in_item():
                self._add(Part(line.number, text, tree.TEXT, f"**{text.rstrip(':')}**"))
            else:
                self._add(Part(line.number, text, tree.LABEL, text))
            return
        if (alone := ROLE_ALONE.fullmatch(text)) and (text.endswith(":") or line.heading):
            self.context, self.context_role = tree.ROLES, role_called(alone[1])
            self._add(Part(line.number, text, tree.LABEL, text))
            return
        if self.context == tree.UNKNOWN or not self._in_item():
            why = "" if self._in_item() else "stands before the first item"
            self._add(Part(line.number, text, tree.UNKNOWN, text, why=why))
        elif roles := cast_of(text):
            self._add(Part(line.number, text, tree.ROLES, text, roles=roles))
        elif self._goes_on(n, line):
            self._add(Part(line.number, text, tree.MORE, text))
        elif line.quoted or EVIDENCE_INLINE.fullmatch(text):
            self._add(Part(line.number, text, tree.EVIDENCE, text))
        elif TEXT_INLINE.fullmatch(text):
            self._add(Part(line.number, text, tree.TEXT, f"- {text}" if line.bullet else text))
        elif line.bullet or self.context in (tree.ROLES, tree.EVIDENCE):
            self._in_context(line, text)
        elif text[-1] in '.!?:;”")' or len(text.split()) >= 6 or self._under_heading(n):
            self.context = ""
            self._add(Part(line.number, text, tree.TEXT, text))
        else:
            self._add(Part(line.number, text, tree.UNKNOWN, text, why="a few words without a mark"))

    def _under_heading(self, n: int) -> bool:
        return bool(n and self.lines[n - 1].heading and self.parts[-1].kind == tree.ITEM)

    def _in_context(self, line: Line, text: str) -> None:
        if self.context == tree.ROLES:
            roles = cast_of(text, self.context_role)
            if roles:
                self._add(Part(line.number, line.text, tree.ROLES, text, roles=roles))
                return
            if not line.bullet or not self.context_role:
                why = "stands among the work groups, without a role"
                self._add(Part(line.number, line.text, tree.UNKNOWN, text, why=why))
                return
        if self.context in (tree.EVIDENCE, tree.TEXT):
            words = f"- {text}" if line.bullet else text
            self._add(Part(line.number, line.text, self.context, words))
            return
        self._add(self._action(line, text))

    def _action(self, line: Line, text: str) -> Part:
        part = Part(line.number, line.text, tree.ACTION, text)
        if said := STATUS_AT_END.fullmatch(text):
            labels = {str(s.label).lower(): s.value for s in Status}
            part.words, part.status = said[1], labels[said[2].lower()]
        return part

    def _in_item(self) -> bool:
        return self.began

    def _goes_on(self, n: int, line: Line) -> bool:
        """A line that was broken by the width of the page."""
        above = self.lines[n - 1] if n else None
        if (
            not above
            or line.before
            or line.bullet
            or line.quoted
            or above.heading
            or not self.parts
        ):
            return False
        last = self.parts[-1]
        if last.line != above.number or last.kind in (
            tree.OUT,
            tree.UNKNOWN,
            tree.LABEL,
            tree.TITLE,
        ):
            return False
        if line.text[0].islower():
            return True
        return len(above.text) >= 55 and above.text[-1] not in ".:;!?" and last.kind != tree.ROLES

    # After reading.

    def _lists_to_actions(self) -> None:
        """A numbered or lettered list deepest in the outline, nothing below it, is things to do."""
        busy: set[tuple[Any, ...]] = set()
        for at, part in enumerate(self.parts):
            sign = self.signs[at]
            if sign is None or sign[0] not in LISTS:
                continue
            if part.level < 2:
                busy.add(sign)
                continue
            for below, later in enumerate(self.parts[at + 1 :], start=at + 1):
                if later.kind == tree.ITEM:
                    if later.level > part.level and self.signs[below] not in (None, sign):
                        busy.add(sign)
                    break
                if later.kind in (tree.ACTION, tree.ROLES):
                    busy.add(sign)
                    break
        for at, part in enumerate(self.parts):
            sign = self.signs[at]
            if sign and sign[0] in LISTS and sign not in busy:
                words = f"{part.handle}: {part.words}" if part.handle else part.words
                kept = Part(part.line, part.said, tree.ACTION, words)
                self.parts[at], self.signs[at] = kept, None

    def _statements(self) -> None:
        """ "3.2 Connections", then a sentence: the one is the handle, the other the statement."""
        ours = any(part.why == OUR_VERSION for part in self.parts)
        for at, (part, below) in enumerate(zip(self.parts, self.parts[1:], strict=False)):
            if not part.words and below.kind == tree.STATEMENT and at + 2 < len(self.parts):
                part, below = below, self.parts[at + 2]
            if at not in self.named or re.match(r"see\b", below.words, re.I):
                continue
            if (
                part.kind not in (tree.ITEM, tree.STATEMENT)
                or part.handle
                or below.kind != tree.TEXT
            ):
                continue
            named = len(part.words) <= tree.MOST_HANDLE and len(part.words.split()) <= 6
            one = not re.search(r"[.!?]\s", below.words) and len(below.words.split()) >= 4
            one = one or ours
            if (
                named
                and one
                and len(below.words) <= tree.MOST_STATEMENT
                and below.words[0] not in "*-"
            ):
                below.kind = tree.STATEMENT


def _mark(line: Line) -> Mark | None:
    if line.quoted or len(line.text) > LONG:
        return None
    mark = mark_of(line.text, heading=bool(line.heading), bullet=bool(line.bullet))
    if mark and mark.kind not in ("word", "dots", "bare") and cast_of(line.text):
        return None
    return mark


def recognise(lines: list[Line], notices: list[str] | None = None) -> dict[str, Any]:
    """The tree of a page, as JSON: see plans.importing.tree."""
    reader = Reader(lines)
    return tree_of(reader.read(), notices)


def tree_of(parts: list[Part], notices: list[str] | None = None, title: str = "") -> dict[str, Any]:
    titles = [part.words for part in parts if part.kind == tree.TITLE]
    words: dict[int, Counter[str]] = {}
    for part in parts:
        if part.kind == tree.ITEM and part.why:
            words.setdefault(part.level, Counter())[part.why] += 1
            part.why = ""
    return {
        "title": title or (titles[0][:120] if titles else ""),
        "levels": {str(level): said.most_common(1)[0][0] for level, said in words.items()},
        "notices": notices or [],
        "parts": [held_of(part) for part in parts],
    }
