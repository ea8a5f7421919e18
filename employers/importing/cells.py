"""What a cell says, in the words of people: "$16.00-26.25/h", "8 wk", "Nov 30, 2026".

Each reader takes the text of a cell and gives what the posting's form would have been given:
{field of the form: text}. What cannot be read raises CellError with a sentence; what was
understood and should be looked at goes to `notices`.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from pathlib import Path
from typing import Any

import nh3

from employers import choices
from employers.importing.columns import heading_key

Given = dict[str, Any]
Notices = list[str]

ENUMERATIONS: dict[str, Any] = {
    "kind": choices.Kind,
    "mode": choices.Mode,
    "paid": choices.Paid,
    "pay_unit": choices.PayUnit,
    "hours_per": choices.HoursPer,
    "length_unit": choices.LengthUnit,
    "shifts": choices.Shift,
    "class_payer": choices.ClassPayer,
    "supports": choices.Support,
    "education": choices.Education,
    "asks": choices.Ask,
    "apply_by": choices.ApplyBy,
    "term": choices.Term,
    "credit": choices.Credit,
    "start_kind": choices.StartKind,
    "prefers": choices.Ask,
    "learned_here": choices.Ask,
    "registration": choices.Registration,
    "agency": choices.Agency,
    "approach": choices.Approach,
    "instruction_when": choices.InstructionWhen,
    "may_lead": choices.MayLead,
    "pattern": choices.CoopPattern,
    "background": choices.SafetyCheck,
    "costs": choices.CostItem,
}
# Fields that are said in the words of another.
SAID_AS = {"prefers": "asks", "learned_here": "asks"}


class CellError(Exception):
    """A cell that says nothing we understand. Its text is for the person; `column` names where,
    if the reader of the row does not know it better."""

    def __init__(self, sentence: str, column: str = "") -> None:
        super().__init__(sentence)
        self.column = column


def _read_words() -> dict[str, dict[str, str]]:
    """{field: {what files say: value}}: values, labels and the words of words.toml."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    extra = tomllib.loads(text)
    found = {}
    for field, enumeration in ENUMERATIONS.items():
        known: dict[str, str] = {}
        for value, said in extra[SAID_AS.get(field, field)].items():
            known |= {heading_key(words): value for words in said}
        for value, label in enumeration.choices:
            known |= {heading_key(str(label)): value, heading_key(value): value}
        found[field] = known
    return found


WORDS = _read_words()


def short(text: str, most: int = 40) -> str:
    """A cell as a sentence may quote it."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


MARKUP = re.compile(
    r"(?i)</?(?:p|br|div|ul|ol|li|span|strong|b|em|i|u|a|h[1-6]|font|table|t[rdh])\b[^>]*>"
)
ENTITY = re.compile(r"&(?:amp|nbsp|lt|gt|quot|apos|#\d{1,5}|[lr][sd]quo|[mn]dash|bull);")


def without_markup(text: str) -> str:
    """The words of a cell that another system has written as a web page."""
    if "<" in text and MARKUP.search(text):
        text = re.sub(r"(?i)<br\s*/?>", "\n", text)
        text = re.sub(r"(?i)<li\b[^>]*>", "\n- ", text)
        text = re.sub(r"(?i)</(?:p|div|ul|ol|h[1-6]|tr)>", "\n\n", text)
        text = nh3.clean(text, tags=set())
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", unescape(text).replace("\xa0", " "))
        return re.sub(r"\n{3,}", "\n\n", text).strip()
    if "&" in text and ENTITY.search(text):
        return unescape(text).replace("\xa0", " ")
    return text


def choice(field: str, text: str) -> str:
    """The value that the text names, also where more is said in brackets: "remote (TX)"."""
    known = WORDS[field]
    for said in (text, re.sub(r"\(.*?\)", "", text)):
        if value := known.get(heading_key(said)):
            return value
    names = [str(label) for _, label in ENUMERATIONS[field].choices]
    raise CellError(f"“{short(text)}” is none of: {'; '.join(names)}.")


def _one(field: str) -> Callable[[str, Notices], Given]:
    return lambda text, notices: {field: choice(field, text)}


def _several(field: str) -> Callable[[str, Notices], Given]:
    def read(text: str, notices: Notices) -> Given:
        parts = [part for part in re.split(r"[;,/\n|]", text) if part.strip()]
        try:
            return {field: [choice(field, text)]}
        except CellError:
            if heading_key(text) in ("none", "no", "n a"):
                return {field: []}
            return {field: list(dict.fromkeys(choice(field, part) for part in parts))}

    return read


def _as_it_is(field: str) -> Callable[[str, Notices], Given]:
    return lambda text, notices: {field: text}


YES_NO = {"yes": True, "y": True, "true": True, "1": True, "x": True}
YES_NO |= {"no": False, "n": False, "false": False, "0": False}


def yes_or_no(text: str) -> bool:
    key = heading_key(text)
    if key not in YES_NO:
        raise CellError(f"“{short(text)}” is neither yes nor no.")
    return YES_NO[key]


def costs(text: str, notices: Notices) -> Given:
    """ "tuition 300; books $45.50": what the learner pays, in parts."""
    given: Given = {}
    for part in (part.strip() for part in re.split(r"[;\n|]", text) if part.strip()):
        found = re.fullmatch(r"([A-Za-z ]+?)\s*[:=]?\s*\$?\s*(\d[\d,]*(?:\.\d+)?)", part, re.ASCII)
        item = WORDS["costs"].get(heading_key(found[1])) if found else None
        if found is None or item is None:
            raise CellError(f"We cannot read “{short(part)}”. Write it like tuition 300; books 45.")
        given[f"cost_{item}"] = found[2]
    return given


# Numbers

NUMBER = r"\$?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(\s*[kK](?![a-z]))?"
RANGE = re.compile(
    rf"{NUMBER}\s*(?:(?:-|–|—|to|bis|\bup to\b)\s*{NUMBER})?\s*(?:/|per\b|an?\b|each\b)?\s*"
    r"([a-zA-Z][a-zA-Z. ]*)?",
    re.ASCII,
)
# The same with words about it: "from $18/hr", "$18.50/hr DOE", "$20+ an hour, plus tips".
ABOUT = re.compile(
    r"(?:(starting at|starts at|from|at least|minimum|about|approx\.?)|(up to|maximum))?\s*"
    rf"{NUMBER}\s*\+?(?:\s*(?:-|–|—|to)\s*{NUMBER})?\s*(?:/|per\b|an?\b|each\b)?\s*"
    r"(hour|hr|h|hourly|day|daily|week|wk|weekly|month|mo|monthly|year|yr|annually|yearly)?"
    r"(?![a-zA-Z0-9.]\d|[a-zA-Z])(.*)",
    re.ASCII | re.I | re.S,
)
NOT_PAID = {"unpaid", "volunteer", "none", "no pay", "not paid", "no"}
# What a line of words holds; longer texts are no answer to the question of the column.
MOST_WORDS = 120
# What no hour earns, and no year falls below: between them the unit must be said.
MOST_AN_HOUR, LEAST_A_YEAR = 200, 10_000


def amount(text: str, thousands: str | None = None) -> str:
    number = Decimal(text.replace(",", ""))
    return f"{number * 1000 if thousands else number:f}"


def pay(text: str, notices: Notices) -> Given:
    """ "$18/h", "$52,000/yr", "$16.00-26.25/h", "unpaid", "$1,500 stipend"."""
    key = heading_key(text)
    if key in NOT_PAID or key in ("a visit unpaid", "0"):
        return {"paid": choices.Paid.UNPAID}
    if re.fullmatch(r"volunteer|no pay|not paid", key.removesuffix(" unpaid")):
        return {"paid": choices.Paid.UNPAID, "pay_note": " ".join(text.split())}
    text = re.sub(r"(?i)^yes\s*[,;:–-]?\s*(?=\$?\d)", "", text)
    stipend = "stipend" in key or key.endswith("in all")
    cleaned = re.sub(r"(?i)\bstipend\b(?: of\b)?|\bin all\b|\busd\b|dollars?", "", text).strip()
    found = RANGE.fullmatch(cleaned)
    if not found or not _is_unit(found[5]):
        told = _about_pay(text, cleaned)
        notices.append(f"“{short(text)}” is kept as words about pay.")
        return told | ({"paid": choices.Paid.STIPEND} if stipend and "paid" in told else {})
    low, low_k, high, high_k, unit = found.groups()
    given: Given = {"paid": choices.Paid.STIPEND if stipend else choices.Paid.WAGE}
    given["pay_min"] = amount(low, low_k or (high_k if high else None))
    if high:
        given["pay_max"] = amount(high, high_k)
    if unit and unit.strip(" .") and not stipend:
        given["pay_unit"] = choice("pay_unit", unit.strip(" ."))
    return given


def _is_unit(word: str | None) -> bool:
    key = (word or "").strip(" .")
    return not key or heading_key(key) in WORDS["pay_unit"]


def _about_pay(text: str, cleaned: str) -> Given:
    """Pay that is told with words, or in words alone: they are kept beside the number."""
    found = ABOUT.fullmatch(cleaned)
    if found is None and re.search(r"\d", text) or len(text) > MOST_WORDS:
        raise CellError(
            f"We cannot read “{short(text)}” as pay. Write it like $18/h, $16.00-26.25/h, "
            "$52,000/yr or unpaid."
        )
    given: Given = {"pay_note": " ".join(text.split())}
    if found is None:
        return given
    _, up_to, low, low_k, high, high_k, unit, _ = found.groups()
    if re.search(r"\d|^\s*(?:/|per\b)", found[8]):
        raise CellError(
            f"We cannot read “{short(text)}” as pay. Write it like $18/h or $52,000/yr."
        )
    given |= {"paid": choices.Paid.WAGE}
    given["pay_max" if up_to else "pay_min"] = amount(low, low_k or (high_k if high else None))
    if high:
        given["pay_max"] = amount(high, high_k)
    if unit:
        given["pay_unit"] = choice("pay_unit", unit)
    return given


def pay_number(field: str) -> Callable[[str, Notices], Given]:
    """One amount, perhaps with its unit."""

    def read(text: str, notices: Notices) -> Given:
        if re.fullmatch(r"\$?\s*\d[\d,.]*\s*(?:/|per|an?)\s*[a-z. ]+", text, re.A | re.I):
            given = pay(text, notices)
            return {field: given["pay_min"], "pay_unit": given.get("pay_unit", "")}
        return {field: _in_cents(text, notices)}

    return read


def _in_cents(text: str, notices: Notices) -> str:
    """Pay that a system reckoned in parts of a cent, as people are paid."""
    if not re.fullmatch(r"\$?\s*\d[\d,]*\.\d{3,6}", text, re.ASCII):
        return text
    exact = Decimal(text.strip("$ ").replace(",", ""))
    cents = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if cents != exact:
        notices.append(f"{text} is kept in whole cents, as ${cents:,.2f}.")
    return f"{cents:f}"


def guess_unit(given: Given, notices: Notices) -> None:
    """Where no unit is said, the size says it, or nothing does."""
    if given.get("pay_unit") or not given.get("pay_min") or given.get("paid") == "stipend":
        return
    try:
        low = Decimal(str(given["pay_min"]).strip("$ ").replace(",", ""))
    except ArithmeticError:
        return
    if low <= MOST_AN_HOUR:
        given["pay_unit"] = choices.PayUnit.HOUR
    elif low >= LEAST_A_YEAR:
        given["pay_unit"] = choices.PayUnit.YEAR
    else:
        raise CellError(f"Is ${low:,.2f} for an hour, a week, a month or a year? Say it.")


def hours(text: str, notices: Notices) -> Given:
    """ "20 h", "40", "20-25 h/wk", "2 h/mo", "1 day", "4 h x 5", "full time"."""
    key = heading_key(text)
    if key in ("full time", "f", "ft", "fulltime"):
        notices.append("“Full time” is read as 40 hours a week.")
        return {"hours_min": "40", "hours_max": "40", "hours_per": choices.HoursPer.WEEK}
    if found := re.fullmatch(r"(\d+) days?", text.strip(), re.A | re.I):
        number = 8 * int(found[1])
        return _hours(str(number), None, choices.HoursPer.VISIT)
    if found := re.fullmatch(r"(\d+) ?h(?:rs?|ours?)? x (\d+)", text.strip(), re.A | re.I):
        return _hours(str(int(found[1]) * int(found[2])), None, choices.HoursPer.VISIT)
    found = re.fullmatch(
        r"(\d+(?:\.\d)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d)?))?\s*(?:h|hrs?|hours?)?\.?\s*"
        r"(?:/|per|an?|each|in)?\s*([a-z]+)?",
        text.strip(),
        re.A | re.I,
    )
    if found is None or not _counts_hours(found[3]):
        return _about_hours(text, notices)
    low, high, per = found.groups()
    return _hours(low, high, choice("hours_per", "in all" if per == "all" else per) if per else "")


def _counts_hours(per: str | None) -> bool:
    return not per or per == "all" or heading_key(per) in WORDS["hours_per"]


def _about_hours(text: str, notices: Notices) -> Given:
    """ "30+", "up to 20"; "Mon-Fri, 8 to 5" and "varies" are words."""
    if found := re.fullmatch(r"(?:up to|max\.?) (\d+(?:\.\d)?)(?: ?h\w*)?", text, re.A | re.I):
        return {"hours_max": found[1]}
    if found := re.fullmatch(
        r"(?:from |at least )?(\d+(?:\.\d)?) ?\+?(?: ?h\w*)?", text, re.A | re.I
    ):
        return {"hours_min": found[1]}
    if len(text) > MOST_WORDS or re.fullmatch(r"[-\d.,]+", text):
        raise CellError(f"We cannot read “{short(text)}” as hours. Write it like 20 h or 20-25.")
    notices.append(f"“{short(text)}” is kept as words about the hours.")
    return {"schedule_note": " ".join(text.split())}


def _hours(low: str, high: str | None, per: str) -> Given:
    given = {"hours_min": low, "hours_max": high or low}
    return given | ({"hours_per": per} if per else {})


def length(text: str, notices: Notices) -> Given:
    """ "8 wk", "4 yr", "8,000 h", "2 x 6 mo" (twelve months), "12 mo (competency)"; other words
    are kept as words."""
    found = re.fullmatch(
        r"(?:(\d+) ?x ?)?(\d[\d,]*) ?([a-z][a-z ]*?)\.?\s*(?:\((.*)\))?", text.strip(), re.A | re.I
    )
    unit = WORDS["length_unit"].get(heading_key(found[3])) if found else None
    if found and unit:
        number = int(found[1] or 1) * int(found[2].replace(",", ""))
        return {"length": str(number), "length_unit": unit}
    if re.fullmatch(r"[\d,.]+", text, re.ASCII):
        return {"length": text}
    notices.append(f"“{short(text)}” is kept as words about the length.")
    return {"length_note": text}


# People


def requirements(text: str, notices: Notices) -> Given:
    """ "HS/GED", "enrolled AAS+", "age 16+", "none; 21+", "portfolio"; the rest stays words."""
    given: Given = {}
    left = []
    for part in re.split(r"[;\n]", text) if len(text) < 120 else [text]:
        key = heading_key(part)
        if not key:
            continue
        if found := re.fullmatch(r"(?:age )?(\d\d)(?: or older| and older)?", key):
            given["minimum_age"] = found[1]
        elif found := re.fullmatch(r"grade (\d\d?)", key):
            given["minimum_age"] = str(int(found[1]) + 5)
        elif value := WORDS["education"].get(key):
            given["education"] = value
        elif key.startswith("enrolled"):
            given["education"] = choices.Education.ENROLLED
            left.append(part.strip())
        elif value := WORDS["asks"].get(key):
            given.setdefault("asks", []).append(value)
        else:
            left.append(part.strip())
    if left:
        given["needs_note"] = "; ".join(left)
    return given


# Addresses, links and numbers in a line of words.
ADDRESS = re.compile(
    r"https?://[^\s<>]+|www\.[^\s<>]+|[^\s<>():,;]+@[^\s<>():,;]+\.\w+|"
    r"\+?\(?\d{3}[\d() .-]{5,12}\d(?: ?x\d+)?",
    re.ASCII | re.I,
)


def apply_to(text: str, notices: Notices) -> Given:
    """The place to apply, and by it the way; words about it are kept as what happens then."""
    line = re.sub(r"\s*\b(?:ext\.?|extension)\s*(?=\d)", " x", text, flags=re.A | re.I)
    line = re.sub(r"(?i)^mailto:", "", line)
    found = ADDRESS.findall(line)
    given = {"apply_to": line}
    if len(found) == 1 and re.search(r"[a-z]{2}", line.replace(found[0], ""), re.I):
        address = found[0].rstrip(".,;)")
        given = {"apply_to": address, "apply_steps": text}
        notices.append(f"“{short(text)}” is read as {short(address, 80)}.")
    address = given["apply_to"]
    if re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        given["apply_by"] = choices.ApplyBy.EMAIL
    elif re.match(r"(?i)https?://|www\.", address):
        given["apply_by"] = choices.ApplyBy.WEB
    elif re.fullmatch(r"(?:[a-z\d-]+\.)+[a-z]{2,}(?:/\S*)?", address, re.A | re.I):
        given["apply_by"] = choices.ApplyBy.WEB
    elif re.fullmatch(r"[+()\d\s.-]{7,20}(x\d+)?", address, re.ASCII):
        given["apply_by"] = choices.ApplyBy.PHONE
    return given


def apply_by(text: str, notices: Notices) -> Given:
    """The way to apply, or the address itself."""
    try:
        return {"apply_by": choice("apply_by", text)}
    except CellError:
        if len(ADDRESS.findall(text)) != 1:
            raise
    return apply_to(text, notices)


def minimum_age(text: str, notices: Notices) -> Given:
    """ "16", "16+", "must be 18 or older"; none."""
    if heading_key(text) in ("none", "no", "n a", "any"):
        return {}
    found = re.fullmatch(
        r"(?:must be |at least |age )*(\d\d)(?: years?)?(?: old)?"
        r"(?: (?:or|and) (?:older|up|over))?",
        heading_key(text),
        re.ASCII,
    )
    return {"minimum_age": found[1] if found else text}


NUMBER_WORDS = "one two three four five six seven eight nine ten".split()
NO_NUMBER = set("several many multiple unlimited various varies depends flexible tbd tba".split())


def openings(text: str, notices: Notices) -> Given:
    """ "2", "two", "2 to 3" (two are sure), "up to 5 students"; "several" is no number."""
    if found := re.fullmatch(r"(\d+)(?:\.0+)?", text, re.ASCII):
        return {"openings": found[1]}
    key = heading_key(text)
    if key in NO_NUMBER:
        notices.append(f"“{short(text)}” is no number, so none is given.")
        return {}
    found = re.fullmatch(
        r"(?:up to |at least |about )?(\d{1,4})\+?(?:\s?(?:-|–|to|or)\s?\d{1,4})?"
        r"(?:\s[a-z() \d]+)?",
        text,
        re.ASCII | re.I,
    )
    number = found[1] if found else ""
    if key in NUMBER_WORDS:
        number = str(NUMBER_WORDS.index(key) + 1)
    if number:
        notices.append(f"“{short(text)}” is read as {number}.")
    return {"openings": number or text}


def paid(text: str, notices: Notices) -> Given:
    """Yes or no, or the pay itself."""
    try:
        return {"paid": choice("paid", text)}
    except CellError:
        if not re.search(r"\d", text):
            raise
    return pay(text, notices)


def term(text: str, notices: Notices) -> Given:
    return {"term": choice("term", re.sub(r"\b20\d\d\b", "", text))}


# By the field of the column. Later ones know better: an exact column stands over a mixed one.
READERS: dict[str, Callable[[str, Notices], Given]] = {
    "hours": hours,
    "length": length,
    "pay": pay,
    "pay_min": pay_number("pay_min"),
    "pay_max": pay_number("pay_max"),
    "requirements": requirements,
    "apply_to": apply_to,
    "apply_by": apply_by,
    "minimum_age": minimum_age,
    "openings": openings,
    "paid": paid,
    "term": term,
    "costs": costs,
    "class_hours_paid": lambda text, notices: {"class_hours_paid": yes_or_no(text)},
    **{
        field: _one(field)
        for field in (
            "mode pay_unit hours_per length_unit class_payer education credit start_kind"
        ).split()
    },
    **{field: _several(field) for field in "shifts supports asks prefers learned_here".split()},
    **{
        field: _as_it_is(field)
        for field in (
            "title summary tasks lessons host place_note schedule_note length_note pay_note "
            "hours_min hours_max learner_cost needs_note apply_steps supervisor_role "
            "starts_note accommodations"
        ).split()
    },
}
