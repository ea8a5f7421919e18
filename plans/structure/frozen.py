"""Published words never change: refused here, and once more by a trigger in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db import connection, models, transaction


class Frozen(Exception):
    """An attempt to change what was published."""


class FrozenQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise Frozen("A published version never changes. Publish a new one.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Frozen("A published version never changes. Publish a new one.")

    def delete(self) -> NoReturn:
        raise Frozen("A published version is never deleted.")


class FrozenModel(models.Model):
    """A row that is written once."""

    objects = FrozenQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Frozen("A published version never changes. Publish a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Frozen("A published version is never deleted.")


@contextmanager
def thawed() -> Iterator[None]:
    """Lets the demonstration region be removed; nothing else may ask for it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local plans.thawed = 'on'")
        yield
        cursor.execute("set local plans.thawed = 'off'")
