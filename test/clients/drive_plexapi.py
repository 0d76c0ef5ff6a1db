"""Drives every method of python-plexapi's objects through the proxy. One JSON line for each call, then a last one.

usage: drive_plexapi.py URL FOLDER   (token in PLEX_TOKEN; pictures that it uploads are kept in FOLDER)
"""
import hashlib
import importlib
import json
import os
import sys
import time
import warnings
from pathlib import Path

import PIL
import plexapi
from cases import AWAY, CHANGES, MODULES, READ, REFUSED, SUBJECTS, WRITE
from companions import COMPANIONS
from context import Context
from reflection import effects, is_method, members

MOST_SECONDS = {CHANGES: 1.0, REFUSED: 1.0, WRITE: 5.0, READ: 5.0, AWAY: 5.0}
READING_VERBS = {"GET", "HEAD"}


def drive(ctx, case, name):
    """What is wrong with the call, in words; None if it behaved as required."""
    subject = ctx.subject(name)
    ctx.session.clear()
    error = None
    started = time.monotonic()
    try:
        case.call(subject, ctx)
    except Exception as raised:  # whatever plexapi raises is the result here
        error = raised
    seconds = time.monotonic() - started
    sent = list(ctx.session.sent)
    writes = [entry for entry in sent if entry[0] not in READING_VERBS]
    refused = [entry for entry in sent if entry[2] == 403]
    told = f"{type(error).__name__}: {error}" if error else "nothing"
    if seconds > MOST_SECONDS[case.kind]:
        return f"took {seconds:.1f} s", sent
    if case.kind in (WRITE, READ) and error is not None:
        return f"raised {told}", sent
    if case.kind == WRITE and not writes:
        return "sent no write", sent
    if any(status != 200 for verb, _, status in writes):
        return f"a write was not answered with 200: {writes}", sent
    if case.kind == READ and writes:
        return f"sent a write: {writes}", sent
    if case.kind in (CHANGES, REFUSED, AWAY) and error is None:
        return "did not raise", sent
    if case.kind == CHANGES and not refused:
        return f"was not refused by the proxy, raised {told}", sent
    if case.kind == AWAY and not ctx.session.outside:
        return f"did not go to plex.tv, raised {told}", sent
    return None, sent


def disagreement(cases, found):
    """The differences between the table and plexapi's own source."""
    kinds = {case.kind for case in cases}
    if "write" in found and not kinds & {WRITE, AWAY, REFUSED, CHANGES}:
        return "can send a post, put or delete, but the table has it as a read"
    if "changing get" in found and not kinds & {CHANGES, AWAY, REFUSED}:
        return "can send a state-changing GET, but the table has it as a read"
    return None


def wanted(cls, every_method):
    """Members that the table must know: all public methods of a subject, and all methods that can change something."""
    for name in members(cls):
        found = effects(cls, name)
        public = not name.startswith("_")
        if (every_method and public and is_method(cls, name)) or (public and found & {"write", "changing get"}):
            yield name, found
        elif found and is_own_request(cls, name):
            yield name, found


def is_own_request(cls, name):
    """A private method that sends a write itself, instead of only calling a method that does."""
    return name in {"_edit", "_lockUnlockAllField", "_allowMediaDeletion", "_create", "_createSmart", "_createFromM3U"}


def report(**line):
    print(json.dumps(line), flush=True)


def main():
    warnings.simplefilter("ignore")
    url, folder = sys.argv[1], Path(sys.argv[2])
    ctx = Context(url, os.environ["PLEX_TOKEN"], folder)
    calls = 0
    for table, every_method in ((SUBJECTS, True), (COMPANIONS, False)):
        for class_name, known in table.items():
            cls = getattr(importlib.import_module(f"plexapi.{MODULES[class_name]}"), class_name)
            names = dict(wanted(cls, every_method))
            for extra in known if not every_method else ():
                names.setdefault(extra, effects(cls, extra))
            for name, found in names.items():
                method = f"{class_name}.{name}"
                cases = known.get(name)
                if cases is None:
                    report(method=method, kind="unknown", problem=f"the suite does not know it ({', '.join(found) or 'reads'})")
                    continue
                problem = disagreement(cases, found)
                if problem is not None:
                    report(method=method, kind="table", problem=problem)
                for case in cases:
                    problem, sent = drive(ctx, case, class_name)
                    calls += 1
                    report(method=method, kind=case.kind, note=case.note, problem=problem, sent=sent)
    pictures = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.webp"))
    report(done=True, calls=calls, plexapi=plexapi.VERSION, pillow=PIL.__version__, pictures=pictures)


if __name__ == "__main__":
    main()
