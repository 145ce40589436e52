"""`manage.py make_light_stacks`: lossy copies for slow lines of stacks that have none."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import filesizeformat

from cases.domain.light import light_costs, reopen_failed, sweep_light_stacks, work_off_light
from cases.models import LightStack
from jobs.domain.leases import claimable


class Command(BaseCommand):
    help = (
        "Queue the making of light stacks for all series that have none; --wait makes them here "
        "and now. Tells how many there are and what they take beside the true stacks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="do the work in this process")
        parser.add_argument("--again", action="store_true", help="also those that failed")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            reopen_failed()
        sweep_light_stacks()
        if options["wait"]:
            for light_id in list(claimable(LightStack).values_list("pk", flat=True)):
                work_off_light(light_id=light_id)
        costs = light_costs()
        if options["json"]:
            self.stdout.write(json.dumps(costs))
            return
        self.stdout.write(
            f"{costs['made']} light stacks: {filesizeformat(costs['bytes'])} beside "
            f"{filesizeformat(costs['full_bytes'])}; {costs['without']} stacks are better without, "
            f"{costs['waiting']} wait, {costs['failed']} failed"
        )
