"""Compiles Python modules. Each line of standard input has the path of a source file, a tab, and the target folder."""
import os
import py_compile
import sys

for line in sys.stdin:
    source, folder = line.rstrip("\n").split("\t")
    name = os.path.splitext(os.path.basename(source))[0] + "." + sys.implementation.cache_tag + ".pyc"
    try:
        py_compile.compile(source, cfile=os.path.join(folder, name), doraise=True)
    except py_compile.PyCompileError:
        # Kometa reports the error itself when it imports the module.
        pass
