"""A shell in a terminal of its own: types a line, presses Tab, then Ctrl-X Ctrl-B, which the set-up binds to writing the line into a file.
Arguments: the file, then the shell's command. Input: JSON {"ready": what the shell prints when it is set up, "type": the line}."""
import json, os, pty, select, sys, time

limit_s = 30
out, command = sys.argv[1], sys.argv[2:]
order = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
deadline = time.monotonic() + limit_s
seen = b""

def read_until(done):
    global seen
    while not done():
        left = deadline - time.monotonic()
        if left <= 0:
            sys.exit("the shell did not come to it: " + seen.decode(errors="replace")[-2000:])
        if select.select([terminal], [], [], min(left, 0.1))[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                sys.exit("the shell ended: " + seen.decode(errors="replace")[-2000:])

read_until(lambda: order["ready"].encode() in seen)
os.write(terminal, order["type"].encode() + b"\t\x18\x02")
read_until(lambda: os.path.exists(out) and open(out).read().endswith("\n"))
sys.stdout.write(open(out).read())
os.close(terminal)
os.waitpid(pid, 0)
