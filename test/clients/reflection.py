"""Which methods of python-plexapi can change something: found in its own source, by following its calls."""
import ast
import functools
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap

import plexapi
from plexapi.server import PlexServer

# GETs with which Plex nevertheless changes something. A path next to a post, put or delete belongs to that call.
CHANGING_GET = re.compile(
    r"/refresh\b|/:/(un)?scrobble|/:/progress|/:/timeline|/status/sessions/terminate|/security/token|/player/"
    r"|own=1|asyncAugmentMetadata=1|checkFiles=1|/diagnostics/|/subtitles\b|transcode/universal"
)
WRITING_VERBS = {"post", "put", "delete", "patch"}


def members(cls):
    """Names of the methods and properties of a class, including private ones, without dunders."""
    found = []
    for name in dir(cls):
        if name.startswith("__"):
            continue
        member = inspect.getattr_static(cls, name)
        if is_method(cls, name) or isinstance(member, (property, functools.cached_property)):
            found.append(name)
    return found


def is_method(cls, name):
    """A method, not a property of any kind."""
    return isinstance(inspect.getattr_static(cls, name), (type(lambda: None), classmethod, staticmethod))


def effects(cls, name):
    """A subset of {"write", "changing get", "plex.tv"}: what a call of the member can lead to."""
    return frozenset(_effects(cls, name, set()))


def _function_of(cls, name):
    member = inspect.getattr_static(cls, name, None)
    if isinstance(member, property):
        member = member.fget
    elif isinstance(member, functools.cached_property):
        member = member.func
    elif isinstance(member, (staticmethod, classmethod)):
        member = member.__func__
    # What Python itself generates (named tuples) has no source and cannot reach Plex.
    written = inspect.isfunction(member) and (member.__module__ or "").startswith("plexapi")
    return member if written else None


def _effects(cls, name, visited):
    function = _function_of(cls, name)
    if function is None or (cls, name) in visited:
        return set()
    visited.add((cls, name))
    return _effects_of(function, cls, visited)


@functools.lru_cache(maxsize=None)
def _tree(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    if not isinstance(tree.body[0], ast.FunctionDef):
        return tree  # a lambda, with the statement that contains it
    # A doc string is not code.
    tree.body[0].body = [part for part in tree.body[0].body if not _is_text(part)] or [ast.Pass()]
    return tree


def _is_text(part):
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)


def _effects_of(function, cls, visited):
    found = set()
    tree = _tree(function)
    texts = "\n".join(n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    if any(_is_session_verb(n) for n in ast.walk(tree)):
        found.add("write")
    elif CHANGING_GET.search(texts):
        found.add("changing get")
    module = sys.modules[function.__module__]
    for n in ast.walk(tree):
        if not isinstance(n, (ast.Attribute, ast.Name)):
            continue
        target = _target(n, cls, module, function)
        if target is not None:
            found |= _effects(*target, visited)
        if isinstance(n, ast.Attribute) and n.attr in {"myPlexAccount", "_myPlexAccount"}:
            found.add("plex.tv")
    return found


def _is_session_verb(n):
    """`session.post` of requests, however the session is reached."""
    return isinstance(n, ast.Attribute) and n.attr in WRITING_VERBS and "session" in ast.unparse(n.value).lower()


def _target(n, cls, module, function):
    """The member of plexapi that an expression names, if any: (class, member)."""
    if not isinstance(n, ast.Attribute):
        return None
    owner = ast.unparse(n.value)
    if owner.startswith("super("):
        above = _class_above(cls, function, n.attr)
        return None if above is None else (above, n.attr)
    if owner in {"self", "cls"}:
        holder = cls
    elif owner in {"self._server", "server", "self._server._server"} or owner.endswith("._server"):
        holder = PlexServer
    elif owner == "self._server.library" or owner == "server.library":
        holder = sys.modules["plexapi.library"].Library
    elif owner in {"self.section()", "section", "self._section"}:
        holder = sys.modules["plexapi.library"].LibrarySection
    elif owner == "client":
        holder = sys.modules["plexapi.client"].PlexClient
    else:
        holder = getattr(module, owner, None) if owner.isidentifier() else None
        # `part.setSelectedAudioStream`: the class of a variable is unknown, so this works if only one class has a
        # method of that name.
        holder = holder or _only_class_with(n.attr)
    if not inspect.isclass(holder) or not getattr(holder, "__module__", "").startswith("plexapi"):
        return None
    return (holder, n.attr) if _function_of(holder, n.attr) is not None else None


def _class_above(cls, function, name):
    """The class whose method `super()` means within a function that `cls` has inherited or made."""
    order = cls.__mro__
    at = next((i for i, c in enumerate(order) if function in vars(c).values()), None)
    return None if at is None else next((c for c in order[at + 1 :] if _function_of(c, name) is not None), None)


@functools.lru_cache(maxsize=None)
def _only_class_with(name):
    if name.islower():
        return None  # dict and list use this word as well: `items`, `get`
    owners = {c for c in plexapi_classes() if name in vars(c) and inspect.isfunction(vars(c)[name])}
    return owners.pop() if len(owners) == 1 else None


@functools.lru_cache(maxsize=None)
def plexapi_classes():
    """Every class of the package."""
    for module in pkgutil.iter_modules(plexapi.__path__):
        importlib.import_module(f"plexapi.{module.name}")
    modules = [m for name, m in list(sys.modules.items()) if name.startswith("plexapi")]
    named = {c for m in modules for c in vars(m).values() if inspect.isclass(c)}
    return frozenset(c for c in named if c.__module__.startswith("plexapi"))
