"""Lines of a page, whatever it was: text, Markdown, HTML or what a Word file says as HTML."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from vocabularies.text import CONTROLS, DIRECTION_MARKS, UNSEEN, tidy

BULLETS = "•●▪■□◦○‣⁃∙·–—*+➢➤✓✔☐☑❏►-"
BULLET = re.compile(rf"(?:[{re.escape(BULLETS)}\uf0b7\uf0a7]|o(?=\t| {{2,}}))\s+(?=\S)")
HASHES = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
RULE = re.compile(r"[\W_]+", re.ASCII)
PIPES = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
# How far a tab goes.
TAB = 4
# A longer line is prose, whatever it begins with.
LONG = 2_000


@dataclass
class Line:
    """One line that says something. `heading` is its rank from 1, `bullet` the depth of its list
    from 1, `before` the blank lines above it; `cells` of a row of table `table`."""

    number: int
    text: str
    indent: int = 0
    heading: int = 0
    bullet: int = 0
    ordered: bool = False
    quoted: bool = False
    before: int = 0
    furniture: str = ""
    table: int = 0
    cells: list[str] = field(default_factory=list)


def cleaned(text: str) -> str:
    """Readable on one line: no invisible letters, runs of blanks are one."""
    text = text.encode("utf-8", "ignore").decode()  # JSON can hold halves of letters
    text = UNSEEN.sub("", CONTROLS.sub("", DIRECTION_MARKS.sub("", text)))
    return tidy(re.sub(r"\s+", " ", text.replace("\xa0", " ")))


def lines_of_text(text: str) -> list[Line]:
    """Lines of plain text or Markdown; empty ones are counted and left out."""
    found: list[Line] = []
    blank, table, in_table = 0, 0, False
    for number, raw in enumerate(re.split(r"\r\n?|\n|\x0b|\x0c|\u2028|\u2029|\x85", text), start=1):
        said = cleaned(raw)
        if not said:
            blank, in_table = blank + bool(found), False
            continue
        line = Line(number, said, before=blank)
        blank = 0
        indented = raw.replace("\xa0", " ").expandtabs(TAB)
        line.indent = len(indented) - len(indented.lstrip())
        cells = _cells(raw)
        if cells or (in_table and PIPES.fullmatch(said)):
            table += not in_table
            in_table = True
            line.table, line.cells = table, cells
        else:
            in_table = False
            _mark(line, raw.strip())
            _underline(found, line)
        found.append(line)
    _depths(found)
    return found


def _cells(raw: str) -> list[str]:
    """Of a row with pipes or with several tabs inside of it."""
    stripped = raw.strip(" \r\n")
    if stripped.startswith("|") and stripped.count("|") > 2:
        parts = stripped.strip("|").split("|")
        return [] if PIPES.fullmatch(stripped) else [cleaned(part) for part in parts]
    if stripped.strip("\t").count("\t") >= 2 and not BULLET.match(stripped):
        return [cleaned(part) for part in raw.strip("\r\n").split("\t")]
    return []


def _mark(line: Line, raw: str) -> None:
    if len(line.text) > LONG:
        return
    if hashes := HASHES.fullmatch(line.text):
        line.heading, line.text = len(hashes[1]), _plain(hashes[2])
    elif line.text.startswith("> "):
        line.quoted, line.text = True, line.text.lstrip("> ")
    elif (bullet := BULLET.match(raw)) and (said := cleaned(raw[bullet.end() :])):
        line.bullet, line.text = 1, _ticked(said, raw[0])
    if whole := re.fullmatch(r"(\*\*|__)([^*]{2,120}?)\1:?", line.text):
        line.text = cleaned(whole[2])
    line.text = re.sub(r"\*\*([^*]+)\*\*", r"\1", line.text)


def _ticked(said: str, sign: str) -> str:
    """Of a list to tick: "[x] Call" and "☑ Call" are done."""
    box = re.match(r"\[([ xX]?)\]\s+(?=\S)", said)
    done = sign == "☑" or (box is not None and box[1] in ("x", "X"))
    said = said[box.end() :] if box else said
    return f"{said} (Done)" if done else said


def _plain(text: str) -> str:
    return text.strip("*_ ") or text


def _underline(found: list[Line], line: Line) -> None:
    """=== or --- right under a line make it a heading."""
    above = found[-1] if found else None
    if not above or line.before or not re.fullmatch(r"={3,}|-{3,}", line.text):
        return
    if not above.heading and not above.bullet and len(above.text) <= 120:
        above.heading = 1 if line.text[0] == "=" else 2


def _depths(found: list[Line]) -> None:
    """Bullets further in are deeper, within one run of them."""
    stack: list[int] = []
    for line in found:
        if not line.bullet:
            if line.indent <= (stack[0] if stack else 0) or line.heading:
                stack = []
            continue
        while stack and stack[-1] > line.indent:
            stack.pop()
        if not stack or stack[-1] < line.indent:
            stack.append(line.indent)
        line.bullet = len(stack)


# HTML --------------------------------------------------------------------------

BLOCKS = set(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option "
    "p pre section summary table tbody tfoot thead tr ul label button select".split()
)
SILENT = {"script", "style", "template", "noscript", "svg", "head", "iframe", "object"}
VOID = {"br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "col", "embed"}
FURNITURE = {
    "nav": "navigation",
    "header": "top of the page",
    "footer": "foot of the page",
    "form": "form",
    "aside": "side of the page",
    "button": "button",
    "select": "form",
}
CLASSES = re.compile(
    r"(?:^|[\s_-])(menu|nav|navigation|navbar|breadcrumbs?|sidebar|widget|comments?|respond|"
    r"comment-?form|share|sharing|sharedaddy|social|printfriendly|footer|pagination|cookie|"
    r"skip-link|screen-reader-text|site-header|masthead|post-navigation)(?:$|[\s_-])",
    re.I,
)
MOST_DEPTH = 120


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.open: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.cells: list[str] | None = None
        self.tables = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent:
            self.silent += tag in SILENT
            return
        if tag in SILENT:
            self.silent = 1
            return
        if tag in BLOCKS or tag == "br":
            self._end_line()
        if tag in ("p", "li") and tag in [name for name, _ in self.open[-1:]]:
            self.open.pop()
        if tag == "table":
            self.tables += 1
        if tag == "tr":
            self.cells = []
        if tag in ("td", "th"):
            self._end_cell()
        if tag in VOID or len(self.open) >= MOST_DEPTH:
            return
        given = {name: value or "" for name, value in attrs}
        marks = f"{given.get('class', '')} {given.get('id', '')} {given.get('role', '')}"
        why = FURNITURE.get(tag, "")
        # An article's own header is its title.
        if tag == "header" and any(name in ("article", "main") for name, _ in self.open):
            why = ""
        if not why and tag not in ("body", "html", "main") and (found := CLASSES.search(marks)):
            why = f"“{found[1].lower()}” of the page"
        if why or tag in BLOCKS or tag in ("td", "th"):
            self.open.append((tag, why))

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            self.silent -= tag in SILENT
            return
        if tag in ("td", "th"):
            self._end_cell()
        if tag in BLOCKS:
            self._end_line()
        names = [name for name, _ in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)

    def _end_cell(self) -> None:
        if self.cells is not None and (self.words or any(n in ("td", "th") for n, _ in self.open)):
            self.cells.append(cleaned(" ".join(self.words)))
            self.words = []

    def _end_line(self) -> None:
        names = [name for name, _ in self.open]
        if self.cells is not None and ("td" in names or "th" in names):
            self.words.append(" ")
            return
        if self.cells:
            cells, self.cells = self.cells, None
            if any(cells):
                said = " | ".join(cells)
                self._add(Line(0, said, table=self.tables, cells=cells))
        said = cleaned("".join(self.words))
        self.words = []
        if not said:
            return
        line = Line(0, said, before=1)
        rank = next((name for name in names if re.fullmatch("h[1-6]", name)), "")
        line.heading = int(rank[1]) if rank else 0
        if "li" in names and not rank:
            line.bullet = max(sum(name in ("ul", "ol") for name in names), 1)
            line.ordered = "ol" in names and names[::-1].index("ol") < _at(names[::-1], "ul")
        line.quoted = "blockquote" in names
        # A page of plain lines within <pre> or <br> keeps its own bullets.
        if not line.bullet and not rank:
            _mark(line, said)
        self._add(line)

    def _add(self, line: Line) -> None:
        line.number = len(self.lines) + 1
        line.furniture = next((why for _, why in self.open if why), "")
        self.lines.append(line)


def _at(names: list[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def lines_of_html(html: str) -> list[Line]:
    """Lines of a web page as a reader sees them; scripts and styles are none."""
    page = _Page()
    page.feed(html)
    page.close()
    page.open = [one for one in page.open if one[0] not in ("td", "th")]
    page._end_line()
    return page.lines
