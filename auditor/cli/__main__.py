"""``python -m auditor.cli``: the command line, for whoever has no command ``auditor`` at hand, such as the daemon."""

from __future__ import annotations

from auditor.cli.entry import run

if __name__ == "__main__":
    run()
