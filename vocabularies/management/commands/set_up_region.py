"""`manage.py set_up_region`: make the portal a real coalition's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vocabularies.actions import RegionRefused, set_up_region
from vocabularies.models import Sector


class Command(BaseCommand):
    help = "Name the region, its counties and its centre. Run it again to change them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="at the top of every page")
        parser.add_argument("--tagline", default="", help="a few words under the name")
        parser.add_argument("--purpose", default="", help="one sentence, headline of the home page")
        parser.add_argument("--zone", required=True, help="such as America/Chicago")
        parser.add_argument(
            "--county", required=True, nargs="+", metavar="FIPS", help="such as 48453 48491"
        )
        parser.add_argument("--centre", required=True, metavar="ZIP", help="such as 78701")
        parser.add_argument("--contact", default="", help="e-mail address for help")
        parser.add_argument("--address", default="", help="postal address, at the foot of letters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = set_up_region(
                name=options["name"],
                zone=options["zone"],
                counties=options["county"],
                centre=options["centre"],
                tagline=options["tagline"],
                purpose=options["purpose"],
                contact_email=options["contact"],
                postal_address=options["address"],
            )
        except RegionRefused as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{region.name}: {region.counties.count()} counties around {region.centre}, "
            f"{Sector.objects.count()} sectors, times in {region.time_zone}."
        )
