"""The demo's tables and prose, as they lie in data/."""

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
ZONE = ZoneInfo("America/Chicago")


def table(name: str) -> list[dict[str, str]]:
    """Rows of data/NAME.csv."""
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def prose(name: str) -> dict[str, str]:
    """data/NAME.md as {heading: text}."""
    parts = (DATA / f"{name}.md").read_text(encoding="utf-8").split("## ")[1:]
    return {head.strip(): text.strip() for head, _, text in (p.partition("\n") for p in parts)}


def at(today: date, days: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment so many days from load day, by the region's clock."""
    return datetime.combine(today + timedelta(days=days), time(hour, minute), ZONE)
