"""The results of the benchmarks, in Google Benchmark's JSON format.

A benchmark's name is a path, "pages/hosts:100000/limit:50/at:random/peer:sqlite":
the scenario, and then its parameters in any order.
"""

import json
import statistics

NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}

# What Google Benchmark adds to a name and is no parameter of a scenario.
_NOT_PARAMETERS = {"iterations", "repeats", "min_time"}


class MissingScenario(Exception):
    """A figure was asked for that nobody has measured."""


def _key(scenario, parameters):
    return scenario, frozenset((name, str(value)) for name, value in parameters.items())


def _parse(name):
    """("pages", {"hosts": "100000", …}); how many threads there were is said elsewhere."""
    scenario, *parts = name.split("/")
    pairs = (part.partition(":")[::2] for part in parts if ":" in part)
    parameters = {key: value for key, value in pairs if key not in _NOT_PARAMETERS}
    parameters.setdefault("threads", "1")
    return scenario, parameters


class Results:
    """The runs of results.json by scenario and parameters."""

    def __init__(self, document):
        self.context = document["context"]
        self._runs = {}
        for run in document["benchmarks"]:
            if run.get("run_type") == "aggregate":
                continue
            if run.get("error_occurred"):
                raise MissingScenario(f"{run['run_name']} failed: {run['error_message']}")
            self._runs.setdefault(_key(*_parse(run["run_name"])), []).append(run)

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def _find(self, scenario, parameters):
        parameters = {"threads": 1, **parameters}
        runs = self._runs.get(_key(scenario, parameters))
        if runs is None:
            name = "/".join(f"{key}:{value}" for key, value in parameters.items())
            raise MissingScenario(f"no results for {scenario}/{name}")
        return runs

    def has(self, scenario, **parameters):
        return _key(scenario, {"threads": 1, **parameters}) in self._runs

    def measured(self, scenario):
        """Whether there is anything of a scenario."""
        return any(name == scenario for name, _ in self._runs)

    def median(self, field, scenario, **parameters):
        """The median over the repetitions of a number that each run has."""
        return statistics.median(run[field] for run in self._find(scenario, parameters))

    def cpu_ns(self, scenario, **parameters):
        """CPU time a call and thread, the median over the repetitions."""
        runs = self._find(scenario, parameters)
        return statistics.median(run["cpu_time"] * NS[run["time_unit"]] for run in runs)

    def real_ns(self, scenario, **parameters):
        """The time on the wall."""
        runs = self._find(scenario, parameters)
        return statistics.median(run["real_time"] * NS[run["time_unit"]] for run in runs)

    def values(self, scenario, parameter, **others):
        """The numbers that a parameter has where the others are as given, in order."""
        wanted = {"threads": 1, **others}
        wanted.pop(parameter, None)
        wanted = {(name, str(value)) for name, value in wanted.items()}
        found = {
            dict(parameters)[parameter]
            for name, parameters in self._runs
            if name == scenario and wanted <= parameters
        }
        return sorted(int(value) for value in found if value.isdigit())


def merge(parts):
    """One document of several; a part's own words about its context stay with it."""
    merged = {"context": {}, "benchmarks": []}
    for part in parts:
        for key, value in part["context"].items():
            merged["context"].setdefault(key, value)
        merged["benchmarks"] += part["benchmarks"]
    return merged
