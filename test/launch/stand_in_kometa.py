"""Plays Kometa's start and one overlay with a `url:`, as Kometa 2.4.4 does it.

It takes its options from the same places, has its own folder and worker process, and writes the same files: its log and
its UUID beside the config and, without --read-only-config, a line in the config itself.
"""
import argparse
import os
import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ProcessPoolExecutor

default_dir = os.path.join(os.path.dirname(os.path.abspath(__file__)), "config")
dotenv = os.path.join(default_dir, ".env")
if os.path.exists(dotenv):
    for line in open(dotenv):
        name, _, value = line.strip().partition("=")
        os.environ.setdefault(name, value)

options = ["run", "overlays-only", "ignore-schedules", "read-only-config", "no-report", "no-missing", "no-countdown"]
parser = argparse.ArgumentParser()
parser.add_argument("--config")
for option in options:
    parser.add_argument("--" + option, action="store_true")
args, _ = parser.parse_known_args()


def option(name):
    value = os.environ.get("KOMETA_" + name.replace("-", "_").upper())
    given = getattr(args, name.replace("-", "_"))
    return given if value is None else value if name == "config" else value.lower() in ("t", "true")


names = ["config", "delete-labels", *options]
run_args = {name: option(name) for name in names if hasattr(args, name.replace("-", "_"))}
deletes = os.environ.get("KOMETA_DELETE_LABELS") == "true"
if run_args["config"]:
    default_dir = os.path.dirname(os.path.abspath(run_args["config"]))
os.makedirs(os.path.join(default_dir, "logs"), exist_ok=True)
uuid = os.path.join(default_dir, "UUID")
if not os.path.exists(uuid):
    open(uuid, "w").write("stand-in\n")


def log(source, level, text):
    with open(os.path.join(default_dir, "logs", "meta.log"), "a") as file:
        file.write(f"[2026-07-03 05:00:01,234] [{source}:1]{'':20} [{level}]{'':6} | {text:<98} |\n")
    print(f"| {text:<98} |", flush=True)


def ask(method, url, headers=None):
    """Uses the proxies and exemptions of the environment, as `requests` does."""
    request = urllib.request.Request(url, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def value(text, pattern):
    found = re.search(pattern, text)
    return found.group(1).strip("\"'") if found else ""


def start():
    log("kometa.py", "INFO", "Starting Run")
    path = os.path.abspath(run_args["config"] or os.path.join(default_dir, "config.yml"))
    log("config.py", "INFO", f"Using {path} as config")
    text = open(path).read()
    if not run_args["read-only-config"]:
        open(path, "a").write("# rewritten\n")
    url, token = value(text, r"url: *(\S+)").rstrip(",}"), value(text, r"token: *(\S+)").rstrip(",}")
    headers = {"X-Plex-Token": token}
    ask("GET", f"{url}/library/sections", headers)
    log("kometa.py", "INFO", "=== Movies Library ===")
    write = f"{url}/library/sections/1/all?type=1&id=101&label%5B0%5D.tag.tag=Overlay&label.locked=1"
    if deletes or run_args["overlays-only"]:
        ask("PUT", write, headers)
    for image in re.findall(r"url: (http\S+/refresh\S*)", open("config/overlays.yml").read()):
        status, _ = ask("GET", image)
        words = f"Overlay Error: Response code {status} received when attempting download of '{image}'"
        log("builder.py", "ERROR", words)
    log("kometa.py", "INFO", "Finished Run")


if __name__ == "__main__":
    if not run_args["run"]:
        sys.exit("it would wait for 05:00")
    with ProcessPoolExecutor(max_workers=1) as executor:
        executor.submit(start).result()
