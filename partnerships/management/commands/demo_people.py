"""`manage.py demo_people`: who may sign in to the demo, and where each looks first."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from partnerships.demo.people import DEMO_PASSWORD, EMAILS, PEOPLE


class Command(BaseCommand):
    help = "Print the demo's sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        here = set(User.objects.filter(email__in=EMAILS).values_list("email", flat=True))
        people = [person for person in PEOPLE if person.email in here]
        if not people:
            return
        mail = max(len(person.email) for person in people)
        role = max(len(person.role) for person in people)
        self.stdout.write(f"Demo sign-ins, all with the password {DEMO_PASSWORD}\n\n")
        for person in people:
            self.stdout.write(f"  {person.email:{mail}}  {person.role:{role}}  {person.look}")
