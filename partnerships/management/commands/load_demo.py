"""`manage.py load_demo`: the demonstration region, with dates counted from today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organization
from partnerships.demo import loader


class Command(BaseCommand):
    help = "Load the demo region, or load it again with fresh dates."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--if-empty", action="store_true", help="only where nobody is here yet")
        which.add_argument("--remove", action="store_true", help="take the demo region away")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Organization.objects.exists():
            return
        try:
            if options["remove"]:
                loader.remove(progress=self._say)
            else:
                loader.load(progress=self._say)
        except loader.DemoRefused as problem:
            raise CommandError(str(problem)) from problem

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
