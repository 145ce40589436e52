"""`make bench`: every measurement, or those named: `make bench ARGS=transcode`."""

import runpy
import sys

BENCHES = ("transcode", "pages")


def main() -> None:
    """Run the named benches one after the other; each prints its own table."""
    chosen = sys.argv[1:] or list(BENCHES)
    for name in chosen:
        if name not in BENCHES:
            sys.exit(f"There is no bench “{name}”; there are: {', '.join(BENCHES)}.")
        sys.argv = [name]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
