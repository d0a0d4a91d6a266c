#!/usr/bin/env bash
# `in_waiting` of pyserial's socket:// port is 0 or 1, however many bytes wait.
#
# What        pyserial 3.5 (PyPI), `serial.serial_for_url("socket://host:port")`, CPython 3.
# One guesses in_waiting is the number of bytes in the receive buffer, as it is for a serial port (FIONREAD), so that
#             `port.read(port.in_waiting)` takes what has come.
# It does     return the length of select()'s list of readable sockets: 1 with 300 bytes waiting, and 1 after the peer
#             has closed with nothing left at all. `read(in_waiting)` therefore takes one byte a time, and in the second
#             case raises SerialException.
# So what     Seen from the peer such a client is right but makes one recv(1) for each byte; `read_until`, a fixed
#             size or `read_all` of a real serial port behave otherwise.
# Seen        Linux, loopback, 2026-11-27:
#               300 bytes wait: in_waiting 1, read(in_waiting) gives 1
#               closed, nothing waits: in_waiting 1, read(in_waiting): SerialException
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q --disable-pip-version-check install pyserial==3.5
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import socket, time
import serial

listener = socket.create_server(("127.0.0.1", 0))
port = serial.serial_for_url(f"socket://127.0.0.1:{listener.getsockname()[1]}", timeout=2)
conn, _ = listener.accept()
conn.sendall(bytes(300))
time.sleep(0.3)
waiting = port.in_waiting
print(f"300 bytes wait: in_waiting {waiting}, read(in_waiting) gives {len(port.read(waiting))}")
port.read(299)
conn.close()
time.sleep(0.3)
waiting = port.in_waiting
try:
    port.read(waiting)
    print(f"closed, nothing waits: in_waiting {waiting}, read(in_waiting) returned")
except serial.SerialException:
    print(f"closed, nothing waits: in_waiting {waiting}, read(in_waiting): SerialException")
PY
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
300 bytes wait: in_waiting 1, read(in_waiting) gives 1
closed, nothing waits: in_waiting 1, read(in_waiting): SerialException
SEEN
