"""`python -m tests.peers DIR`: hold the library against files of reference values; exit 1 on any miss."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.peers.compare import compare_file, reference_files


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.peers DIR   (a folder of reference values, *.json)", file=sys.stderr)
        return 2
    results = [compare_file(path) for path in reference_files(Path(arguments[0]))]
    for result in results:
        print(result.line())
        for miss in result.misses:
            print(f"    {miss}")
    if not results:
        print(f"no reference values (*.json) under {arguments[0]}", file=sys.stderr)
        return 2
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
