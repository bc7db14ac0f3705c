#!/usr/bin/env python3
"""The other program of `lantai bench identify --peer`: Siegfried, as the package pygfried of PyPI carries it.

    python3 -m venv peer && peer/bin/pip install pygfried
    lantai bench identify PATH... --peer "peer/bin/python scripts/identify_peer.py"

Its one argument is a file that lists paths, one a line. It prints `PATH<tab>PUID,PUID...` for each, then
`cpu<tab>SECONDS`, without the time of its own start.
"""

import sys
import time

import pygfried


def main() -> None:
    with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as listed:
        paths = listed.read().split("\n")
    pygfried.identify(sys.argv[1])  # reads its signatures
    answers = []
    started = time.process_time()
    for path in paths:
        try:
            found = pygfried.identify(path, detailed=True)["files"][0]["matches"]
            answers.append([match["id"] for match in found])
        except Exception:  # an empty file is an error to it
            answers.append([])
    needed = time.process_time() - started
    for path, puids in zip(paths, answers):
        print(path, ",".join(puids), sep="\t")
    print("cpu", f"{needed:.6f}", sep="\t")


if __name__ == "__main__":
    main()
