"""``python -m netwright.worker --spec runs/<id>/spec.json --attempt N``."""

import sys

from netwright.worker.entry import main

if __name__ == "__main__":
    sys.exit(main())
