"""`manage.py make_administrator ines@example.org --name "Ines Calloway"`"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.actions import create_person, give_duty
from accounts.choices import StaffRole


class Command(BaseCommand):
    help = "Give a person the duty of coalition administrator; create the account if need be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="For a new account")

    @transaction.atomic
    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        user = create_person(email=email, name=name.strip()[:80] or email.split("@")[0])
        give_duty(user=user, role=StaffRole.ADMINISTRATOR)
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        self.stdout.write(f"{user.email} is a coalition administrator.")
        if not user.has_usable_password():
            page = f"{settings.SITE_URL}/accounts/password/reset/"
            self.stdout.write(f"They choose a password at {page} (“I forgot my password”).")
        if settings.STAFF_NEED_SECOND_FACTOR:
            self.stdout.write("At the first sign-in they add a passkey or an authenticator app.")
