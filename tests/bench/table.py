"""table.py - figures of several rounds: medians, ratios, and whether a bar is met.

A ratio is the median of the ratios of the rounds, never the ratio of two medians:
what slowed one round down slowed both.  It is turned so that above 1 is better,
for times and memory too.
"""
import dataclasses, statistics

TOLERANCE = 0.95			# "within 5 %" counts as met
PEERS = ("peer", "reference")


@dataclasses.dataclass
class Figure:
    """One quantity; values[contender] is one value a round."""
    name: str
    unit: str
    more_is_better: bool
    digits: int
    values: dict = dataclasses.field(default_factory=dict)	# name: {round: value}

    def median(self, name):
        return statistics.median(self.values[name].values())

    def text(self, value):
        return f"{value:,.{self.digits}f}" + (f" {self.unit}" if self.unit else "")

    def ratio(self, ours, theirs):
        """How many times better ours is than theirs, or None: no round had both."""
        return paired(self.values.get(ours, {}), self.values.get(theirs, {}),
                      self.more_is_better)

    def best(self, kinds, of=PEERS):
        """The contender of these kinds with the best median, or None."""
        names = [name for name in self.values if kinds.get(name) in of]
        choose = max if self.more_is_better else min
        return choose(names, key=self.median) if names else None


def paired(ours, theirs, more_is_better):
    """The median of the ratios of the rounds that have both."""
    ratios = []
    for number in sorted(set(ours) & set(theirs)):
        mine, other = ours[number], theirs[number]
        if not more_is_better:
            mine, other = other, mine
        if other > 0 and mine > 0:
            ratios.append(mine / other)
    return statistics.median(ratios) if ratios else None


def verdict(ratio, least, exact=False):
    """met, within 5 %, or missed: is the ratio at least that?"""
    if ratio is None:
        return "not measured"
    if ratio >= least:
        return "met"
    return "within 5 %" if not exact and ratio >= least * TOLERANCE else "missed"


class Results:
    """What one bench has measured."""

    def __init__(self, bench, title):
        self.bench, self.title = bench, title
        self.figures = {}
        self.kinds = {}			# of contenders: ours, peer, reference, limit
        self.missing = {}		# contender: reason
        self.notes = []
        self.round = 0

    def more(self, name, who, value, unit="", digits=0):
        """Of this, more is better."""
        self._add(Figure(name, unit, True, digits), who, value)

    def less(self, name, who, value, unit="", digits=1):
        """Of this, less is better."""
        self._add(Figure(name, unit, False, digits), who, value)

    def _add(self, figure, who, value):
        figure = self.figures.setdefault(figure.name, figure)
        figure.values.setdefault(who, {})[self.round] = value

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
            print(f"  # {text}", flush=True)

    def has(self, who):
        return any(who in figure.values for figure in self.figures.values())

    def leave_out(self, who, reason):
        self.missing[who] = " ".join(str(reason).split())

    def as_json(self):
        return {"bench": self.bench, "title": self.title, "kinds": self.kinds,
                "missing": self.missing, "notes": self.notes,
                "figures": [dataclasses.asdict(f) for f in self.figures.values()]}


# --- bars -------------------------------------------------------------------------

@dataclasses.dataclass
class Bar:
    """A line that is promised of a tool: a figure of a bench, and what bounds it.

    against: a contender, "best" (of peers) or "limit"; least: the ratio promised.
    Or a number: at_most, at_least; exact: 5 % less will not do."""
    tool: str
    bench: str
    figure: str
    least: float = 1.0
    against: str = "best"
    ours: str = "fil"
    at_most: float = None
    at_least: float = None
    exact: bool = False

    def bound(self):
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"{self.least:g} x {self.against}"


def judge(bar, results):
    """(verdict, what was found) of one bar."""
    figure = results.figures.get(bar.figure)
    if bar.ours in results.missing:
        return "not measured", f"{bar.ours}: {results.missing[bar.ours]}"
    if figure is None or bar.ours not in figure.values:
        return "not measured", "no such figure in this run"
    found = figure.median(bar.ours)
    if bar.at_most is not None or bar.at_least is not None:
        wanted = bar.at_most if bar.at_most is not None else bar.at_least
        up = bar.at_least is not None
        ratio = (found / wanted if up else wanted / found if found > 0 else 1.0)
        return verdict(ratio, 1.0, bar.exact), figure.text(found)
    other = opponent(bar, figure, results)
    if other is None or other not in figure.values:
        reason = results.missing.get(bar.against, "")
        return "not measured", f"no {bar.against} here" + (f": {reason}" if reason else "")
    ratio = figure.ratio(bar.ours, other)
    if ratio is None:
        return "not measured", f"no round has both {bar.ours} and {other}"
    said, found = verdict(ratio, bar.least, bar.exact), f"{ratio:.2f} x {other}"
    minimal = figure.best(results.kinds, ("minimal",))
    beside_it = figure.ratio(bar.ours, minimal) if minimal else None
    if said == "missed" and minimal != other and beside_it is not None:
        found += f", {beside_it:.2f} x {minimal} (minimal)"
    return said, found


def opponent(bar, figure, results):
    if bar.against == "best":
        return figure.best(results.kinds)
    if bar.against == "limit":
        return figure.best(results.kinds, ("limit",))
    return bar.against


# --- for the eye --------------------------------------------------------------------

def sorted_names(figure):
    return sorted(figure.values, key=figure.median, reverse=figure.more_is_better)


def terminal(results):
    """The table, a line a contender."""
    lines = [f"{results.title}", "=" * len(results.title)]
    for figure in results.figures.values():
        hint = "" if figure.more_is_better else "   (less is better)"
        lines += ["", figure.name + hint]
        for name in sorted_names(figure):
            values = figure.values[name].values()
            shown = f"[{min(values):,.{figure.digits}f} .. {max(values):,.{figure.digits}f}]"
            lines.append(f"  {name:16} {figure.text(figure.median(name)):>16}  {shown:28}"
                         f"{beside(figure, name, results.kinds)}")
    lines += [""] + [f"  left out: {who}: {why}" for who, why in results.missing.items()]
    return "\n".join(lines)


def beside(figure, name, kinds):
    """How fil stands to this contender."""
    if kinds.get(name) == "ours":
        return "  <- ours"
    ratio = figure.ratio("fil", name)
    kind = f" ({kinds[name]}, no peer)" if kinds.get(name) in ("limit", "minimal") else ""
    return (f"  fil: x {ratio:.2f}" if ratio is not None else "") + kind


def terminal_bars(judged):
    """The list at the end of a run."""
    lines = ["", "Bars", "===="]
    for bar, (word, found) in judged:
        lines.append(f"  {word:12} {bar.tool}, {bar.bench}: {bar.figure}: "
                     f"{found} (bar: {bar.bound()})")
    return "\n".join(lines)


def markdown(results, judged, about):
    """A section of results.md: a row a figure, a column a contender."""
    names = ordered(results)
    lines = [f"## {results.title}", "", about, "",
             "| figure | " + " | ".join(column(n, results.kinds) for n in names) + " |",
             "|---|" + "---:|" * len(names)]
    for figure in results.figures.values():
        cells = [cell(figure, name, results.kinds) for name in names]
        arrow = "" if figure.more_is_better else " (less is better)"
        lines.append(f"| {figure.name}{arrow} | " + " | ".join(cells) + " |")
    if judged:
        lines += ["", "| bar | bound | found | |", "|---|---|---|---|"]
        lines += [f"| {bar.tool}: {bar.figure} | {bar.bound()} | {found} | {word} |"
                  for bar, (word, found) in judged]
    left_out = [f"- left out: {who}: {why}" for who, why in results.missing.items()]
    notes = [f"- {' '.join(note.split())}" for note in results.notes]
    return "\n".join(lines + ([""] if left_out or notes else []) + left_out + notes) + "\n"


def ordered(results):
    """Columns: ours first, then peers, references, limits, minimal programs."""
    rank = ("ours", "peer", "reference", "limit", "minimal")
    present = {name for figure in results.figures.values() for name in figure.values}
    return sorted(present, key=lambda name: (rank.index(results.kinds.get(name, "peer")), name))


def column(name, kinds):
    return name + {"limit": " (limit)", "minimal": " (minimal)",
                   "reference": " (Python)"}.get(kinds.get(name), "")


def cell(figure, name, kinds):
    if name not in figure.values:
        return ""
    ratio = figure.ratio("fil", name) if kinds.get(name) != "ours" else None
    return figure.text(figure.median(name)) + (f" (x {ratio:.2f})" if ratio is not None else "")
