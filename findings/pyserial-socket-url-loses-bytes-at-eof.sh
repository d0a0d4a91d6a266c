#!/usr/bin/env bash
# pyserial's socket:// port throws away what a read() had already received when the peer then closes.
#
# What        pyserial 3.5 (PyPI), `serial.serial_for_url("socket://host:port", timeout=…)`, CPython 3.
# One guesses read(10) from a peer that sends 5 bytes and closes gives 5 bytes, as socket.recv and socket.makefile do.
# It does     raise SerialException('… socket disconnected'); the 5 bytes are in no later read either: the first recv()
#             inside read() took them, the second returned b"" and the exception discards the partial result.
#             A read that asks for exactly 5 gets them. A read that is ended by its time-out instead gives what came.
# So what     An instrument that answers and hangs up seems to have sent nothing. Reading byte by byte loses nothing.
# Seen        Linux, loopback, 2026-11-27:
#               read(10): SerialException, 0 bytes left to read
#               read(5): b'hello'
#               byte by byte: b'hello'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q --disable-pip-version-check install pyserial==3.5
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import socket, threading, time
import serial

def peer():
    """A server that sends five bytes to its one client and closes."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened = threading.Event()
    def serve():
        conn, _ = listener.accept()
        opened.wait()  # opening the port empties its input buffer: a greeting sent at once may be lost as well
        conn.sendall(b"hello")
        conn.close()
        listener.close()
    threading.Thread(target=serve, daemon=True).start()
    port = serial.serial_for_url(f"socket://127.0.0.1:{listener.getsockname()[1]}", timeout=2)
    opened.set()
    time.sleep(0.3)  # both the bytes and the FIN are here
    return port

port = peer()
try:
    print("read(10):", port.read(10))
except serial.SerialException:
    try:
        rest = port.read(1)
    except serial.SerialException:
        rest = b""
    print(f"read(10): SerialException, {len(rest)} bytes left to read")

print("read(5):", peer().read(5))

port, got = peer(), b""
try:
    while True:
        got += port.read(1)
except serial.SerialException:
    print("byte by byte:", got)
PY
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
read(10): SerialException, 0 bytes left to read
read(5): b'hello'
byte by byte: b'hello'
SEEN
