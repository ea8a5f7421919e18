"""The house itself: one direction, the same names in three places, no door left open."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "vocabularies accounts programs employers connections plans events library outreach"
).split()
STANDING = [room for room in ROOMS if (ROOT / room).is_dir()]
ROOF = "partnerships"

# Every address a stranger may open. A new public view is added here, on purpose, or the test fails.
PUBLIC = {
    "home",
    "search",
    "open_data",
    "accessibility",
    "privacy",
    "region_css",
    "healthz",
    "readyz",
    "robots",
    "sitemap",
    "sitemap_part",
    "components",
    "admin_login",
    "vocabularies:occupation_lookup",
    "vocabularies:place_lookup",
    "accounts:logo_show",
    "accounts:organization_show",
    "accounts:invitation_accept",
    "accounts:invitation_again",
    "programs:program_list",
    "programs:program_json",
    "programs:program_csv",
    "programs:program_show",
    "programs:center_list",
    "programs:center_show",
    "employers:opportunity_list",
    "employers:opportunity_json",
    "employers:opportunity_csv",
    "employers:opportunity_xlsx",
    "employers:opportunity_atom",
    "employers:opportunity_ics",
    "employers:opportunity_occupations",
    "employers:opportunity_show",
    "employers:opportunity_answer",
    "employers:opportunity_show_short",
    "employers:employer_json",
    "employers:report_give",
    "employers:report_sent",
    "employers:employer_list",
    "employers:employer_show",
    "plans:plan_show",
    "plans:plan_progress",
    "plans:response_list",
    "plans:follow_add",
    "plans:follow_sent",
    "plans:follow_confirm",
    "plans:follow_manage",
    "plans:follow_end",
    "plans:plan_atom",
    "plans:item_atom",
    "plans:spoken_show",
    "plans:plan_json",
    "plans:plan_pdf",
    "plans:plan_print",
    "plans:plan_print_css",
    "plans:item_pdf",
    "plans:group_pdf",
    "plans:data_show",
    "plans:data_json",
    "plans:table_csv",
    "plans:table_json",
    "plans:plan_csv",
    "plans:plan_md",
    "plans:version_list",
    "plans:version_compare",
    "plans:matrix_show",
    "plans:group_list",
    "plans:group_show",
    "plans:item_show",
    "plans:item_permalink",
    "plans:item_short",
    "plans:item_print",
    "plans:print_css",
    "plans:comment_give",
    "plans:comment_sent",
    "plans:comment_confirm",
    "plans:comment_fresh_link",
    "plans:comment_follow",
    "plans:comment_change",
    "plans:comment_withdraw",
    "plans:comment_appeal",
    "plans:transparency_show",
    "plans:transparency_csv",
    "outreach:subscribe",
    "outreach:subscribe_sent",
    "outreach:subscription_confirm",
    "outreach:subscription_again",
    "outreach:subscription_manage",
    "outreach:unsubscribe",
    "outreach:mail_list",
    "outreach:mail_show",
    "outreach:mail_html",
}


def sources(room: str) -> Iterator[Path]:
    yield from (p for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts)


def imported_tops(path: Path) -> set[str]:
    """Top packages that a module imports, wherever the import stands."""
    tops = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            tops.add(node.module.split(".")[0])
    return tops


@pytest.mark.parametrize("room", STANDING)
def test_a_room_imports_rooms_to_its_left_only(room):
    to_the_right = {*ROOMS[ROOMS.index(room) + 1 :], ROOF, "tests"}

    wrong = {
        str(path.relative_to(ROOT)): found
        for path in sources(room)
        if (found := imported_tops(path) & to_the_right)
    }

    assert wrong == {}


@pytest.mark.parametrize("room", STANDING)
def test_a_foreign_key_points_to_the_left_only(room):
    allowed = {*ROOMS[: ROOMS.index(room) + 1], "auth", "contenttypes"}

    wrong = [
        f"{model.__name__}.{field.name} → {field.related_model._meta.app_label}"
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.get_fields(include_hidden=False)
        if field.is_relation and not field.auto_created and field.related_model
        if field.related_model._meta.app_label not in allowed
    ]

    assert wrong == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def patterns(
    resolver: URLResolver | None = None, space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, inner)
        else:
            yield f"{space}{entry.name or entry.lookup_str.split('.')[-1]}", entry


# Pages of the libraries: allauth keeps its own doors, the repair desk has one.
LIBRARIES = ("account_", "mfa_", "usersessions_", "admin:", "reauthenticate")


def test_every_address_is_signed_in_or_named_as_public():
    open_doors = {
        name
        for name, pattern in patterns()
        if not name.startswith(LIBRARIES) and not getattr(pattern.callback, "login_required", True)
    }

    assert open_doors == PUBLIC


def test_one_name_in_three_places():
    """The view, its address and its template are called the same."""
    wrong = [
        f"{name}: {pattern.callback.__name__}"
        for name, pattern in patterns()
        if name.split(":")[0] in STANDING
        if not name.split(":")[1].startswith(pattern.callback.__name__)
    ]

    assert wrong == []


def test_every_state_of_every_machine_can_be_reached():
    machines = 0
    for room in STANDING:
        if not (ROOT / room / "choices.py").exists():
            continue
        choices = importlib.import_module(f"{room}.choices")
        for name, moves in vars(choices).items():
            if not name.endswith("MOVES") or not isinstance(moves, dict):
                continue
            machines += 1
            reached = {next(iter(moves))}
            for _ in moves:
                reached |= {to for state in reached for to in moves.get(state, ())}
            assert reached >= set(moves), f"{room}.{name}: {set(moves) - reached}"
    assert machines >= 4


# Templates that a library or Django asks for by its own name.
ASKED_BY_NAME = re.compile(
    r"^(account|mfa|usersessions|allauth|socialaccount)/|^(400|403|404|405|500|503|429|403_csrf)\.html$"
)


def test_no_template_is_unused():
    folder = ROOT / "templates"
    names = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
    text = "\n".join(
        p.read_text()
        for room in [*STANDING, ROOF, "templates"]
        for p in (ROOT / room).rglob("*")
        if p.suffix in (".py", ".html", ".txt", ".xml") and "migrations" not in p.parts
    )

    def is_used(name: str) -> bool:
        if name in text:
            return True
        # Letters are asked for by kind: "room/letters/{kind}.txt".
        stem = re.escape(Path(name).parent.as_posix())
        kind = Path(name).name.split(".")[0]
        if not re.search(rf"{stem}/\{{", text):
            return False
        return (
            kind in text
            or kind.replace("_", "-") in text
            or re.sub(r"_[a-z]+$", "_{", kind) in text
        )

    unused = [name for name in names if not ASKED_BY_NAME.match(name) and not is_used(name)]

    assert unused == [], "\n".join(unused)


def test_no_template_carries_style_or_script_of_its_own():
    """The content security policy would refuse them; letters are no pages."""
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        if "mail" in path.parts or "letters" in path.parts or "email" in path.parts:
            continue
        if re.search(r"\sstyle=\"|\son[a-z]+=\"|<style", text) or re.search(
            r"<script(?![^>]*(src=|ld\+json|application/json))", text
        ):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_every_list_is_asked_with_one_and_three_rows():
    """A page that ends in _list or _queue stands in a test beside a literal query count."""
    counted = "\n".join(
        p.read_text() for p in (ROOT / "tests").rglob("test_*.py") if "num_queries" in p.read_text()
    )
    lists = {
        name
        for name, _ in patterns()
        if name.endswith(("_list", "_queue")) and name.split(":")[0] in STANDING
    } - {"outreach:mail_list"}  # files of a folder, no rows

    def is_counted(name: str) -> bool:
        path = next("/" + str(p.pattern) for n, p in patterns() if n == name)
        return name in counted or path in counted

    assert {name for name in lists if not is_counted(name)} == set()
