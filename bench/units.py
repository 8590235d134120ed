"""How numbers and tables are written in the document and on the plots."""


def time_text(ns):
    """Nanoseconds with three digits, in the unit that suits them."""
    for unit, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= 0.9995 * unit:  # 999.7 ns would be 1e+03 ns
            return f"{ns / unit:.3g} {name}"
    return f"{ns:.3g} ns"


def count_text(number):
    return f"{number:,.0f}"


def table(head, rows):
    """A Markdown table; numbers, which are all but the first column, to the right."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
