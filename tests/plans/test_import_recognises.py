"""A plan that a region has, whatever its shape, becomes a tree; no line of it is lost."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.importing.lines import lines_of_text
from plans.importing.reading import read_plan, read_text
from plans.importing.tree import left_out, parts_of, roots_of, unplaced, walk
from plans.models import Item
from vocabularies.files import Unreadable

HERE = Path(__file__).parent / "imported"


def outlined(tree: dict) -> list[str]:
    """Each node on a line: "  1.1 Handle | statement [roles] actions"."""
    found = []
    for node in walk(roots_of(parts_of(tree))):
        said = " | ".join(filter(None, [node.handle, node.statement]))
        roles = ", ".join(f"{held['group']} {held['role'][0]}" for held in node.roles)
        cast = f" [{roles}]" if roles else ""
        indent = "  " * (node.depth - 1)
        words = f"{node.number} {said}{cast} {len(node.actions) or ''}".strip()
        found.append(f"{indent}{words}")
    return found


def read(name: str) -> dict:
    return read_plan((HERE / name).read_bytes())


def said(tree: dict, which) -> list[str]:
    parts = parts_of(tree)
    return [parts[at].said for at in which(parts, roots_of(parts))]


def test_a_page_of_one_strategy_needs_no_correction(region):
    out = StringIO()
    call_command("import_plan", HERE / "shape_of_a_page.txt", "--dry-run", "--json", stdout=out)

    shown = json.loads(out.getvalue())
    (strategy,) = shown["items"]
    assert (strategy["number"], strategy["handle"], strategy["level"]) == ("4.1", "BRIDGES", 2)
    assert [held["role"] for held in strategy["roles"]] == ["Lead", "Lead", "Support", "Advisory"]
    assert [len(sub["actions"]) for sub in strategy["children"]] == [3, 2, 2]
    assert shown["pending"] == ["Strategy 2: Awareness and Welcome", "Strategy 3.2"]
    assert [line["why"] for line in shown["left_out"]] == [
        "comment form",
        "link to another page",
        "print button",
    ]
    assert shown["unknown"] == []
    assert not Item.objects.exists()


def test_a_numbered_outline():
    tree = read("outline.txt")

    assert tree["title"] == "Lower Valley Workforce Plan 2027-2030"
    assert outlined(tree) == [
        "I Talent pipeline",
        "  A Grow earn-and-learn places in the trades "
        "[Trades Council L, Valley College S, School District S] 2",
        "  B Help learners finish [Valley College L] 1",
        "II Employer engagement",
        "  A Form sector tables in health care and construction 2",
    ]
    actions = next(n for n in walk(roots_of(parts_of(tree))) if n.actions).actions
    assert actions[1]["text"] == "Publish one list of places for all schools"


def test_markdown_with_named_levels():
    tree = read("strategic.md")

    assert tree["levels"] == {"1": "goal", "2": "objective"}
    assert outlined(tree) == [
        "1 Ready learners | Every learner leaves school with a next step in hand.",
        "  1.1 Advising | Each learner meets an adviser twice a year. "
        "[Schools L, Valley College S, Library S] 2",
        "  1.2 First jobs 1",
        "2 Ready employers",
        "  2.1 Mentors 2",
    ]
    nodes = list(walk(roots_of(parts_of(tree))))
    assert "One in four" in nodes[0].evidence and "stay longer" in nodes[-1].evidence
    assert said(tree, unplaced) == ["Adopted after three town halls."]


def test_a_web_page_with_its_menus():
    tree = read("page.html")

    assert outlined(tree) == [
        "2.3 Welcome | Make the first week at work a good one. [Backbone L, Data & Evaluation S]",
        "  2.3.1 Write one welcome for all shops 2",
        "  2.3.2 Ask newcomers after a month 1",
    ]
    assert {"About us", "Facebook", "Leave a Reply", "Spring news"} <= set(said(tree, left_out))
    assert said(tree, unplaced) == []


def test_a_sheet_with_a_column_for_each_level():
    tree = read("sheet.csv")

    assert outlined(tree) == [
        "1 Housing near work",
        "  1.1 Map land near bus lines [City Planning L, Transit Agency S, Land Trust S] 2",
        "  1.2 Change zoning rules [City Council L] 1",
        "2 Child care for shifts",
        "  2.1 Open early rooms [Child Care Table L, Hospitals S] 2",
    ]
    assert said(tree, unplaced) == ["Budget: $5,000", "Budget: $90,000"]


def test_a_sheet_with_one_column_for_all_levels():
    tree = read_plan(
        b"Number;Goal / Strategy;Description;Lead\n"
        b"1;Access;Make programs reachable;Backbone\n"
        b"1.1;Buses;Run evening buses to campuses;City Council\n"
    )

    assert outlined(tree) == [
        "1 Access | Make programs reachable [Backbone L]",
        "  1.1 Buses | Run evening buses to campuses [City Council L]",
    ]
    assert said(tree, unplaced) == []


def test_roles_in_brackets_after_the_word_for_who_does_it():
    tree = read_text(
        "1. Build homes\nResponsible: Planning Council (Lead), Transit Agency (Support)"
    )

    assert outlined(tree) == ["1 Build homes [Planning Council L, Transit Agency S]"]


def test_an_economic_strategy_with_a_table_under_each_objective():
    tree = read("economic.md")

    assert outlined(tree) == [
        "1 Strengthen the Regional Workforce",
        "  1.1 Align education with employer needs",
        "    1.1.1 Create an internship hub [Council of Governments L, Colleges S, Chambers S]",
        "    1.1.2 Expand dual credit [School Districts L, Colleges S]",
        "  1.2 Remove barriers to work",
        "    1.2.1 Pilot late buses [Transit Agency L, Employers S]",
        "2 Build Resilient Infrastructure",
        "  2.1 Extend broadband",
    ]
    assert {"Executive Summary", "Timeframe: 2-5 years", "Evaluation Framework"} <= set(
        said(tree, unplaced)
    )


def test_a_college_plan_by_its_priorities_and_measures():
    tree = read("college.html")

    assert outlined(tree) == [
        "1 Student Success | Every student reaches their goal, on time and without undue debt. 4",
        "2 Community Partnership | We are the first call of employers. 2",
    ]
    first = next(iter(walk(roots_of(parts_of(tree)))))
    assert (
        first.text == "**Measures of Success**\n\n- Graduation rate\n- Fall-to-spring persistence"
    )


def test_a_table_of_letters_gives_roles_to_the_items_above_it():
    assert outlined(read("matrix.txt")) == [
        "1 CAPACITY | Train more people for open jobs "
        "[Teaching & Learning L, Trades Council S, Backbone A]",
        "  1.1 Add evening classes [Teaching & Learning S, Trades Council L]",
        "  1.2 Share teachers between schools",
        "2 ACCESS | Make training easy to reach",
        "  2.1 Run a bus to the training center [Trades Council S, Backbone L]",
    ]


def test_letters_and_compound_numbers():
    tree = read("letters.txt")

    assert [line.split(" ")[-1] for line in outlined(tree)][1:3] == ["2", "1"]
    assert outlined(tree)[0] == "A A workforce for the next ten years"
    assert outlined(tree)[3:] == [
        "B Roads, water and internet",
        "  B.1 Fiber to every business park 2",
    ]


def test_a_list_numbered_once_more_and_levels_counted_in_words():
    tree = read_text(
        "# Basin plan\n## Goal One: Connect learners\n### Objective 1.1: Paid internships\n"
        "1. Strategy 1.1.1: Publish one calendar\n   - [x] Collect dates\n   - [ ] Print it\n"
        "2. Strategy 1.1.2: Train supervisors\n### Objective 1.2: Visit classrooms\n"
        "## Goal Two: Remove barriers\n"
    )

    assert outlined(tree) == [
        "1 Connect learners",
        "  1.1 Paid internships",
        "    1.1.1 Publish one calendar 2",
        "    1.1.2 Train supervisors",
        "  1.2 Visit classrooms",
        "2 Remove barriers",
    ]
    (calendar,) = [n for n in walk(roots_of(parts_of(tree))) if n.actions]
    assert [(a["text"], a["status"]) for a in calendar.actions] == [
        ("Collect dates", "done"),
        ("Print it", ""),
    ]


def test_numbers_with_a_letter_stand_below_their_priority():
    text = "Priority 1 – Talent\n1A. Launch a campaign\n1B. Host two trips\nPriority 2 – Place\n"

    tree = read_text(f"{text}2A. Map vacant lots\n")

    found = ["1 Talent", "  1A Launch a campaign", "  1B Host two trips", "2 Place"]
    assert outlined(tree) == [*found, "  2A Map vacant lots"]


def test_a_pasted_page_whose_numbers_stand_alone_on_their_lines():
    tree = read_text(
        "Skip to content\nHome\nAbout\nNews\nHome › Plan › Goal 2\n\nGOAL 2\n"
        "WELCOMING WORKPLACES\n\nMake the first year at work a good one for every colleague.\n\n"
        "STRATEGY 2.1\nTrain mentors in every shop with more than ten people\n\n"
        "Lead: Industry Table\n\nActions\n☐ Write a course\n☑ Find ten shops\n\n"
        "Was this page helpful?\nYes\nNo\nShare this page\n"
    )

    assert outlined(tree) == [
        "2 WELCOMING WORKPLACES | Make the first year at work a good one for every colleague.",
        "  2.1 Train mentors in every shop with more than ten people [Industry Table L] 2",
    ]
    assert said(tree, unplaced) == []
    assert {"Home › Plan › Goal 2", "Yes", "Share this page"} <= set(said(tree, left_out))


def test_a_sheet_whose_rows_name_their_parents_in_any_order():
    tree = read_text(
        "ID,Parent ID,Title,Description,Owner,Status\n"
        "T1,S1,Rooms,Open three rooms by spring,Table,On track\n"
        "G1,,Access,Make programs reachable,Backbone,\n"
        "S2,G1,Buses,Run evening buses to two campuses,Transit,\n"
        "S1,g1,Child care,Open early rooms near plants,Table,\n"
        "X,Y,Lost,Its parent is nowhere,Table,\n"
        "A,B,Round,It goes round and round,Table,\nB,A,About,It goes round as well,Table,\n"
    )

    assert outlined(tree) == [
        "Access | Make programs reachable [Backbone L]",
        "  Buses | Run evening buses to two campuses [Transit L]",
        "  Child care | Open early rooms near plants [Table L]",
        "    Rooms | Open three rooms by spring [Table L]",
        "Lost | Its parent is nowhere [Table L]",
        "Round | It goes round and round [Table L]",
        "About | It goes round as well [Table L]",
    ]
    assert "Parent ID: Y" in said(tree, unplaced)
    assert "Status: On track" in said(tree, left_out)


def test_a_long_chain_of_parents_is_read_in_time():
    rows = "".join(f"{n},{n - 1},Step {n} of the way\n" for n in range(2000, 0, -1))

    nodes = list(walk(roots_of(parts_of(read_text(f"ID,Parent,Statement\n{rows}")))))

    assert [node.depth for node in nodes[:6]] == [1, 2, 3, 4, 5, 5]
    assert len(nodes) == 2000


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["goals", "title", "statement", "actions", "children", "lead", "roles", "parent"]
                + ["id", "number", "status", "budget", "plan", "results", "text"]
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_no_json_breaks_the_reading(held):
    try:
        tree = read_text(json.dumps({"results": held} if isinstance(held, list) else held))
    except Unreadable:
        return
    assert roots_of(parts_of(tree)) is not None


def test_what_a_column_beside_the_levels_describes_is_kept():
    tree = read_text(
        "Goal,Strategy,Description,Name\nAccess,Buses,Run evening buses,Late lines\n"
        f",{'Child care for parents ' * 4},Open three rooms,\n"
    )

    assert outlined(tree)[:2] == ["Access", "  Buses | Run evening buses"]
    assert [node.text for node in walk(roots_of(parts_of(tree)))][2] == "Open three rooms"
    assert said(tree, unplaced) == ["Name: Late lines"]


def test_json_with_goals_within_a_plan():
    tree = read_text(
        json.dumps(
            {
                "plan": {
                    "title": "Ridge plan",
                    "goals": [
                        {
                            "number": "1",
                            "title": "Access",
                            "description": "Make programs reachable",
                            "lead": "Backbone",
                            "objectives": [
                                {
                                    "title": "Buses",
                                    "partners": ["Transit", "Colleges"],
                                    "budget": {"year": 2027, "sum": 5000},
                                    "subStrategies": [
                                        {
                                            "name": "Two campuses",
                                            "actions": [
                                                "Ask drivers",
                                                {"description": "Print it", "status": "done"},
                                            ],
                                        }
                                    ],
                                }
                            ],
                        },
                        {"number": "2", "title": "Quality", "status": "On track"},
                    ],
                }
            }
        )
    )

    assert (tree["title"], tree["levels"]) == (
        "Ridge plan",
        {"1": "goal", "2": "objective", "3": "sub-strategy"},
    )
    assert outlined(tree) == [
        "1 Access | Make programs reachable [Backbone L]",
        "  Buses [Transit S, Colleges S]",
        "    Two campuses 2",
        "2 Quality",
    ]
    assert said(tree, unplaced) == ["budget: year: 2027, sum: 5000"]
    assert said(tree, left_out) == ["status: On track"]


def test_json_whose_items_name_their_parents():
    items = [
        {"id": "S1", "parentId": "G1", "title": "Buses"},
        {"id": "G1", "parentId": None, "title": "Access", "metrics": [{"name": "Riders", "by": 4}]},
    ]

    tree = read_text(json.dumps(items))

    assert outlined(tree) == ["Access", "  Buses"]
    assert said(tree, unplaced) == ["metrics: name: Riders, by: 4"]


WORD = "<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>"


def a_word_file(paragraphs: list[tuple[str, str]]) -> bytes:
    """A small .docx: (style, text) of each paragraph; "" is plain."""
    said = "".join(
        text
        if style == "table"
        else WORD.format(
            text=text, style=f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        )
        for style, text in paragraphs
    )
    names = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}">'
        f'<w:name w:val="heading {n}"/></w:style>'
        for n in (1, 2, 3)
    )
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kinds}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r2" Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{main}"><w:body>{said}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{main}">{names}</w:styles>',
    }
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as package_file:
        for name, text in files.items():
            package_file.writestr(name, text)
    return made.getvalue()


def test_a_word_document_by_its_headings():
    data = a_word_file(
        [
            ("Heading1", "Skills"),
            ("Heading2", "Evening classes"),
            ("", "Offer classes after work in every county seat."),
            ("", "Lead: College"),
            ("", "• Ask who would come"),
            ("Heading1", "Roads"),
        ]
    )

    assert outlined(read_plan(data)) == [
        "Skills",
        "  Evening classes | Offer classes after work in every county seat. [College L] 1",
        "Roads",
    ]


def a_table(*rows: list[str]) -> tuple[str, str]:
    cells = [[f"<w:tc>{WORD.format(text=cell, style='')}</w:tc>" for cell in row] for row in rows]
    return "table", f"<w:tbl>{''.join(f'<w:tr>{chr(32).join(r)}</w:tr>' for r in cells)}</w:tbl>"


def test_tables_of_a_word_document_stand_below_the_heading_above_them():
    data = a_word_file(
        [
            ("Heading1", "Goal 1: Talent pipeline"),
            ("Heading2", "Strategy 1.1: Earn and learn"),
            a_table(
                ["Action", "Lead", "Timeline", "Status"],
                ["Sign ten hosts", "Chamber", "2027", "In progress"],
                ["Train mentors", "College", "", ""],
            ),
            ("Heading1", "Goal 2: Employer voice"),
            a_table(
                ["Strategy", "Description", "Lead"],
                ["2.1 Sector tables", "Meet each quarter in two sectors", "Industry Table"],
                ["Surveys", "Ask once a year what is short", "Data Team"],
            ),
        ]
    )

    tree = read_plan(data)

    assert outlined(tree) == [
        "1 Talent pipeline",
        "  1.1 Earn and learn [Chamber L, College L] 2",
        "2 Employer voice",
        "  2.1 Sector tables | Meet each quarter in two sectors [Industry Table L]",
        "  Surveys | Ask once a year what is short [Data Team L]",
    ]
    assert said(tree, unplaced) == ["Timeline: 2027"]


def test_files_that_are_no_plan_are_refused_with_a_sentence():
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as package:
        for n in range(2001):
            package.writestr(f"word/{n}.xml", b"")
    for data, words in (
        (b"", "empty"),
        (b"%PDF-1.7 x", "PDF"),
        (b"\xd0\xcf\x11\xe0 old", "old Word"),
        (bomb.getvalue(), "unpacks to far more"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "no text"),
        (b'{"results": [', "damaged"),
        (b'{"results": []}', "no plan"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ):
        with pytest.raises(Unreadable, match=words):
            read_plan(data)


def test_encodings_of_offices():
    words = "1. CAFÉS. Open “study cafés” near bus lines\n• Ask Zoë’s group\n"

    trees = [outlined(read_plan(words.encode(code))) for code in ("utf-8", "utf-16", "cp1252")]

    assert trees[0] == trees[1] == trees[2] == ["1 CAFÉS | Open “study cafés” near bus lines 1"]


BEGINNINGS = ["", "1. ", "1.2 ", "1.2.3. ", "Goal 1: ", "Strategy 2.2 ", "# ", "## ", "• ", "  - "]
BEGINNINGS += [
    "A. ",
    "a) ",
    "IV. ",
    "Lead: ",
    "> ",
    "| a | ",
    "\t\t",
    "ACTIONS:",
    "HANDLE. ",
    "{",
    "<p>",
]
LINE = st.tuples(st.sampled_from(BEGINNINGS), st.text(max_size=30)).map("".join)


@settings(max_examples=80, deadline=None)
@given(st.lists(LINE, max_size=14).map("\n".join))
def test_every_line_is_accounted_for_exactly_once(text):
    try:
        tree = read_text(text)
    except Unreadable:
        return
    if text.lstrip()[:1] not in "{[<":
        parts = parts_of(tree)
        roots = roots_of(parts)
        placed = [at for node in walk(roots) for at in node.lines]
        out = left_out(parts, roots)
        titles = [n for n, part in enumerate(parts) if part.kind == "title"]
        together = sorted([*placed, *out, *unplaced(parts, roots), *titles])
        assert together == list(range(len(parts)))
        known = "names of the columns" in [part.why for part in parts]
        lines = {line.number for line in lines_of_text(text)}
        assert known or {part.line for part in parts} == lines
