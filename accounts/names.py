"""What names are compared by.

Letters that look alike are read as one (Unicode Technical Standard 39, section 4): a selection of
our own, of the scripts in which Latin words can be imitated.
"""

import re
import unicodedata

# Letter by letter: the imitation, then the Latin letter that it is taken for.
LOOKS_LIKE = {
    **dict(zip("АВЕКМНОРСТУХІЈЅԌԚԜҺӀ", "ABEKMHOPCTYXIJSGQWHI", strict=True)),
    **dict(zip("авекмнорстухіјѕԁԛԝһӏгпьѵ", "abekmhopctyxijsdqwhlrnbv", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜ", "ABEZHIKMNOPTYXCF", strict=True)),
    **dict(zip("αβγεηικνορτυχωϲϳ", "abyenikvoptuxwcj", strict=True)),
    **dict(zip("օսհոցզՕՍ", "ouhngqOU", strict=True)),
    **dict(zip("ıɩɡɑłøđƅʟ", "iigalodbl", strict=True)),
}
# Digits within a word, by the letters they stand for.
DIGITS = str.maketrans("013457", "oleast")
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


def in_latin(name: str) -> str:
    """With the letters that imitate Latin ones as those: "Grаnite" with a Cyrillic а is Granite."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(LOOKS_LIKE.get(letter, letter) for letter in decomposed)


def without_digits(name: str) -> str:
    """Digits in words that have letters too as letters: "Gran1te 54" → "Granlte 54"."""
    return re.sub(
        r"\w+",
        lambda word: word[0].translate(DIGITS) if re.search(r"[^\W\d]", word[0]) else word[0],
        name,
    )


def skeleton(name: str) -> str:
    """What a hasty eye reads: names with one skeleton look alike."""
    plain = without_digits(in_latin(name)).lower()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return " ".join(words).replace("rn", "m").replace("vv", "w").replace("i", "l")


def mixes_scripts(name: str) -> bool:
    """A word in it has letters of more than one of the scripts that look alike."""
    return any(len(_scripts(word)) > 1 for word in re.findall(r"\w+", name))


def _scripts(word: str) -> set[str]:
    found = (unicodedata.name(letter, "").partition(" ")[0] for letter in word)
    return {script for script in found if script in SCRIPTS}
