"""Plays a Kometa that asks one address outside, and prints what it heard, what it was given and how long it took."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

began = time.monotonic()
try:
    with urllib.request.urlopen(sys.argv[1], timeout=20) as answer:
        heard = [answer.status, answer.read().decode()]
except urllib.error.HTTPError as error:
    heard = [error.code, error.read().decode()]
except Exception as error:
    heard = [0, str(error)]
trusted = {}
for name in {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"} & set(os.environ):
    with open(os.environ[name], encoding="latin-1") as file:
        trusted[name] = file.read().count("BEGIN CERTIFICATE")
given = {"env": dict(os.environ), "argv": sys.argv, "trusted": trusted}
print("HEARD " + json.dumps({"heard": heard, "seconds": time.monotonic() - began, **given}), flush=True)
