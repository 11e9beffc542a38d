"""The losses of a run as a picture for its model card: an SVG that any page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from netwright.exchange.card import Curve

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 28, 44
COLOURS = {"train/loss": "#2f6db3", "val/loss": "#c2571a"}
LABELS = {"train/loss": "training loss", "val/loss": "validation loss"}
KEPT_SHARE = 0.98
"""All but the highest 2 % of the values are within the frame: a first loss of a thousand would flatten the rest."""

Points = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the steps and values is shown."""

    first: int
    last: int
    low: float
    high: float

    def x(self, step: float) -> float:
        return LEFT + (step - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return TOP + (self.high - min(value, self.high)) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)


def draw_curves(curves: Sequence[Curve]) -> str:
    """An SVG of the losses over the steps; empty where there are no points."""
    shown = [(curve.name, list(zip(curve.steps, curve.values, strict=True))) for curve in curves if curve.steps]
    if not shown:
        return ""
    frame = _frame([points for _, points in shown])
    head = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {head}>']
    lines.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>')
    for value in (frame.low, (frame.low + frame.high) / 2, frame.high):
        y = frame.y(value)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        lines.append(_label(LEFT - 8, y + 4, "end", f"{value:.3g}"))
    lines += [
        _label(frame.x(step), HEIGHT - 24, anchor, str(step))
        for step, anchor in ((frame.first, "start"), (frame.last, "end"))
    ]
    lines.append(_label(WIDTH / 2, HEIGHT - 8, "middle", "step"))
    for number, (name, points) in enumerate(shown):
        lines += _draw(frame, name, points, LEFT + 140 * number)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _frame(curves: Sequence[Points]) -> Frame:
    steps = [step for points in curves for step, _ in points]
    values = sorted(value for points in curves for _, value in points)
    low, high = values[0], values[min(len(values) - 1, int(KEPT_SHARE * len(values)))]
    if high <= low:
        high = low + max(abs(low), 1.0) * 0.1
    return Frame(min(steps), max(*steps, min(steps) + 1), low, high)


def _draw(frame: Frame, name: str, points: Points, place: float) -> Iterator[str]:
    colour = COLOURS.get(name, "#444444")
    if len(points) == 1:
        step, value = points[0]
        yield f'<circle cx="{frame.x(step):.1f}" cy="{frame.y(value):.1f}" r="3" fill="{colour}"/>'
    path = " ".join(f"{frame.x(step):.1f},{frame.y(value):.1f}" for step, value in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    yield _label(place, 16, "start", LABELS.get(name, name), colour)


def _label(x: float, y: float, anchor: str, text: str, colour: str = "#444444") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
