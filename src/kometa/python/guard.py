"""Python loads this file as `sitecustomize` before Kometa's first line, in every process that Kometa starts.

To Kometa, a file that its config may not read does not exist. An audit hook, which cannot be removed, hears of every
file that Python opens and every folder that it lists. Functions that only ask whether something exists are replaced.
`reach.json` beside this file says what may be read: `areas` [{"folder", "except"}] and `code`, the folders of Kometa's
own modules.

Python and its libraries may still read their system files. Those are hidden only from Kometa's code and from Pillow,
which open what the config names.
"""
import os
import sys

def install():
    import errno
    import functools
    import json
    import stat
    import threading
    path = os.path
    realpath, normcase, ask = path.realpath, path.normcase, os.stat
    with open(path.join(path.dirname(path.abspath(__file__)), "reach.json"), encoding="utf-8") as file:
        rules = json.load(file)
    fold = lambda folder: normcase(folder)
    areas = [(fold(area["folder"]), [fold(each) for each in area["except"]]) for area in rules["areas"]]
    code = tuple(fold(folder) for folder in rules["code"])
    named = [os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    system = [fold(realpath(each)) for each in [
        *(each for each in sys.path if each), sys.prefix, sys.executable, *(each for each in named if each),
        "/dev/null", "/dev/urandom", "/proc", "/sys/fs/cgroup", "/usr/share/zoneinfo", "/usr/lib/ssl",
        "/usr/share/ca-certificates",
        *("/etc/" + name for name in ("localtime", "timezone", "mime.types", "os-release", "resolv.conf", "hosts",
                                      "nsswitch.conf", "ssl", "pki", "ca-certificates")),
    ]]
    helpers = {"os", "io", "codecs", "genericpath", "posixpath", "ntpath", "glob", "fnmatch", "shutil", "functools",
               __name__}
    busy = threading.local()

    def within(real, folder):
        return real == folder or real.startswith(folder if folder.endswith(os.sep) else folder + os.sep)

    def of_kometa():
        frame = sys._getframe(1)
        while frame is not None:
            name = frame.f_globals.get("__name__", "")
            if name not in helpers and not name.startswith(("PIL.", "pathlib")):
                return any(within(normcase(frame.f_code.co_filename), folder) for folder in code)
            frame = frame.f_back
        return False

    def may(name):
        if name is None or isinstance(name, int) or getattr(busy, "on", False):
            return True
        try:
            text = os.fsdecode(name)
        except TypeError:
            return True
        if "\0" in text:
            return True
        busy.on = True
        try:
            real = normcase(realpath(text))
        finally:
            busy.on = False
        for folder, closed in areas:
            if within(real, folder) and not any(within(real, each) for each in closed):
                return True
        return any(within(real, folder) for folder in system) and not of_kometa()

    def missing(name):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)

    heard = {"open", "os.listdir", "os.scandir", "os.chdir"}

    # Opening a pipe or a device could block Kometa forever.
    def is_plain(name):
        if name is None or isinstance(name, int):
            return True
        try:
            mode = ask(name).st_mode
        except (OSError, TypeError, ValueError):
            return True
        return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or os.fsdecode(name).startswith("/dev/")

    def hook(event, args):
        if event in heard and not (may(args[0]) and (event != "open" or is_plain(args[0]))):
            raise missing(args[0])

    sys.addaudithook(hook)

    # An object and not a function: pathlib up to Python 3.10 keeps os.stat as an attribute of a class, where a function
    # would become a method.
    class Guarded:
        def __init__(self, function, refuse):
            functools.update_wrapper(self, function)
            self.function, self.refuse = function, refuse

        def __call__(self, name=None, *args, **kwargs):
            if name is None and "path" in kwargs:
                return self.function(**kwargs) if may(kwargs["path"]) else self.refuse(kwargs["path"])
            if kwargs.get("dir_fd") is not None or may(name):
                return self.function(name, *args, **kwargs)
            return self.refuse(name)

    def guarded(function, refuse):
        call = Guarded(function, refuse)
        for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if function in known:
                known.add(call)
        return call

    def fail(name):
        raise missing(name)

    for each in ("stat", "lstat", "readlink", "statvfs", "pathconf", "getxattr", "listxattr"):
        if hasattr(os, each):
            setattr(os, each, guarded(getattr(os, each), fail))
    os.access = guarded(os.access, lambda name: False)
    # On Windows and in newer Pythons these are written in C and do not call os.stat.
    for each in ("exists", "lexists", "isfile", "isdir", "islink", "isjunction", "isdevdrive", "ismount"):
        function = getattr(path, each, None)
        if function is not None and not hasattr(function, "__code__"):
            setattr(path, each, guarded(function, lambda name: False))
    sys.kometa_preview_reach = rules["token"]

def next_one():
    """Loads the sitecustomize that Python would have loaded without this one."""
    import importlib.machinery
    import importlib.util
    here = os.path.dirname(os.path.abspath(__file__))
    others = [each for each in sys.path if os.path.abspath(each or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))

try:
    install()
except BaseException as error:
    # Fail closed: without the guard, Kometa could read everything.
    os.write(2, f"Kometa Preview could not keep Kometa from files that its config must not read: {error!r}\n".encode())
    os._exit(97)
next_one()
