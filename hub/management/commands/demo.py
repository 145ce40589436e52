"""`manage.py demo`: demo content for a hub that is being tried out (idempotent)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.demo.loader import AccountsRefused, account_lines, load_demo
from hub.demo.loader.accounts import refuse_in_production


class Command(BaseCommand):
    help = (
        "Add what is missing of the demo content: departments, accounts, cases, courses, lectures, "
        "news, events. What is there already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accounts", action="store_true", help="only list the demo accounts; load nothing"
        )
        parser.add_argument(
            "--no-lectures", action="store_true", help="leave out the lectures (no video is made)"
        )
        parser.add_argument(
            "--no-sizes",
            action="store_true",
            help="leave the pictures' sizes and formats to the worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._list_accounts()
            return
        with_accounts = True
        try:
            refuse_in_production()
        except AccountsRefused as refusal:
            with_accounts = False
            self.stdout.write(f"Content only. {refusal}")
        load_demo(
            tell=self._tell,
            with_accounts=with_accounts,
            with_lectures=not options["no_lectures"],
            with_renditions=not options["no_sizes"],
        )

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _list_accounts(self) -> None:
        try:
            self.stdout.write("\n".join(account_lines()))
        except AccountsRefused as refusal:
            raise CommandError(str(refusal)) from refusal
