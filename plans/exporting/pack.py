"""The submission pack: the plan, every comment by item, what was not taken up and why, measures,
the dictionary, and the SHA-256 of each file. The same state gives the same bytes."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import TextIOWrapper
from itertools import groupby, islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape

from plans.choices import Disposition, Stance
from plans.exporting.columns import CHUNK, Taken, as_cell
from plans.exporting.markdown import plan_as_markdown
from plans.exporting.tables import COMMENTS, TABLES, dictionary, plan_as_json, plan_table
from plans.models import Comment, PlanVersion
from plans.paper.press import printed
from plans.paper.sheets import whole_plan
from plans.structure.references import to_plain
from vocabularies.tables import safe_cell

IN_MEMORY = 2_000_000
# A ZIP cannot hold a moment before 1980, and none of ours shall differ from pack to pack.
ANY_DAY = (1980, 1, 1, 0, 0, 0)
FILES = [
    ("plan.pdf", "The plan, a tagged PDF with contents"),
    ("plan.md", "The plan as text (Markdown)"),
    ("plan.csv", "The plan as a table: items, actions, roles"),
    ("plan.json", "The same as data"),
    ("comments.html", "Every published comment by item, with its answer"),
    ("comments.csv", "The comments as a table"),
    ("comments.json", "The same as data"),
    ("dissent.html", "Concerns, and what was not taken up, with the answers"),
    ("responses.csv", "The answers as a table"),
    ("roles.csv", "Which group has which part"),
    ("updates.csv", "News of actions and items"),
    ("milestones.csv", "What shall be reached by when"),
    ("measures.csv", "The figures by which the plan is judged"),
    ("values.csv", "Their values"),
    ("dictionary.html", "What every column of every table means"),
    ("dictionary.json", "The same as data"),
    ("pack.css", "How the three pages look"),
    ("README.txt", "What is in the pack"),
    ("SHA256SUMS", "Of each file, to be checked by “sha256sum -c SHA256SUMS”"),
]

PAGES = {
    "comments.html": (
        "Comments",
        "Every published comment by item, with its answer where one is published.",
    ),
    "dissent.html": (
        "Dissent",
        "Every comment that names a concern, and every one that the partners did not take up or "
        "hold to be outside of the plan, with their answers.",
    ),
}


def name_of(version: PlanVersion) -> str:
    return f"plan-version-{version.number}-pack.zip"


def write_pack(
    version: PlanVersion, out: IO[bytes], progress: Callable[[int], None] = lambda done: None
) -> None:
    """Write the ZIP. All files tell of one moment. `progress` hears how many comments are done."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), ExitStack() as stack:
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        current = _newest(version)
        suffix = "" if version == current else f"?version={version.number}"
        taken = Taken(version, current, suffix=suffix)
        pack = _Pack(stack.enter_context(ZipFile(out, "w", ZIP_DEFLATED)))
        for name, chunks in _files(taken, stack, progress):
            pack.add(name, chunks)
        pack.finish()


def _newest(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.filter(plan_id=version.plan_id).order_by("-number")[0]


def _files(
    taken: Taken, stack: ExitStack, progress: Callable[[int], None]
) -> Iterator[tuple[str, Iterable[bytes]]]:
    version = taken.version
    data = whole_plan(version, is_current=taken.is_current, suffix=taken.suffix)
    yield "plan.pdf", [printed(data)[0]]
    yield "plan.md", [plan_as_markdown(taken).encode()]
    yield "plan.csv", _encoded(plan_table(version.plan).csv(taken))
    yield "plan.json", [_json([plan_as_json(node, taken) for node in taken.nodes])]
    kept = {
        name: stack.enter_context(SpooledTemporaryFile(IN_MEMORY))
        for name in ("comments.html", "comments.csv", "comments.json", "dissent.html")
    }
    _write_comments(taken, kept, progress)
    for name, file in kept.items():
        file.seek(0)
        yield name, iter(lambda file=file: file.read(1 << 16), b"")  # type: ignore[misc]
    for name in ("responses", "roles", "updates", "milestones", "measures", "values"):
        yield f"{name}.csv", _encoded(TABLES[name].csv(taken))
    tables = dictionary(version.plan)
    context = {"plan": version.plan, "version": version, "tables": tables}
    yield "dictionary.html", [render_to_string("plans/pack/dictionary.html", context).encode()]
    yield "dictionary.json", [_json(tables)]
    yield "pack.css", [Path(str(finders.find("portal/pack.css"))).read_bytes()]
    yield "README.txt", [_readme(version).encode()]


class _Pack:
    """Adds files and keeps their sums."""

    def __init__(self, zip_file: ZipFile) -> None:
        self.zip = zip_file
        self.sums: list[tuple[str, str]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        found = hashlib.sha256()
        info = ZipInfo(name, ANY_DAY)
        info.compress_type = ZIP_STORED if name.endswith(".pdf") else ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self.zip.open(info, "w") as file:
            for chunk in chunks:
                found.update(chunk)
                file.write(chunk)
        self.sums.append((found.hexdigest(), name))

    def finish(self) -> None:
        words = "".join(f"{found}  {name}\n" for found, name in self.sums)
        self.add("SHA256SUMS", [words.encode()])


def _encoded(chunks: Iterable[str]) -> Iterator[bytes]:
    return (chunk.encode() for chunk in chunks)


def _json(rows: Any) -> bytes:
    words = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return f"{words}\n".encode()


def _readme(version: PlanVersion) -> str:
    lines = "\n".join(f"{name:16} {words}" for name, words in FILES)
    stage = version.get_stage_display().lower()
    day = date_format(version.published_at, "j M Y")
    return (
        f"{version.plan}\nVersion {version.number}, {stage}, published {day}\n\n{lines}\n\n"
        "The e-mail addresses of people who commented are in none; their names are shown as far "
        "as they allowed it.\n"
    )


def _write_comments(
    taken: Taken, files: Mapping[str, IO[bytes]], progress: Callable[[int], None]
) -> None:
    """All four files of comments in one reading, in the order of the items."""
    context = {"plan": taken.version.plan, "version": taken.version}
    pages = {name: files[name] for name in PAGES}
    counts = dict.fromkeys(pages, 0)
    table = TextIOWrapper(files["comments.csv"], "utf-8", newline="", write_through=True)
    writer = csv.writer(table)
    writer.writerow(COMMENTS.header())
    data = files["comments.json"]
    data.write(b"[")
    comma = b"\n"
    for name, page in pages.items():
        title, lede = PAGES[name]
        head = render_to_string("plans/pack/head.html", context | {"title": title, "lede": lede})
        page.write(head.encode())
    for heading, comments in groupby(_in_order(taken, progress), key=lambda pair: pair[0]):
        said = [comment for _, comment in comments]
        for comment in said:
            values = COMMENTS.as_json(comment, taken)
            writer.writerow([safe_cell(as_cell(value)) for value in values.values()])
            words = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
            data.write(comma + words.encode())
            comma = b",\n"
        for name, page in pages.items():
            shown = said if name == "comments.html" else [one for one in said if is_dissent(one)]
            if shown:
                counts[name] += len(shown)
                page.write(_section(heading, shown, taken))
    data.write(b"\n]\n")
    table.detach()
    for name, page in pages.items():
        foot = render_to_string("plans/pack/foot.html", {"count": counts[name]})
        page.write(foot.encode())


def _section(heading: str, comments: list[Comment], taken: Taken) -> bytes:
    labels = {pk: (number, escape(title)) for pk, (number, title) in taken.labels.items()}
    said = []
    for comment in comments:
        answer = comment.response if comment.response and comment.response.published_at else None
        one: dict[str, Any] = {"comment": comment, "answer": answer}
        if answer:
            one["words"] = to_plain(answer.text_html, labels)
            one["changed"] = answer.changed_item_id and taken.now.get(answer.changed_item_id)
        said.append(one)
    context = {"heading": heading, "said": said, "version": taken.version}
    return render_to_string("plans/pack/section.html", context).encode()


def is_dissent(comment: Comment) -> bool:
    """A concern, or something that the published answer did not take up."""
    answer = comment.response
    refused = (
        answer
        and answer.published_at
        and answer.disposition
        in (
            Disposition.NOT,
            Disposition.OUT_OF_SCOPE,
        )
    )
    return comment.stance == Stance.CONCERN or bool(refused)


def _in_order(taken: Taken, progress: Callable[[int], None]) -> Iterator[tuple[str, Comment]]:
    """(heading of the item now, comment) in reading order; of dropped items last. A thousand
    comments are held at a time."""
    titles = {
        node.item_id: (node.order, f"{node.number} {node.title}")
        for node in taken.current.items.only("item_id", "order", "number", "handle", "statement")
    }
    found = COMMENTS.found(taken)
    places = sorted(
        (titles.get(item, (1 << 20, ""))[0], str(item), pk)
        for pk, item in found.order_by().values_list("pk", "item_id")
    )
    keys = (pk for _, _, pk in places)
    done = 0
    while some := list(islice(keys, CHUNK)):
        comments = found.in_bulk(some)
        done += len(some)
        for pk in some:
            comment = comments[pk]
            known = titles.get(comment.item_id)
            yield (known[1] if known else _gone(comment, taken)), comment
        progress(done)


def _gone(comment: Comment, taken: Taken) -> str:
    """ "2.4 Ladders (of version 1), now in 2.2"."""
    into = taken.now.get(comment.item_id)
    was = f"{comment.number} {comment.item.title} (of version {comment.version.number})"
    return f"{was}, now in {into}" if into else f"{was}, since dropped"
