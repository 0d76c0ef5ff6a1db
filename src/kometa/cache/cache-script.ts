/**
 * Run by Kometa's interpreter, for SQLite. `copy SOURCE TARGET`: a private copy of the user's cache, whose state of overlays is told
 * and then emptied, so that Kometa draws. `read TARGET`: the state that Kometa has written since. Its input names libraries and items;
 * it prints one line of JSON. The user's file is opened to be read, and nothing is made beside it.
 */
export const cacheScript = String.raw`
import json, os, pathlib, shutil, sqlite3, sys, time
from contextlib import closing

def backup(source, target):
    # A file in WAL mode would get companions beside it, also from a reader.
    # A pipe in the place of the file is empty, and is not waited for.
    with open(source, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        head = file.read(20)
    if head[:16] != b"SQLite format 3\0":
        raise sqlite3.DatabaseError("it is no SQLite database")
    if head[18] == 2:
        return False
    try:
        with closing(sqlite3.connect(pathlib.Path(source).absolute().as_uri() + "?mode=ro", uri=True, timeout=10)) as one:
            with closing(sqlite3.connect(target)) as other:
                one.backup(other)
        return True
    except sqlite3.Error:
        # A journal that a crash left, which a reader may not play back; a disk without locks.
        for end in ENDS:
            if os.path.exists(target + end):
                os.remove(target + end)
        return False

ENDS = ("", "-journal", "-wal")

def stamps(source):
    found = {}
    for end in ENDS:
        if os.path.exists(source + end):
            info = os.stat(source + end)
            found[end] = (info.st_ino, info.st_size, info.st_mtime_ns)
    return found

def copy_files(source, target):
    # Its companions hold what is not in the file yet: SQLite puts it in when the copy is opened.
    for attempt in range(20):
        before = stamps(source)
        for end in ENDS:
            if os.path.exists(target + end):
                os.remove(target + end)
        try:
            for end in before:
                shutil.copyfile(source + end, target + end)
        except FileNotFoundError:
            # A transaction ended meanwhile, and its journal is gone.
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
    found = []
    for key in keys:
        found += cursor.execute("SELECT %s FROM %s WHERE %s = ?" % (names, json.dumps(table), column), (key,)).fetchall()
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
        for key, name, hash in rows(cursor, state, ["rating_key", "overlay_key", "definition_hash"], ("rating_key", keys)):
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
    # 2.4.5 and later; 2.2.2 to 2.4.4; before.
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
`
