#!/usr/bin/env python3
"""What watching costs a program: an echo server in Python with messages of 64 bytes alone, under the lab and under strace;
and nginx, which sends 1 GiB by sendfile, alone and under the lab.

Run by hand: cargo build --release && benches/programs.py [SOCKET_LAB]. Needs strace; nginx and curl for the second part.
Each figure is the best of some runs that take turns, so that a slow minute of the machine is nobody's alone.
"""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

LAB = sys.argv[1] if len(sys.argv) > 1 else "target/release/socket-lab"
MESSAGES, RUNS = 20_000, 5
SERVER = """
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while data := c.recv(64):
    c.sendall(data)
"""


def echo(before):
    """Messages a second."""
    server = subprocess.Popen([*before, sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    port = int(server.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        message = b"x" * 64
        for _ in range(500):
            client.sendall(message)
            client.recv(64)
        began = time.perf_counter()
        for _ in range(MESSAGES):
            client.sendall(message)
            client.recv(64)
        rate = MESSAGES / (time.perf_counter() - began)
    server.wait()
    return rate


def nginx(folder, before):
    """Bytes a second."""
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    with open(f"{folder}/nginx.conf", "w") as conf:
        temp = "".join(f"{name}_temp_path {folder}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write(
            f"worker_processes 1; daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
            f"events {{}} http {{ sendfile on; access_log off; {temp} "
            f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
        )
    server = subprocess.Popen([*before, "nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            if server.poll() is not None:
                sys.exit(f"nginx does not start: {server.returncode}")
            time.sleep(0.02)
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{size_download} %{time_total}", f"http://127.0.0.1:{port}/file"]
    size, took = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    server.terminate()
    server.wait()
    assert int(size) == 1 << 30, size
    return int(size) / float(took)


def figures(ways, measure, unit):
    rates = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, before in ways.items():
            rates[name].append(measure(before))
    best = {name: max(found) for name, found in rates.items()}
    for name, found in rates.items():
        print(f"  {name:22} {best[name]:14,.0f} {unit}  (median {statistics.median(found):,.0f})")
    return best


with tempfile.TemporaryDirectory() as folder:
    out = f"{folder}/calls"
    strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-xx", "-s", "65536", "-o", out]
    ways = {
        "alone": [],
        "lab": [LAB, "trace", "--format", "none", "--"],
        "lab, JSON lines": [LAB, "trace", "--format", "jsonl", "-o", out, "--"],
        "strace": strace,
    }
    print(f"Python echo, {MESSAGES:,} messages of 64 bytes:")
    best = figures(ways, echo, "messages/s")
    for name in ("lab", "lab, JSON lines"):
        print(f"  {name}: {best[name] / best['strace']:.2f} x strace, {best[name] / best['alone']:.2f} x alone")
    if shutil.which("nginx") and shutil.which("curl"):
        with open(f"{folder}/file", "wb") as file:
            os.truncate(file.fileno(), 1 << 30)
        os.chmod(folder, 0o755)
        print("nginx, 1 GiB by sendfile:")
        ways = {"alone": [], "lab": [LAB, "trace", "--format", "none", "--"]}
        best = figures(ways, lambda before: nginx(folder, before), "bytes/s")
        print(f"  lab: {best['lab'] / best['alone']:.2f} x alone")
    else:
        print("nginx or curl is missing")
