"""Any table is read, whatever made it; what is none is refused with a sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from employers.importing.columns import match_columns
from employers.importing.reading import Unreadable, read_table


def workbook(*rows, title="Postings") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_separator_and_encoding_are_found_out(separator, encoding):
    text = separator.join(["Title", "Place"]) + "\n" + separator.join(["Señal é", "Austin"]) + "\n"

    table = read_table(text.encode(encoding))

    assert table.header == ["Title", "Place"]
    assert table.rows == [(2, ["Señal é", "Austin"])]


def test_a_comma_in_the_prose_of_a_semicolon_file_parts_nothing():
    table = read_table(b"Title;Description\nWelder;Cut, weld, grind\nFitter;Fit\n")

    assert table.rows[0] == (2, ["Welder", "Cut, weld, grind"])


def test_quoted_line_breaks_stay_in_their_cell():
    table = read_table(b'Title,Description\r\nWelder,"One.\r\n\r\nTwo ""quoted""."\r\n')

    assert table.rows == [(2, ["Welder", 'One.\n\nTwo "quoted".'])]


def test_titles_and_blank_lines_above_the_names_are_left_out():
    text = "Our summer list,,\n\nWho,,What it pays\nJob Title,City,Pay\nWelder,Austin,$20/h\n"

    table = read_table(text.encode())

    assert table.header == ["Job Title", "City", "Pay"]
    assert table.rows == [(5, ["Welder", "Austin", "$20/h"])]
    assert table.notices == ["The first 3 rows were left out."]


def test_columns_with_one_name_or_none_are_told_apart():
    table = read_table(b"Title,Title,,Place\nWelder,Second,x,Austin\n")

    assert table.header == ["Title", "Title (2)", "Column 3", "Place"]


def test_a_guarded_formula_is_text_again():
    table = read_table(b"Title,Pay\n'=1+1,'-5\n")

    assert table.rows == [(2, ["=1+1", "-5"])]


def test_a_workbook_gives_days_numbers_and_the_sheet_with_our_names():
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["Made by", "hand"])
    sheet = book.create_sheet("Jobs")
    sheet.append(["Title", "Closing date", "Pay", "ZIP code"])
    sheet.append(["Welder", date(2027, 1, 31), 20.5, 78701])
    sheet.append([None, None, None, None])
    sheet.append(["Fitter", datetime(2027, 1, 31, 17, 0), 0.1 + 0.2, None])
    out = io.BytesIO()
    book.save(out)

    table = read_table(out.getvalue())

    assert table.rows == [
        (2, ["Welder", "2027-01-31", "20.5", "78701"]),
        (4, ["Fitter", "2027-01-31 17:00:00", "0.3", ""]),
    ]
    assert table.notices == ["Only the sheet “Jobs” was read; the others were left out."]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b" \r\n", "This file is empty."),
        (b"Title,Place\n", "This file has column names and no rows below them."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "This is no table that we can read."),
        (b"Title\x01,Place\nA,B\n", "This is no table that we can read."),
        (b"%PDF-1.7\n", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old Excel file"),
        (b"<!doctype html><table>", "This is a web page."),
        (b'[{"title": "Welder"}]', "This is JSON."),
        (b"PK\x03\x04 and then nothing", "This workbook is damaged."),
        (b"Title\n" + b"x" * (5 * 1024 * 1024), "This file is larger than 5 MB."),
        (b"Title,Place\n" + b"a,b\n" * 5001, "This table has more than 5,000 rows."),
        (",".join(f"c{n}" for n in range(201)).encode() + b"\n1\n", "more than 200 columns"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Unreadable) as refused:
        read_table(data)

    assert sentence in str(refused.value)


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (packed(**{"xl__workbook.xml": b"<a/>", "xl__vbaProject.bin": b"x"}), "holds macros"),
        (packed(**{"word__document.xml": b"<a/>"}), "This is no table that we can read."),
        (packed(**{"xl__workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'b'>]><a/>"}), "damaged"),
        (packed(**{"xl__workbook.xml": b"<a/>", "xl__b.bin": bytes(90_000_000)}), "far more"),
        (workbook(), "This workbook is empty."),
    ],
)
def test_a_workbook_that_may_do_harm_is_never_opened(data, sentence):
    with pytest.raises(Unreadable) as refused:
        read_table(data)

    assert sentence in str(refused.value)


def test_columns_are_matched_by_the_names_that_files_use():
    header = "Job ID,Business Title,Salary Range From,Salary Range To,Salary Frequency".split(",")

    assert match_columns(header, {}) == {
        "external_id": 0,
        "title": 1,
        "pay_min": 2,
        "pay_max": 3,
        "pay_unit": 4,
    }


def test_what_an_employer_said_of_a_heading_stands_over_its_name():
    remembered = {"class": "title", "title": ""}

    assert match_columns(["Title", "Class", "Pay"], remembered) == {"title": 1, "pay": 2}


def test_the_questions_of_a_form_are_matched_as_columns():
    header = {
        "Timestamp": "",
        "Email Address": "",
        "What is the name of your business?": "",
        "What is the title of the position?": "title",
        "What kind of opportunity is it? (Internship, job shadow...)": "kind",
        "Where will the student work? (City & ZIP)": "place",
        "How many hours per week?": "hours",
        "How many students can you take?": "openings",
        "What will the student do?": "tasks",
        "Is it paid? If so, how much?": "pay",
        "When does it start?": "starts_on",
        "When is the deadline to apply?": "closes_on",
        "What are the requirements?": "requirements",
        "Anything else we should know?": "",
    }

    found = match_columns(list(header), {})

    assert {name: number for number, name in enumerate(header.values()) if name} == found


def test_what_stands_in_brackets_behind_a_name_does_not_hide_it():
    header = [
        "Job Title (required)",
        "Start Date (MM/DD/YYYY)",
        "Wage (min)",
        "Wage (max)",
        "Req #",
    ]

    found = match_columns(header, {})

    names = ["title", "starts_on", "pay_min", "pay_max", "external_id"]
    assert found == {name: number for number, name in enumerate(names)}


def test_the_exact_name_of_a_column_goes_before_a_question():
    found = match_columns(["What is the job title?", "Title", "Pay (old)", "Pay"], {})

    assert found == {"title": 1, "pay": 3}


def test_a_cell_merged_over_rows_holds_for_each_of_them():
    book = Workbook()
    sheet = book.active
    for row in (
        ["Summer placements"],
        ["Title", "Location", "Pay", "Notes"],
        ["Welder", "Taylor 76574", 18, "x"],
        ["Fitter", None, 19, None],
        ["Cook", None, 20, "y"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("B3:B5")
    sheet.merge_cells("C5:D5")
    out = io.BytesIO()
    book.save(out)

    table = read_table(out.getvalue())

    assert [cells[1] for _, cells in table.rows] == ["Taylor 76574"] * 3
    assert [cells[2:] for _, cells in table.rows] == [["18", "x"], ["19", ""], ["20", ""]]


def test_a_file_of_an_old_Macintosh_keeps_its_letters():
    table = read_table("Title,Place\rCafé “x”,Austin\r".encode("mac_roman"))

    assert table.rows[0][1][0] == "Café “x”"


def test_a_list_without_names_of_columns_says_what_it_takes_for_them():
    table = read_table(b"Welder,Internship,Taylor 76574\nFitter,Internship,Hutto 78634\n")

    assert table.notices == [
        "Row 1 is taken for the names of the columns: Welder; Internship; Taylor 76574. Is it a "
        "posting? Put a row of names above it."
    ]


def test_a_formula_without_a_value_is_told():
    """As programs that write workbooks leave it; a spreadsheet program stores what it shows."""
    data = workbook(["Title", "Pay"], ["Welder", "=18+1"], ["Baker", 17], ["Cook", "=10"])

    table = read_table(data)

    assert [row[1][1] for row in table.rows] == ["", "17", ""]
    assert table.notices == [
        "No value is stored for 2 formulas, so nothing was read there. Open the file in your "
        "spreadsheet program, save it and bring it again."
    ]
