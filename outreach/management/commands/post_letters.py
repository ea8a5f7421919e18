"""Send the letters that are due, with PostgreSQL and the mail server alone."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from outreach.actions.post import post_due, post_forever


class Command(BaseCommand):
    help = "Send the letters that are due; with --loop again and again, without any broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until stopped")
        parser.add_argument("--every", type=float, default=30.0, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            tally = post_due()
            self.stdout.write(
                f"{tally.sent} sent, {tally.later} to be tried again, {tally.failed} failed"
            )
            if tally.server_away:
                self.stderr.write(tally.server_away)
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        post_forever(wait=stop.wait, every=options["every"])
