"""Make slides, storyboard, posters and waveform of lectures that are there already."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from media.domain.stages import process
from media.domain.stills import NotExamined, make_stills_again
from media.models import Lecture


class Command(BaseCommand):
    """``make_stills 12 13``: anew for these; ``make_stills --all``: for all that have none."""

    help = "Finds the slides of lectures in the background; --wait does it here and now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lectures", nargs="*", type=int, metavar="ID")
        parser.add_argument(
            "--all", action="store_true", help="every lecture that has no slides and posters yet"
        )
        parser.add_argument("--wait", action="store_true", help="do the work in this process")

    def handle(self, *args: Any, **options: Any) -> None:
        lectures = self._lectures(options["lectures"], every=options["all"])
        for lecture in lectures:
            try:
                make_stills_again(lecture=lecture)
            except NotExamined:
                self.stderr.write(f"{lecture.pk}: not examined yet; they come by themselves.")
                continue
            if options["wait"]:
                process(lecture_id=lecture.pk)
                lecture.refresh_from_db()
                self.stdout.write(f"{lecture.pk}: {len(lecture.stills.get('slides', []))} slides")
            else:
                self.stdout.write(f"{lecture.pk}: queued")

    def _lectures(self, wanted: list[int], *, every: bool) -> list[Lecture]:
        if bool(wanted) == every:
            raise CommandError("Name lectures by their numbers, or give --all.")
        if every:
            return list(Lecture.objects.filter(stills_directory="").order_by("pk"))
        found = {lecture.pk: lecture for lecture in Lecture.objects.filter(pk__in=wanted)}
        unknown = [str(pk) for pk in wanted if pk not in found]
        if unknown:
            raise CommandError(f"There is no lecture {', '.join(unknown)}.")
        return [found[pk] for pk in wanted]
