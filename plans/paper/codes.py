"""QR codes that lead from paper to the live page."""

from functools import lru_cache
from io import BytesIO

import segno


@lru_cache(maxsize=500)
def code_svg(address: str) -> str:
    """A picture as SVG, black on white, with the quiet edge that readers need."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, border=2, dark="#000", light="#fff", omitsize=True
    )
    return out.getvalue().decode()
