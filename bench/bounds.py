"""Holds summary.json against bounds.json and says what it finds.

    bounds.py SUMMARY

Figures depend on the machine and on who else uses it, so that one out of its
bound is said and is not an error; one that is missing is.
"""

import json
import pathlib
import sys

BOUNDS = pathlib.Path(__file__).with_name("bounds.json")


def load_bounds():
    return json.loads(BOUNDS.read_text(encoding="utf-8"))


def applying(summary, bounds):
    """The bounds of what was measured: those of `make bench-http`, the others, or both."""

    def of_http(name):
        return name.startswith("http_")

    kinds = {of_http(name) for name in summary}
    return {name: bound for name, bound in bounds.items() if of_http(name) in kinds}


def number(value):
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def hold(summary, bounds):
    """For each figure its name, the value, the bound as text, and whether it holds: None
    where a figure has no bound and stands beside another."""
    for name, bound in bounds.items():
        value = summary[name]
        if not bound.keys() & {"at_least", "at_most", "at_most_times"}:
            yield name, value, "", None
            continue
        if "at_least" in bound:
            yield name, value, f"≥ {number(bound['at_least'])}", value >= bound["at_least"]
            continue
        if "at_most_times" in bound:
            factor, other = bound["at_most_times"]
            most = factor * summary[other]
        else:
            most = bound["at_most"]
        yield name, value, f"≤ {number(most)}", value <= most


def show(summary):
    bounds = applying(summary, load_bounds())
    missing = sorted(bounds.keys() - summary.keys())
    if missing:
        sys.exit(f"the summary lacks {', '.join(missing)}")
    kept = []
    for name, value, bound, holds in hold(summary, bounds):
        if holds is not None:
            kept.append(holds)
        word = {True: "ok", False: "NOT", None: ""}[holds]
        print(f"{name:39} {number(value):>8}   {bound:8} {word}".rstrip())
    print(f"{sum(kept)} of {len(kept)} figures are within their bounds")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        show(json.load(file))


if __name__ == "__main__":
    main()
