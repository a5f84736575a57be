"""`python -m neural_programmer`: the command line."""

import sys

from neural_programmer.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
