"""An organization's picture: uploaded by its people, drawn anew by us."""

import hashlib
import io
import warnings
from typing import Any, BinaryIO

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.actions.history import NotAllowed, record
from accounts.models import Logo, Organization
from accounts.rules import may_edit_organization

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 5000  # a side, before it is drawn anew
SIDE = 480  # the longer one, afterwards


# What a broken picture makes the library raise.
UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    Warning,
)


class NotAPicture(Exception):
    """What was uploaded cannot be shown. Its text is for the person."""


@transaction.atomic
def keep_logo(*, organization: Organization, upload: BinaryIO, by: Any) -> Logo:
    """Draw the picture anew (no metadata, first frame, at most 480 px a side) and keep it.

    Raises NotAPicture for what is no PNG, JPEG, WebP or GIF of sensible size, NotAllowed for
    whoever may not edit the organization.
    """
    if not may_edit_organization(by, organization):
        raise NotAllowed("Only an administrator of the organization changes its logo.")
    picture = drawn_anew(upload)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    png = out.getvalue()
    logo, _ = Logo.objects.update_or_create(
        organization=organization,
        defaults={
            "png": png,
            "width": picture.width,
            "height": picture.height,
            "digest": hashlib.sha256(png).hexdigest()[:16],
            "uploaded_by": by,
        },
    )
    record(by=by, what="changed the logo", subject=organization, organization=organization)
    return logo


def drawn_anew(upload: BinaryIO) -> Image.Image:
    """The pixels alone, as RGBA within a square of SIDE."""
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotAPicture("This file is larger than 2 MB. Save it smaller and try again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that would fill the memory
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if max(picture.size) > MOST_PIXELS:
                    raise NotAPicture("This picture has more than 5,000 pixels a side.")
                picture.load()
                # A camera writes down which way is up; that goes with the other metadata.
                drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except NotAPicture:
        raise
    except UNREADABLE as error:
        raise NotAPicture("We cannot read this as a picture. Use a PNG or JPEG file.") from error
    if min(drawn.size) < 16:
        raise NotAPicture("This picture is too small: 16 pixels a side at least.")
    drawn.thumbnail((SIDE, SIDE))
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    return clean


@transaction.atomic
def remove_logo(*, organization: Organization, by: Any) -> None:
    """Without one already nothing happens."""
    if not may_edit_organization(by, organization):
        raise NotAllowed("Only an administrator of the organization changes its logo.")
    removed, _ = Logo.objects.filter(organization=organization).delete()
    if removed:
        record(by=by, what="removed the logo", subject=organization, organization=organization)
