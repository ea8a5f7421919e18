"""An organization's logo: read by its content, drawn anew, changed by its own people alone."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, PngImagePlugin

from accounts.actions.logos import SIDE
from accounts.models import Logo

pytestmark = pytest.mark.django_db


def picture(size=(600, 200), kind="PNG", **saving):
    out = io.BytesIO()
    Image.new("RGB", size, "#0b5a6b").save(out, kind, **saving)
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def bomb(side):
    """A few bytes that say they are very many pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(bytes(100))
    chunks = [
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (header, pixels, b"IEND")
    ]
    return SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks), "image/png")


@pytest.fixture
def page(company):
    return reverse("accounts:logo_edit", args=[company.slug])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_picture_is_drawn_anew_and_shown(kind, signed_in, recruiter, company, page):
    client = signed_in(recruiter)

    client.post(page, {"picture": picture(kind=kind)})

    logo = Logo.objects.get(organization=company)
    assert (logo.width, logo.height) == (SIDE, SIDE // 3)
    shown = client.get(logo.url)
    assert shown["Content-Type"] == "image/png"
    assert "immutable" in shown["Cache-Control"]
    assert Image.open(io.BytesIO(shown.content)).size == (SIDE, SIDE // 3)
    assert logo.url in client.get(company.get_absolute_url()).content.decode()


def test_a_picture_held_sideways_stands_upright(signed_in, recruiter, company, page):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter

    signed_in(recruiter).post(page, {"picture": picture((400, 200), "JPEG", exif=exif)})

    logo = Logo.objects.get(organization=company)
    assert (logo.width, logo.height) == (200, 400)


def test_metadata_is_gone(signed_in, recruiter, company, page):
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "taken at home")

    signed_in(recruiter).post(page, {"picture": picture(pnginfo=text)})

    assert b"taken at home" not in bytes(Logo.objects.get(organization=company).png)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (lambda: SimpleUploadedFile("a.png", b"<svg onload=alert(1)>"), "cannot read this"),
        (lambda: SimpleUploadedFile("a.png", picture().read()[:200]), "cannot read this"),
        (lambda: SimpleUploadedFile("a.png", b"\x89PNG" + b"0" * 2_100_000), "larger than 2 MB"),
        (lambda: picture(size=(5001, 16)), "more than 5,000 pixels"),
        (lambda: bomb(20_000), "cannot read this"),
        (lambda: bomb(2**31 - 1), "cannot read this"),
        (lambda: picture(size=(8, 8)), "too small"),
        (lambda: SimpleUploadedFile("a.png", b""), "empty"),
        (lambda: "", "Choose a file first"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    upload, sentence, signed_in, recruiter, page
):
    answer = signed_in(recruiter).post(page, {"picture": upload()})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Logo.objects.exists()


def test_logo_can_be_removed(signed_in, recruiter, company, page):
    client = signed_in(recruiter)
    client.post(page, {"picture": picture()})
    url = Logo.objects.get().url

    client.post(page, {"remove": "1"})

    assert not Logo.objects.exists()
    assert client.get(url).status_code == 404


def test_outsider_changes_no_logo(signed_in, outsider, company, page):
    answer = signed_in(outsider).post(page, {"picture": picture()})

    assert answer.status_code == 403
    assert not Logo.objects.exists()


def test_logo_of_a_hidden_organization_is_hidden(client, company):
    Logo.objects.create(organization=company, png=b"x", width=1, height=1, digest="abc")
    company.state, company.verified_at = "pending", None
    company.save()

    answer = client.get(reverse("accounts:logo_show", args=[company.slug, "abc"]))

    assert answer.status_code == 404
