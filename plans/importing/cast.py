"""Lines that say which work group has which role: "Education & Training (Lead)", "Lead: X;
Support: Y, Z", a row of letters."""

import re
from typing import Any

# What people write, and what we call it. A plan has its own words: `role_key` finds the nearest.
KINDS = "agency|agencies|organizations?|partners?|part(?:y|ies)|entity|entities|groups?"
SAID: dict[str, str] = {
    rf"(?:co-?)?lead(?:er|ing)?s?(?: (?:{KINDS}))?": "Lead",
    r"owners?|conveners?|chair|champions?": "Lead",
    r"accountable": "Accountable",
    rf"responsible(?: (?:{KINDS}))?": "Responsible",
    rf"support(?:s|ing|ers?|ive)?(?: (?:{KINDS}))?": "Support",
    r"(?:key |community )?partners?|contribut(?:ors?|ing)|collaborators?": "Support",
    r"advis(?:ory|ors?|ers?|es|e)": "Advisory",
    r"consult(?:ed|ing|s)?": "Consulted",
    r"inform(?:ed|s)?": "Informed",
}
WORD = "|".join(f"(?:{said})" for said in SAID)
LETTERS = {"L": "Lead", "S": "Support", "A": "Advisory", "R": "Responsible", "C": "Consulted"}
LETTERS |= {"I": "Informed"}
IN_BRACKETS = re.compile(rf"([^()\[\]]{{2,90}}?)\s*[(\[]\s*({WORD}|(?-i:[LSARCI]))\s*[)\]]", re.I)
AFTER_DASH = re.compile(rf"([^:;()]{{2,60}}?)\s*(?:[–—:]|\s-)\s*({WORD})", re.I)
ROLE_FIRST = re.compile(rf"(?:^|[;|]\s*|\.\s+)({WORD})(?:\(s\))?\s*[:–—]\s*", re.I)
ROLE_ALONE = re.compile(rf"({WORD})(?:\(s\))?\s*:?", re.I)

PREFIX = re.compile(r"(?:who|roles?|work ?groups?|teams?|partners and roles)\s*:\s+", re.I)
# "Responsible: X (Lead), Y (Support)": what stands in brackets says it more exactly.
LABEL = re.compile(rf"(?:{WORD})(?:\(s\))?\s*:\s+", re.I)

# A longer line says more than who does what.
MOST = 600

Roles = list[list[str]]


def role_called(said: str) -> str:
    """ "Lead agency" → "Lead"; "" for what is no role."""
    tidied = re.sub(r"\(s\)|:$", "", said.strip().lower()).strip()
    if said.strip() in LETTERS:
        return LETTERS[said.strip()]
    for pattern, called in SAID.items():
        if re.fullmatch(pattern, tidied):
            return called
    return ""


def cast_of(text: str, role: str = "") -> Roles:
    """[[group, role], …] of a line that says nothing else; [] for any other. `role`: what the
    heading above says all these groups are."""
    if len(text) > MOST:
        return []
    text = PREFIX.sub("", text.strip().rstrip("."))
    if found := _bracketed(text):
        return found
    if found := _role_first(text):
        return found
    if dashed := AFTER_DASH.fullmatch(text):
        return [[dashed[1].strip(), role_called(dashed[2])]]
    if role and len(text) <= 200:
        return [[group, role] for group in _groups(text)]
    return []


def _bracketed(text: str) -> Roles:
    found: Roles = []
    text = LABEL.sub("", text, count=1) if LABEL.match(text) else text
    at = 0
    for match in IN_BRACKETS.finditer(text):
        if text[at : match.start()].strip(" ,;"):
            return []
        group = match[1].strip(" ,;")
        if not group:
            return []
        found.append([group, role_called(match[2])])
        at = match.end()
    return [] if text[at:].strip(" ,;.") else found


def _role_first(text: str) -> Roles:
    starts = list(ROLE_FIRST.finditer(text))
    if not starts or starts[0].start() != 0:
        return []
    found: Roles = []
    for n, match in enumerate(starts):
        end = starts[n + 1].start() if n + 1 < len(starts) else len(text)
        groups = _groups(text[match.end() : end])
        if any(len(group) > 90 for group in groups):
            return []
        found += [[group, role_called(match[1])] for group in groups]
    return found


def _groups(text: str) -> list[str]:
    return [part.strip(" .;|") for part in re.split(r"[,;|]", text) if part.strip(" .;|")]


def spelled_out(roles: Roles) -> str:
    """As a person types it: "Lead: X; Support: Y, Z"."""
    held: dict[str, list[str]] = {}
    for group, role in roles:
        held.setdefault(role, []).append(group)
    return "; ".join(f"{role}: {', '.join(groups)}" for role, groups in held.items())


def role_key(said: str, roles: list[dict[str, Any]]) -> str:
    """The key of the plan's role that a word means, or the nearest one it has."""
    wanted = said.strip().casefold()
    for role in roles:
        if wanted in (role["key"].casefold(), role["label"].casefold()):
            return str(role["key"])
    for role in roles:
        if said.strip() == role["letter"]:
            return str(role["key"])
    called = role_called(said)
    if called in ("Lead", "Accountable"):
        return str(next(role["key"] for role in roles if role["leads"]))
    near = {
        "Support": ("support", "responsible"),
        "Responsible": ("responsible", "lead", "support"),
        "Advisory": ("advisory", "consulted"),
        "Consulted": ("consulted", "advisory"),
        "Informed": ("informed", "advisory"),
    }
    keys = [role["key"] for role in roles]
    return str(next((key for key in near.get(called, ()) if key in keys), keys[-1]))
