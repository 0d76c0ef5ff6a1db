"""Reads Kometa's cache, which is an SQLite database, with Kometa's own interpreter.

copy SOURCE TARGET   copies the user's cache, prints the state of the overlays, and empties that state in the copy
read TARGET          prints the state of the overlays that Kometa has written into the copy

Standard input names libraries and the ratingKeys of their items. The output's last line is JSON. The user's file is
opened for reading only, and no file is created beside it.
"""
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import time
from contextlib import closing

ENDS = ("", "-journal", "-wal")

def backup(source, target):
    # Opening a pipe would wait for its other end; this way a pipe reads as an empty file.
    with open(source, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        head = file.read(20)
    if head[:16] != b"SQLite format 3\0":
        raise sqlite3.DatabaseError("it is no SQLite database")
    # Even a reader creates companion files beside a database in WAL mode.
    if head[18] == 2:
        return False
    try:
        address = pathlib.Path(source).absolute().as_uri() + "?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as one:
            with closing(sqlite3.connect(target)) as other:
                one.backup(other)
        return True
    except sqlite3.Error:
        # A crash left a journal, which a reader must not apply, or the disk has no locks.
        for end in ENDS:
            if os.path.exists(target + end):
                os.remove(target + end)
        return False

def stamps(source):
    found = {}
    for end in ENDS:
        if os.path.exists(source + end):
            info = os.stat(source + end)
            found[end] = (info.st_ino, info.st_size, info.st_mtime_ns)
    return found

def copy_files(source, target):
    # The companion files hold recent changes; SQLite merges them when the copy is opened.
    for attempt in range(20):
        before = stamps(source)
        for end in ENDS:
            if os.path.exists(target + end):
                os.remove(target + end)
        try:
            for end in before:
                shutil.copyfile(source + end, target + end)
        except FileNotFoundError:
            # A transaction ended in the meantime and removed its journal.
            continue
        if stamps(source) == before:
            break
        time.sleep(0.1)
    else:
        raise sqlite3.OperationalError("it changes all the time")
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        faults = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if faults != "ok":
            raise sqlite3.DatabaseError("it is damaged: " + faults)

def columns(cursor, table):
    return [row[1] for row in cursor.execute("PRAGMA table_info(%s)" % json.dumps(table))]

def rows(cursor, table, wanted, where=None):
    if not set(wanted) <= set(columns(cursor, table)):
        return []
    names = ", ".join(json.dumps(name) for name in wanted)
    if where is None:
        return cursor.execute("SELECT %s FROM %s" % (names, json.dumps(table))).fetchall()
    column, keys = where
    query = "SELECT %s FROM %s WHERE %s = ?" % (names, json.dumps(table), column)
    found = []
    for key in keys:
        found += cursor.execute(query, (key,)).fetchall()
    return found

def text(value):
    return None if value is None else str(value)

def library_state(cursor, table, keys):
    overlays, state = table + "_overlays", table + "_overlay_state"
    items = {}
    one = lambda key: items.setdefault(str(key), {"poster": None, "overlays": {}, "texts": {}})
    images = {}
    newer = bool(columns(cursor, state))
    if newer:
        for key, compare in rows(cursor, overlays, ["rating_key", "compare"], ("rating_key", keys)):
            one(key)["poster"] = text(compare)
        names = ["rating_key", "overlay_key", "definition_hash"]
        for key, name, hash in rows(cursor, state, names, ("rating_key", keys)):
            one(key)["overlays"][str(name)] = text(hash) or ""
        for name, compare in rows(cursor, table + "_overlay_images", ["overlay_key", "compare"]):
            images[str(name)] = text(compare)
    else:
        for key, compare, names in rows(cursor, overlays, ["rating_key", "compare", "overlay"], ("rating_key", keys)):
            one(key)["poster"] = text(compare)
            one(key)["overlays"] = {name: "" for name in (names or "").split("|") if name}
        for name, compare in rows(cursor, overlays, ["rating_key", "compare"]):
            if str(name).startswith("Overlay File ("):
                images[str(name)] = text(compare)
    # The tables of Kometa 2.4.5 and later, of 2.2.2 to 2.4.4, and of earlier versions.
    known = [("overlay_value_cache", "value"), ("overlay_special_text2", "text"), ("overlay_special_text", "text")]
    texts, value = next((pair for pair in known if columns(cursor, pair[0])), known[0])
    for key, kind, found in rows(cursor, texts, ["rating_key", "type", value], ("rating_key", keys)):
        if str(key) in items:
            items[str(key)]["texts"][str(kind)] = text(found)
    return {"format": "2.4.5" if newer else "2.4.4", "items": items, "images": images}

def read(target, wanted):
    with closing(sqlite3.connect(target)) as connection, closing(connection.cursor()) as cursor:
        numbers = {str(name): key for key, name in rows(cursor, "image_maps", ["key", "library"])}
        found = {}
        for library, keys in wanted.items():
            if library in numbers:
                found[library] = library_state(cursor, "image_map_%d" % int(numbers[library]), keys)
        return found

def empty(target):
    with closing(sqlite3.connect(target)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name.startswith("image_map_") and name.endswith(("_overlays", "_overlay_state", "_overlay_images")):
                connection.execute("DELETE FROM %s" % json.dumps(name))
        connection.commit()

action, target = sys.argv[1], sys.argv[-1]
wanted = json.load(sys.stdin)
if action == "copy":
    os.umask(0o077)
    if not backup(sys.argv[2], target):
        copy_files(sys.argv[2], target)
state = read(target, wanted)
if action == "copy":
    empty(target)
print("\n" + json.dumps(state))
