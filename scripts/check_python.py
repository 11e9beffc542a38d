"""Says in a sentence why this Python cannot be used, before anything is installed with it."""

import sys

if sys.version_info < (3, 11):
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(
        f"Netwright needs Python 3.11 or newer; {sys.executable} is {found}. Give another one: make PYTHON=python3.11"
    )
