/** Prints, as one line of JSON, which certificates clients of this interpreter trust. A text is a file as it stands, byte by byte. */
export const trustScript = `
import json, os, ssl

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
`
