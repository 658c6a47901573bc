"""plot.py - figures against a number of clients, as SVG, without a library.

Lines are named where they end, so nobody matches colours with a legend; the
colours are those of Okabe and Ito, which the colour-blind tell apart; ours is
thick, what is no peer is dashed."""
import math, re
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 86, 150, 56, 52
LABEL_GAP = 15
OURS = "#000000"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00")
STYLE = ("text { font: 13px sans-serif; fill: #222 } .title { font-size: 16px; "
         "font-weight: bold } .hint { fill: #555 } .grid { stroke: #ddd } "
         ".axis { stroke: #222 }")


class Plot:
    """What is drawn: lines[name] is [(x, y), ...]; both scales logarithmic, or y
    from 0 on."""

    def __init__(self, title, x_name, y_name, log_y=False):
        self.title, self.x_name, self.y_name, self.log_y = title, x_name, y_name, log_y
        self.lines, self.kinds = {}, {}

    def add(self, name, kind, points):
        if points:
            self.lines[name], self.kinds[name] = sorted(points), kind

    def svg(self):
        xs = sorted({x for points in self.lines.values() for x, _ in points})
        ys = [y for points in self.lines.values() for _, y in points]
        if not xs:
            return None
        self.x_span = (math.log10(xs[0]), max(math.log10(xs[-1]), math.log10(xs[0]) + 0.1))
        self.y_ticks = log_ticks(min(ys), max(ys)) if self.log_y else ticks(max(ys))
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                 f'role="img">', f"<title>{escape(self.title)}</title>",
                 f"<style>{STYLE}</style>",
                 f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
                 text(LEFT, 24, self.title, "start", "title"),
                 text(LEFT, 43, self.y_name, "start", "hint"),
                 text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, self.x_name, "middle", "hint")]
        parts += self.axes(xs) + self.drawn()
        return "\n".join(parts + ["</svg>", ""])

    def x(self, value):
        low, high = self.x_span
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = self.y_ticks[0], self.y_ticks[-1]
        part = (math.log10(value / low) / math.log10(high / low) if self.log_y
                else value / high)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def axes(self, xs):
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts = []
        for value in self.y_ticks:
            y = self.y(value)
            parts += [line((LEFT, y), (right, y), "grid"),
                      text(LEFT - 8, y + 4, short(value), "end")]
        for value in spaced(xs, self.x):
            x = self.x(value)
            parts += [line((x, bottom), (x, bottom + 5), "axis"),
                      text(x, bottom + 20, f"{value:,}", "middle")]
        return parts + [line((LEFT, bottom), (right, bottom), "axis")]

    def label_places(self):
        """The height of each line's name, beside its end; those that end at one
        place are spread."""
        ends, at = {}, {}
        for name, points in self.lines.items():
            ends.setdefault(points[-1][0], {})[name] = self.y(points[-1][1])
        for wanted in ends.values():
            at.update(labels(wanted))
        return at

    def drawn(self):
        parts = []
        at = self.label_places()
        colours = iter(COLOURS * 3)
        for name, points in self.lines.items():
            ours = self.kinds[name] == "ours"
            colour = OURS if ours else next(colours)
            path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
            no_peer = self.kinds[name] in ("limit", "minimal")
            dashes = ' stroke-dasharray="6 4"' if no_peer else ""
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                         f'stroke-width="{4 if ours else 2}"{dashes}/>')
            parts += [f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" '
                      f'r="{4 if ours else 3}" fill="{colour}"/>' for x, y in points]
            x, y = self.x(points[-1][0]), self.y(points[-1][1])
            parts += [line((x + 5, y), (x + 12, at[name]), style=f"stroke:{colour}"),
                      text(x + 15, at[name] + 4,
                           name + (f" ({self.kinds[name]})" if no_peer else ""), "start",
                           style=f"fill:{colour}" + (";font-weight:bold" if ours else ""))]
        return parts


def text(x, y, words, anchor, kind="", style=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
            + (f' class="{kind}"' if kind else "") + (f' style="{style}"' if style else "")
            + f">{escape(words)}</text>")


def line(start, end, kind="", style=""):
    return (f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" '
            f'y2="{end[1]:.1f}"' + (f' class="{kind}"' if kind else "")
            + (f' style="{style}"' if style else "") + "/>")


def short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def ticks(top):
    """From 0 to above top, 4 to 8 round steps."""
    step = 10 ** math.floor(math.log10(top)) if top > 0 else 1
    for part in (0.2, 0.5, 1, 2):
        if top / (step * part) <= 8:
            step *= part
            break
    return [step * n for n in range(math.ceil(top / step) + 1)]


def log_ticks(low, high):
    first = math.floor(math.log10(max(low, 1e-9)))
    steps = [part * 10.0 ** (first + n) for n in range(13) for part in (1, 2, 5)]
    under = max(step for step in steps if step <= low)
    over = min(step for step in steps if step >= high and step > under)
    return [step for step in steps if under <= step <= over]


def spaced(values, place, least=38):
    """Those of the values whose labels do not run into each other."""
    kept = []
    for value in reversed(values):
        if not kept or place(kept[-1]) - place(value) >= least:
            kept.append(value)
    return kept[::-1]


def labels(wanted):
    """Where each label stands: as near as can be, and none upon another."""
    at, lowest = {}, TOP - LABEL_GAP
    for name in sorted(wanted, key=wanted.get):
        at[name] = lowest = max(wanted[name], lowest + LABEL_GAP)
    limit = HEIGHT - BOTTOM
    for name in sorted(at, key=at.get, reverse=True):
        at[name] = limit = min(at[name], limit)
        limit -= LABEL_GAP
    return at


# --- the plots of a run ------------------------------------------------------------

def of(results):
    """{file name: SVG} of what a bench has measured."""
    made = {"ack": throughput, "conns": memory, "chat": fan_out}.get(results.bench)
    if not made:
        return {}
    name, plot = made(results)
    drawing = plot.svg()
    return {name: drawing} if drawing else {}


def throughput(results):
    plot = Plot("Requests a second, by connections", "connections at once",
                "requests of 20 bytes answered a second; higher is better")
    return "throughput.svg", filled(plot, results, r"([\d,]+) connections?: requests")


def memory(results):
    plot = Plot("Memory of the server, by idle clients", "clients connected, all idle",
                "MiB (resident); lower is better", log_y=True)
    return "memory.svg", filled(plot, results, r"([\d,]+) idle clients: memory")


def fan_out(results):
    plot = Plot("Lines delivered a second, by receivers", "receivers; one member speaks",
                "lines of 64 bytes delivered a second; higher is better")
    return "fan-out.svg", filled(plot, results, r"([\d,]+) receivers, 1 sender: lines delivered")


def filled(plot, results, pattern):
    """The figures whose name has that form, each a point of a contender's line."""
    points = {}
    for figure in results.figures.values():
        found = re.fullmatch(pattern, figure.name)
        for name in figure.values if found else ():
            at = int(found[1].replace(",", ""))
            points.setdefault(name, []).append((at, figure.median(name)))
    for name in sorted(points, key=lambda n: results.kinds.get(n) != "ours"):
        plot.add(name, results.kinds.get(name, "peer"), points[name])
    return plot
