"""`make bench`: every measurement, or those named: `make bench ARGS=transcode`.

Those that take long, or want what the hub does not, run only by name; like `lectures` they take
options when run alone: `python -m bench kills --count 100`.
"""

import runpy
import sys

BENCHES = ("lectures", "transcode", "pages", "deidentify")
LONG = ("answering", "hostile", "item_analysis", "kills", "long_lectures")


def main() -> None:
    """Run the named benches one after the other; each prints its own table."""
    chosen, options = list(BENCHES), []
    if sys.argv[1:2] and sys.argv[1] in (*LONG, "lectures"):
        chosen, options = sys.argv[1:2], sys.argv[2:]
    elif sys.argv[1:]:
        chosen = sys.argv[1:]
    for name in chosen:
        if name not in BENCHES + LONG:
            sys.exit(f"There is no bench “{name}”; there are: {', '.join(BENCHES + LONG)}.")
        sys.argv = [name, *options]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
