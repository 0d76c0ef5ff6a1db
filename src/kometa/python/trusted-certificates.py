"""Prints, as one line of JSON, which certificates the HTTP clients of this interpreter trust.

Each text is the unchanged content of a file, one character per byte.
"""
import json
import os
import ssl

def read(path):
    try:
        with open(path, encoding="latin-1", newline="") as file:
            return file.read()
    except OSError:
        return None

import certifi
names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
print(json.dumps({
    "certifi": read(certifi.where()),
    "system": read(ssl.get_default_verify_paths().openssl_cafile),
    "named": {name: read(os.environ[name]) for name in names if os.environ.get(name)},
}))
