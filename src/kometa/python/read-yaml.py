"""Reads YAML as the user's Kometa does. Runs in Kometa's interpreter, in the folder of Kometa's code.

The class YAML of Kometa's modules/request.py is executed without the rest of Kometa. Standard input has the files as
[{"name", "bytes" (base64), "digest"}]. The output is one line of JSON, {"own", "files"}, with one reading per file.
`own` is false if the class could not be executed alone; then ruamel.yaml is used as Kometa 2.4 uses it.

A value is encoded as a tree that src/config/yaml/yaml-tree.ts can read. The tree is left out if its digest is the one
in the question.
"""
import ast
import base64
import collections.abc
import datetime
import hashlib
import io
import json
import os
import struct
import sys

import ruamel.yaml
from ruamel.yaml.comments import TaggedScalar

sys.setrecursionlimit(4000)

class Failed(Exception):
    pass

class Nothing:
    def __getattr__(self, name):
        return self
    def __call__(self, *args, **kwargs):
        return self

FILES = {}

class Named(io.BytesIO):
    name = ""

def open_given(path, mode="r", *args, encoding=None, errors=None, **kwargs):
    if set(mode) - set("rbt") or str(path) not in FILES:
        raise OSError("not a file of the question")
    stream = Named(FILES[str(path)])
    stream.name = str(path)
    return stream if "b" in mode else io.TextIOWrapper(stream, encoding=encoding or "utf-8", errors=errors)

def names_in(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}

def definitions(tree):
    found = {}
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                if isinstance(node, ast.Import):
                    one = ast.Import(names=[alias])
                else:
                    one = ast.ImportFrom(module=node.module, names=[alias], level=node.level)
                found.setdefault(name, []).append(one)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for name in names_in(target):
                    found.setdefault(name, []).append(node)
    return found

def own_class():
    # Opening a pipe would wait for its other end; this way a pipe reads as an empty file.
    without_waiting = lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
    with io.open(os.path.join("modules", "request.py"), encoding="utf-8", opener=without_waiting) as file:
        tree = ast.parse(file.read())
    known = definitions(tree)
    space = {"__name__": "kometa_yaml", "open": open_given}
    done, waiting, order = set(), ["YAML"], []
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        for node in known.get(name, []):
            if node not in order:
                order.append(node)
                waiting.extend(names_in(node))
    for node in sorted(order, key=lambda each: isinstance(each, (ast.Import, ast.ImportFrom)), reverse=True):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            alias = node.names[0]
            module = node.module if isinstance(node, ast.ImportFrom) else alias.name
            if (module or "modules").split(".")[0] == "modules":
                space[alias.asname or alias.name] = Failed if alias.name == "Failed" else Nothing()
                continue
        module = ast.Module(body=[node], type_ignores=[])
        exec(compile(ast.fix_missing_locations(module), "request.py", "exec"), space)
    return space["YAML"]

def plain_reader(name):
    with open_given(name, encoding="utf-8") as file:
        return ruamel.yaml.YAML().load(file)

FILES["probe.yml"] = b"a: 1\n"
try:
    reader = own_class()
    own = dict(reader(path="probe.yml").data) == {"a": 1}
except Exception:
    own = False

def load(name):
    data = reader(path=name).data if own else plain_reader(name)
    return data if isinstance(data, dict) else {}

class Endless(Exception):
    pass

def tag_text(tag):
    handle, suffix = getattr(tag, "handle", None), getattr(tag, "suffix", None)
    if handle == "!!" and suffix:
        return "!!" + suffix
    whole = str(getattr(tag, "trval", None) or getattr(tag, "value", None) or tag)
    return whole if whole.startswith("!") and handle in ("!", None) else "!<" + whole + ">"

def flow(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(str(value))
    if isinstance(value, TaggedScalar):
        return tag_text(value.tag) + " " + json.dumps(str(value.value))
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(float(value)), repr(float(value)))
    if isinstance(value, bytes):
        return '!!binary "' + base64.b64encode(value).decode() + '"'
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if isinstance(value, collections.abc.Set):
        return "!!set {" + ", ".join("? " + flow(each) for each in value) + "}"
    if isinstance(value, collections.abc.Mapping):
        return "{" + ", ".join("? " + flow(key) + " : " + flow(item) for key, item in value.items()) + "}"
    return str(value)

def spelled(value):
    # A date, a tag or a compound key is passed on as YAML text, provided that the text is read back as the same value.
    text = flow(value)
    back = ruamel.yaml.YAML().load("- " + text + "\n")[0]
    if isinstance(value, (tuple, list)):
        kinds = (tuple, list)
    else:
        kinds = collections.abc.Mapping if isinstance(value, collections.abc.Mapping) else type(value)
    if not isinstance(back, kinds) or flow(back) != text:
        raise Endless("a value that cannot be written again")
    return text

def tree_of(root):
    seen, open_ = {}, set()
    def scalar(value):
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            return str(value)
        if isinstance(value, ruamel.yaml.scalarbool.ScalarBoolean):
            return ["x", "&b true" if value else "&b false"]
        if isinstance(value, int):
            return ["i", str(int(value))]
        if isinstance(value, float):
            return ["f", "nan" if value != value else struct.pack(">d", float(value)).hex()]
        if type(value) is datetime.date:
            return ["x", value.isoformat()]
        return ["x", spelled(value)]
    def walk(value):
        is_map, is_list = isinstance(value, dict), isinstance(value, list)
        if not is_map and not is_list:
            return scalar(value)
        if id(value) in open_:
            raise Endless("an alias stands inside its own anchor")
        if id(value) in seen:
            return ["*", seen[id(value)]]
        seen[id(value)] = len(seen)
        open_.add(id(value))
        if is_map:
            result = ["m"]
            for key, item in value.items():
                result.append(scalar(key))
                result.append(walk(item))
        else:
            result = ["l"] + [walk(item) for item in value]
        open_.discard(id(value))
        return result
    return walk(root)

def mark_of(mark):
    if mark is None or getattr(mark, "line", None) is None:
        return None
    return [mark.line + 1, mark.column + 1]

def root_of(error):
    first = error
    while error is not None:
        if isinstance(error, ruamel.yaml.error.YAMLError):
            return error
        error = error.__context__
    return first

def refused_as(kind, problem):
    return {"kind": kind, "problem": problem, "context": "", "at": None, "from": None, "position": None}

def refusal(error):
    error = root_of(error)
    problem = getattr(error, "problem", None) or str(error)
    return {
        "kind": type(error).__name__,
        # Some messages quote values of the file, which may be secrets: they are cut off.
        "problem": problem.split(" with value ")[0].split("\n")[0][:200],
        "context": (getattr(error, "context", None) or "")[:200],
        "at": mark_of(getattr(error, "problem_mark", None)),
        "from": mark_of(getattr(error, "context_mark", None)),
        "position": getattr(error, "position", None) if isinstance(getattr(error, "position", None), int) else None,
    }

def answer(file):
    FILES[file["name"]] = base64.b64decode(file["bytes"])
    try:
        data = load(file["name"])
    except RecursionError:
        return {"refused": refused_as("RecursionError", "nested too deeply")}
    except Exception as error:
        return {"refused": refusal(error)}
    finally:
        del FILES[file["name"]]
    try:
        tree = tree_of(data)
    except (Endless, RecursionError) as error:
        words = str(error) if isinstance(error, Endless) else "nested too deeply"
        return {"refused": refused_as("Endless", words)}
    text = json.dumps(tree, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() == file["digest"]:
        return {"same": True}
    return {"same": False, "tree": text}

print(json.dumps({"own": own, "files": [answer(file) for file in json.load(sys.stdin)]}))
