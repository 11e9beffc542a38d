"""``python -m netwright.architectures``: the figures of every ready-made network beside the published ones.

The exit status is 1 where one differs.  ``--write`` renews ``figures.json``, which the gallery reads.
"""

import sys

from netwright.architectures.measure import FIGURES_PATH, compare, write_figures


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        write_figures(FIGURES_PATH)
        return 0
    if arguments:
        sys.stderr.write("usage: python -m netwright.architectures [--write]\n")
        return 2
    lines = [f"{'network':<34}{'parameters':>13}{'published':>13}{'GMAC':>10}{'published':>11}{'differs':>10}"]
    has_fault = False
    for row in compare():
        gmacs = row.figures.macs / 1e9
        known = f"{row.published_parameters:,}" if row.published_parameters is not None else "-"
        theirs = f"{row.published_gmacs:.3f}" if row.published_gmacs is not None else "-"
        differs = f"{100 * (gmacs / row.published_gmacs - 1):+.3f} %" if row.published_gmacs is not None else "-"
        lines.append(f"{row.id:<34}{row.figures.parameters:>13,}{known:>13}{gmacs:>10.4f}{theirs:>11}{differs:>10}")
        lines += [f"    !! {fault}" for fault in row.faults]
        has_fault = has_fault or bool(row.faults)
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if has_fault else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
