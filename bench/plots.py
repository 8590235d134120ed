"""The plots of docs/benchmarks.md, as SVG that is the same for the same numbers."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator  # noqa: E402

from units import count_text, time_text  # noqa: E402

matplotlib.rcParams.update({
    "svg.hashsalt": "muster",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
})

# One colour a peer on every plot, for eyes that tell few colours apart; Muster's is
# the only red.
STYLES = {
    "muster_spans": {"color": "#d62728", "linewidth": 3, "marker": "o", "zorder": 5},
    "muster": {"color": "#d62728", "linewidth": 2.2, "marker": "s", "linestyle": "--",
               "zorder": 5},
    "muster_in_memory": {"color": "#d62728", "linewidth": 2.2, "marker": "s",
                         "linestyle": "--", "zorder": 5},
    "memcpy": {"color": "#000000", "marker": "x"},
    "bare_pointer": {"color": "#000000", "marker": "x"},
    "vector_of_strings": {"color": "#7f7f7f", "marker": "v"},
    "locked_shared_ptr": {"color": "#7f7f7f", "marker": "v"},
    "lmdb_json": {"color": "#0072b2", "marker": "^"},
    "lmdb_renew": {"color": "#0072b2", "marker": "^"},
    "lmdb_rapidjson": {"color": "#56b4e9", "marker": "^"},
    "sqlite": {"color": "#009e73", "marker": "D"},
    "rocksdb": {"color": "#e69f00", "marker": "P"},
    "atomic_shared_ptr": {"color": "#e69f00", "marker": "P"},
    "go_memdb": {"color": "#cc79a7", "marker": "*", "markersize": 8},
}
SNAPSHOT_STYLES = {**STYLES, "muster": STYLES["muster_spans"]}


def _axes(title, x_label, width=7.6, height=4.6):
    figure, axes = plt.subplots(figsize=(width, height))
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=12)
    axes.set_xlabel(x_label)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ns, _: time_text(ns)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def _finish(figure, axes, path, order):
    """The legend beside the plot, in the order in which the lines end."""
    handles, labels = axes.get_legend_handles_labels()
    ranked = sorted(zip(order, handles, labels), key=lambda entry: -entry[0])
    axes.legend([handle for _, handle, _ in ranked], [label for _, _, label in ranked],
                loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(path, bbox_inches="tight", pad_inches=0.1, metadata={"Date": None})
    plt.close(figure)


def lines(path, title, x_label, series, labels, ticks=None):
    """`series`: a peer's points (x, ns), both axes by powers of ten."""
    figure, axes = _axes(title, x_label)
    axes.set_xscale("log")
    order = []
    for peer, points in series.items():
        axes.plot(*zip(*points), label=labels[peer], **{"markersize": 6, **STYLES[peer]})
        order.append(points[-1][1])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: count_text(number)))
    axes.xaxis.set_minor_locator(NullLocator())
    if ticks:
        axes.xaxis.set_major_locator(FixedLocator(ticks))
    _finish(figure, axes, path, order)


def threads(path, title, panels, labels):
    """`panels`: a heading and a peer's ns at one and at two threads, side by side."""
    figure, all_axes = plt.subplots(1, len(panels), figsize=(8.4, 4.2), sharey=True)
    order = []
    for axes, (heading, series) in zip(all_axes, panels):
        axes.set_title(heading, fontsize=10)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda ns, _: time_text(ns)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y", color="#dddddd", linewidth=0.7)
        axes.set_xticks([1, 2])
        axes.set_xlim(0.8, 2.2)
        axes.set_xlabel("reading threads")
        order = []
        for peer, points in series.items():
            style = {"markersize": 6, **SNAPSHOT_STYLES[peer]}
            axes.plot(*zip(*points), label=labels[peer], **style)
            order.append(points[-1][1])
    lowest, highest = all_axes[0].get_ylim()
    all_axes[0].set_ylim(min(lowest, 0.9), max(highest, 110))
    figure.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
    figure.subplots_adjust(top=0.82, wspace=0.1)
    _finish(figure, all_axes[-1], path, order)


def rates(path, title, rows):
    """`rows`: what is done, how often a second Muster does it, a peer and how often that
    does; from the top down."""
    colours = {"Muster": STYLES["muster"]["color"], "SQLite": STYLES["sqlite"]["color"],
               "LMDB": STYLES["lmdb_json"]["color"]}
    figure, axes = plt.subplots(figsize=(7.6, 3.6))
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=12)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: count_text(number)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_yticks(range(len(rows)), [label for label, *_ in rows])
    axes.invert_yaxis()
    for y, (_, ours, peer, theirs) in enumerate(rows):
        axes.plot([theirs, ours], [y, y], color="#bbbbbb", linewidth=2, zorder=2)
        for name, rate in ((peer, theirs), ("Muster", ours)):
            _, known = axes.get_legend_handles_labels()
            axes.plot([rate], [y], "o", markersize=8, color=colours[name], zorder=3,
                      label=name if name not in known else None)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(path, bbox_inches="tight", pad_inches=0.1, metadata={"Date": None})
    plt.close(figure)
