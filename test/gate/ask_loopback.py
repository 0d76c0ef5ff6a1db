"""Asks addresses with one client library, as Kometa's own environment tells it to: ask_loopback.py CLIENT URL..."""
import json
import subprocess
import sys
import urllib.error
import urllib.request


def by_requests(url):
    import requests

    answer = requests.Session().get(url, timeout=10)
    return answer.status_code, answer.text


def by_urllib(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def by_curl(url):
    done = subprocess.run(["curl", "-s", "-m", "10", "-w", "\n%{http_code}", url], capture_output=True, text=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def by_curl_cffi(url):
    import curl_cffi.requests

    answer = curl_cffi.requests.get(url, timeout=10)
    return answer.status_code, answer.text


ask = {"requests": by_requests, "urllib": by_urllib, "curl": by_curl, "curl_cffi": by_curl_cffi}[sys.argv[1]]
for url in sys.argv[2:]:
    try:
        status, text = ask(url)
    except Exception as error:
        status, text = type(error).__name__, str(error)
    print(json.dumps({"url": url, "status": status, "text": text}), flush=True)
