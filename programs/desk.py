"""What waits for a person in this room. Nothing yet: programs are kept by staff."""

from typing import Any


def waiting_for(user: Any) -> list[dict[str, Any]]:
    return []
