"""How a line begins: "3.2.", "Goal 1:", "Strategy 2.2", "Objective A", "II.", "b)"; and what
belongs to a web page rather than to its plan."""

import re
from dataclasses import dataclass

LEVELS = (
    "strategic goal|goal|strategy|sub[ -]?strategy|strategic objective|objective|"
    "strategic priority|priority area|priority|pillar|theme|focus area|initiative|outcome|"
    "strategic direction|direction|imperative|recommendation"
)
DOING = "action step|action item|action|activity|task|tactic|step"
PARTS = r"(?:\d{1,3}|[A-Z]|[IVX]{1,5})(?:[.-](?:\d{1,3}|[A-Za-z](?![A-Za-z])))*"
FIGURES = "one two three four five six seven eight nine ten".split()
WORDED = re.compile(
    rf"(?P<word>(?i:{LEVELS}|{DOING}))\s+(?i:#|no\.?\s*|number\s+)?"
    rf"(?P<number>(?i:{'|'.join(FIGURES)})(?!\w)|{PARTS})(?P<end>\s*[.:)–—|-]+\s*|\s+|$)(?P<rest>.*)"
)
WORD_ONLY = re.compile(rf"(?P<word>(?i:{LEVELS}))\s*[:–—]\s+(?P<rest>\S.*)")
DOTTED = re.compile(
    r"(?P<number>(?:\d{1,3}|[A-Z])(?:\.(?:\d{1,3}|[A-Za-z](?![A-Za-z])))+)[.):]*"
    r"(?:\s+|(?<=[.):])(?=[A-Z]))(?P<rest>\S.*)"
)
# "1A." is the first part of 1.
LETTERED = re.compile(r"(?P<number>\d{1,2}[A-Z])[.):]\s+(?P<rest>\S.*)")
ARABIC = re.compile(r"\(?(?P<number>\d{1,3})[.)]\s+(?P<rest>\S.*)")
ROMAN = re.compile(r"\(?(?P<number>[IVX]{1,5}|[ivx]{1,5})[.)]\s+(?P<rest>\S.*)")
LETTER = re.compile(r"\(?(?P<number>[A-Za-z])[.)]\s+(?P<rest>\S.*)")
BARE = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)[.):]?\s+(?P<rest>\S.*)")
AMOUNT = re.compile(
    r"(?:percent|per cent|%|million|billion|thousand|hours?|days?|weeks?|months?|years?|miles|"
    r"times|points?|acres|FTE)\b|%"
)
ROMANS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()


@dataclass
class Mark:
    """`kind`: word, dots, arabic, upper, lower, roman-upper, roman-lower, bare; `parts`: how many
    a number has; `doing`: the word means an action."""

    kind: str
    number: str
    rest: str
    word: str = ""
    parts: int = 1
    doing: bool = False


def mark_of(text: str, *, heading: bool = False, bullet: bool = False) -> Mark | None:
    """The mark at the start of a line; None where it begins with words."""
    if found := WORDED.fullmatch(text):
        mark = _worded(found, heading, bullet)
        if mark:
            return mark
    if not bullet and (found := WORD_ONLY.fullmatch(text)):
        return Mark("word", "", found["rest"], _word(found["word"]))
    if (found := DOTTED.fullmatch(text)) and re.search(r"\d", found["number"]):
        if not (AMOUNT.match(found["rest"]) or (bullet and found["rest"][:1].islower())):
            number = re.sub(r"(?:\.0+)+$", "", found["number"])  # "2.0" is 2
            return Mark("dots", number, found["rest"], parts=_count(number))
        return None
    if heading and (found := BARE.fullmatch(text)) and len(found["number"]) <= 11:
        count = _count(found["number"])
        return Mark("dots" if count > 1 else "bare", found["number"], found["rest"], parts=count)
    if bullet:
        return None
    if found := LETTERED.fullmatch(text):
        return Mark("dots", found["number"], found["rest"], parts=2)
    if found := ARABIC.fullmatch(text):
        # "1. Strategy 1.1.1: Publish" in a list that is numbered once more.
        inner = WORDED.fullmatch(found["rest"])
        if inner and (mark := _worded(inner, heading, bullet)) and mark.rest and not mark.doing:
            return mark
        return None if AMOUNT.match(found["rest"]) else Mark("arabic", found[1], found["rest"])
    for pattern, name in ((ROMAN, "roman"), (LETTER, "")):
        if found := pattern.fullmatch(text):
            number = found["number"]
            case = "upper" if number.isupper() else "lower"
            if name and number.upper() not in ROMANS:
                continue
            return Mark(f"{name}-{case}" if name else case, number, found["rest"])
    return None


def _worded(found: re.Match[str], heading: bool, bullet: bool) -> Mark | None:
    number, end, rest = found["number"], found["end"], found["rest"]
    word = _word(found["word"])
    parted = bool(end.strip()) or not rest
    if number.lower() in FIGURES:
        number = str(FIGURES.index(number.lower()) + 1) if parted else number
    # "Action A plan" and "• Strategy 2.2 offers …" are sentences.
    if not parted and (number.isalpha() or rest[:1].islower()):
        return None
    if not rest and not heading and not parted:
        return None
    doing = bool(re.fullmatch(DOING, word))
    count = _count(number)
    return Mark("dots" if count > 1 else "word", number, rest, word, count, doing)


def _word(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower()).replace("substrategy", "sub-strategy")


def _count(number: str) -> int:
    return len(re.split(r"[.-]", number))


# Handles -----------------------------------------------------------------------

CAPITALS = re.compile(r"(?P<handle>[^\W\d_][^.:;!?–—()]{1,59}?)\s*[.:–—]\s*(?P<rest>\S.*)")
BEFORE_COLON = re.compile(r"(?P<handle>[A-Z][^.:;!?]{1,58})\s*(?::|\s[–—-])\s+(?P<rest>\S.*)")


def handle_of(text: str) -> tuple[str, str]:
    """(handle, statement): "CONNECTIONS. Create …" → ("CONNECTIONS", "Create …")."""
    if found := CAPITALS.fullmatch(text):
        if found["handle"].isupper() and sum(map(str.isalpha, found["handle"])) > 2:
            return found["handle"].strip(" ,"), found["rest"]
    found = BEFORE_COLON.fullmatch(text)
    if found and len(found["handle"].split()) <= 6 and len(found["rest"].split()) >= 3:
        return found["handle"].strip(), found["rest"]
    return "", text


# Furniture ---------------------------------------------------------------------

# Under the title of our own Markdown.
OUR_VERSION = "says which version it was"
FURNITURE: dict[str, tuple[str, ...]] = {
    "print button": (
        r"print ?friendly.*|print(?: this)?(?: page)?|download(?: as)? pdf|pdf|print,? pdf.*",
        r"e-?mail this(?: page)?(?: to a friend)?",
    ),
    "link to another page": (
        r"[←«‹]+ ?.*|.* ?[→»›]+|(?:previous|next)(?: post| page)|(?:previous|next): .*",
        r"(?:back|return) to (?:the |our )?(?:plan|top|home|overview|main|list|all|search)\b.*",
        r"back|next|previous",
    ),
    "navigation": (
        r"skip to .*|(?:main )?menu|toggle (?:menu|navigation|search)|close(?: menu)?",
        r"search(?: for:?| …|\.\.\.)?|home|log ?in|sign ?in|log ?out|register|subscribe",
        r"you are here:?.*|home ?[›»>/|] ?.*|share(?: this(?: page)?)?:?",
        r"go to top|share (?:this )?on \w+|like this:?",
        r"facebook|twitter|linkedin|instagram|youtube|tweet|x|loading\W*|related",
        r"click to (?:share|print|e-?mail) .*|.*opens in new window.*|edit(?: this)?(?: page)?",
    ),
    "comment form": (
        r"give your input.*|leave a (?:reply|comment).*|enter (?:your )?comments?.*",
        r"post a? ?comment|submit(?: comment| feedback)?|send|cancel reply",
        r"your e-?mail (?:address )?will not be .*|required fields are marked.*",
        r"(?:your )?(?:name|e-?mail|website|comment|organization|message)(?: address)? ?\*?:?",
        r"save my name.*|notify me of .*|this site uses akismet.*|\d+ comments?",
        r"no comments(?: yet)?|comments are closed.*",
        r".*please (?:also )?note the organization you .*",
    ),
    "foot of the page": (
        r"(?:©|\(c\)|copyright (?:©|\(c\)|\d)).*|.*all rights reserved.*|privacy(?: policy)?",
        r"terms(?: of (?:use|service))?|powered by .*|site ?map|contact(?: us)?|about(?: us)?",
        r".*cookie (?:policy|settings).*",
    ),
    "page furniture": (
        r"(?:was|is) this (?:page|information) (?:helpful|useful)\W*|yes|no",
        r"page \d+(?: of \d+)?|\d{1,3}|- ?\d{1,3} ?-|posted (?:on|by) .*|last updated:? .*",
        r"(?:updated|revised|published) (?:on )?\w+ \d{1,2}, \d{4}",
    ),
    "table of contents": (
        r"(?:table of )?contents|.{3,}(?:\.\s?){4,}\s*\d{1,3}|.{3,}…+\s*\d{1,3}",
    ),
    OUR_VERSION: (r"version \d+, [a-z ]+, published \d{4}-\d\d-\d\d\.?",),
}
COMPILED = [(re.compile("|".join(said), re.I), why) for why, said in FURNITURE.items()]
NAV_WORDS = re.compile(
    r"(?:home|about(?: us)?|contact(?: us)?|news|events|menu|search|resources|partners|careers|"
    r"log ?in|donate|blog|calendar|board|jobs|employers|job seekers|youth)",
    re.I,
)
TEXT_INLINE = re.compile(
    r"(?:measures?|metrics?|indicators?|kpis?|target|time ?(?:line|frame)|budget|resources?|"
    r"funding|cost|due|status|deadline|by when)\s*:\s+\S.*",
    re.I,
)
NO_WORDS = re.compile(r"[\W_]+")


def furniture(text: str) -> str:
    """What a line of a page is that says nothing of its plan; "" for all others."""
    if NO_WORDS.fullmatch(text):
        return "no words"
    if len(text) > 200:
        return ""
    return next((why for pattern, why in COMPILED if pattern.fullmatch(text)), "")


# Headings of lists -------------------------------------------------------------

LABELS: dict[str, tuple[str, ...]] = {
    "action": (
        r"(?:key |recommended |planned |proposed )?(?:actions?|action steps?|action items?)",
        r"(?:key )?(?:activities|tasks|next steps|steps|tactics)|implementation(?: steps)?",
        r"what we will do|to do",
    ),
    "roles": (
        r"roles?|work ?groups?|working groups?|teams?|committees?|who|who does what",
        r"partners and roles|roles? and responsibilit(?:y|ies)|responsibilit(?:y|ies)",
        r"work ?groups? and roles?",
    ),
    "evidence": (
        r"evidence|why(?: this(?: matters)?)?|why it matters|rationale|background|context",
        r"(?:the )?(?:data|case|need)|what the data (?:say|show)|findings",
    ),
    "text": (
        r"(?:key |performance )?(?:measures?|metrics?|indicators?|outcomes?|targets?|results)",
        r"measures? of success|key performance indicators?|kpis?|how we will know",
        r"time ?(?:line|frame)s?|budget|resources?|funding|cost|dependenc(?:y|ies)|risks?",
    ),
    "none": (
        r"goals|strategies|sub-?strategies|objectives|priorities|initiatives|pillars|themes",
        r"strategic (?:goals|priorities|directions)",
    ),
}
LABEL = [(re.compile("|".join(said), re.I), what) for what, said in LABELS.items()]


def label_of(text: str) -> str:
    """What the lines below a heading are: "action", "roles", "evidence", "none"; "" for words."""
    said = text.strip().rstrip(":").strip()
    return next((what for pattern, what in LABEL if pattern.fullmatch(said)), "")


EVIDENCE_INLINE = re.compile(
    r"(?:evidence|rationale|background|why(?: this matters| it matters)?|data|baseline)\s*:\s+\S.*",
    re.I,
)
TEXT_INLINE = re.compile(
    r"(?:measures?|metrics?|indicators?|kpis?|target|time ?(?:line|frame)|budget|resources?|"
    r"funding|cost|due|status|deadline|by when)\s*:\s+\S.*",
    re.I,
)
