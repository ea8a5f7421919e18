"""`manage.py load_vocabularies`: the reference lists, from the files in the tree."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vocabularies.loading import load


class Command(BaseCommand):
    help = "Load counties, ZIP places, industries, occupations, programs and skills."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="read all files, even those loaded before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        heading = iter(["Loading the reference lists …"])

        def progress(line: str) -> None:
            for first in heading:
                self.stdout.write(first)
            self.stdout.write(line)
            self.stdout.flush()

        if rows := load(again=options["again"], progress=progress):
            self.stdout.write(f"  {rows:,} rows in {time.monotonic() - began:.1f} s")
