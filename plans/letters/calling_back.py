"""Letters that nobody wants any more and that have not left yet are called back.

A room further right registers, when it starts, how it does so: `register(call_back)`. It runs in
the transaction that ends the wish.
"""

from collections.abc import Callable, Collection

# (address, kinds of letters) → the keys of those that were called back.
CallBack = Callable[[str, Collection[str]], list[str]]

_registered: list[CallBack] = []


def register(call_back: CallBack) -> None:
    if call_back not in _registered:
        _registered.append(call_back)


def call_back(email: str, kinds: Collection[str]) -> list[str]:
    """The keys of the letters that will not be sent."""
    return [key for one in _registered for key in one(email, kinds)]
