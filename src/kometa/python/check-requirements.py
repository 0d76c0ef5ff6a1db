"""Imports what requirements.txt names, under the names that Kometa imports (kometa.py:40-56 and its modules).

The one argument is the path of requirements.txt. The output's last line is JSON. The code works from Python 3.6 on, so
that an old interpreter can report its version.
"""
import ast
import glob
import importlib
import json
import os
import re
import sys

MODULES = {
    "gitpython": "git", "pillow": "PIL", "plexapi": "plexapi", "python-dateutil": "dateutil", "python-dotenv": "dotenv",
    "pywin32": "win32api", "ruamel-yaml": "ruamel.yaml", "packaging": "packaging.requirements", "lxml": "lxml.html",
}
# Kometa catches a failure of these imports, or needs them only for --validate. Some versions do not catch it.
OPTIONAL = {"gitpython", "jsonschema", "letterboxdpy"}

# GitPython fails to import where no git program is installed, as in Kometa's own image, unless it is told not to mind.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

# Opening a pipe would wait for its other end; this way a pipe reads as an empty file.
def without_waiting(name, flags):
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

def imports(node, name):
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == name for alias in node.names)
    return isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == name

def is_unguarded(name):
    folder = os.path.dirname(os.path.abspath(sys.argv[1]))
    modules = glob.glob(os.path.join(folder, "modules", "**", "*.py"), recursive=True)
    for path in [os.path.join(folder, "kometa.py")] + modules:
        try:
            with open(path, encoding="utf-8", opener=without_waiting) as file:
                source = file.read()
            # Only the top level of a module runs in every start of Kometa.
            if name in source and any(imports(node, name) for node in ast.parse(source).body):
                return True
        except (OSError, SyntaxError, ValueError):
            continue
    return False

def module_of(name):
    if name in MODULES:
        return MODULES[name]
    try:
        from importlib.metadata import distribution
        top = (distribution(name).read_text("top_level.txt") or "").split()
        return top[0] if top else name.replace("-", "_")
    except Exception:
        return name.replace("-", "_")

missing, optional = [], []
for line in open(sys.argv[1], encoding="utf-8", opener=without_waiting):
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", line)
    if not match or ("sys_platform" in line and "win32" in line and sys.platform != "win32"):
        continue
    name = re.sub(r"[-_.]+", "-", match.group(1)).lower()
    try:
        importlib.import_module(module_of(name))
    except Exception as error:
        can_do_without = name in OPTIONAL and not is_unguarded(module_of(name))
        first_line = (str(error).strip().splitlines() or [""])[0]
        words = "%s: %s" % (type(error).__name__, first_line)
        (optional if can_do_without else missing).append({"distribution": match.group(1), "error": words})
try:
    import sysconfig
    packages = sysconfig.get_paths()["purelib"]
except Exception:
    packages = None
try:
    import site
    user_base = site.getuserbase() if site.ENABLE_USER_SITE else None
except Exception:
    user_base = None
answer = {
    "python": list(sys.version_info[:3]), "executable": sys.executable, "missing": missing, "optional": optional,
    "packages": packages, "userBase": user_base,
}
print("\n" + json.dumps(answer))
