#!/usr/bin/env bash
# uModbus's TCP client does not compare transaction ids: a reply that comes too late is taken for that to the next request.
#
# What        uModbus 1.0.4 (PyPI), `umodbus.client.tcp`: read_holding_registers and send_message, CPython 3.
# One guesses the transaction id of the MBAP header, which the client chooses at random for each request, is compared, and
#             the reply of another request is passed over or refused. pymodbus passes it over.
# It does     parse the reply by its function and length alone, whatever its id. A request that ran into the socket's
#             time-out leaves its reply in the socket, and each later request gets that of the one before it. No error.
# So what     After one time-out a slow device seems to give the values of other registers, until the connection is made anew.
#             Every id on the wire is right.
# Seen        Python 3.11, Linux, loopback, 2026-11-28, a device whose register n holds n and that is late with its first reply:
#               register 10: timed out
#               register 20: [10]
#               register 30: [20]
#               a new connection, register 30: [30]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q --disable-pip-version-check install uModbus==1.0.4
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import socket, struct, threading
from umodbus.client import tcp

listener = socket.create_server(("127.0.0.1", 0))

def device():
    """Answers requests for one holding register in their order, each with its id; the first when another has come."""
    late = True
    while True:
        conn, _ = listener.accept()
        with conn:
            replies = []
            while True:
                request = b""
                while len(request) < 12 and (read := conn.recv(12 - len(request))):
                    request += read
                if len(request) < 12:
                    break
                number, _, _, unit, function, register, _ = struct.unpack(">HHHBBHH", request)
                replies.append(struct.pack(">HHHBBBH", number, 0, 5, unit, function, 2, register))
                if late:
                    late = False
                    continue
                for reply in replies:
                    conn.sendall(reply)
                replies = []

threading.Thread(target=device, daemon=True).start()

def connection():
    conn = socket.create_connection(listener.getsockname())
    conn.settimeout(1)
    return conn

def read(conn, register):
    try:
        return tcp.send_message(tcp.read_holding_registers(1, register, 1), conn)
    except (TimeoutError, socket.timeout):
        return "timed out"

conn = connection()
for register in (10, 20, 30):
    print(f"register {register}:", read(conn, register))
conn.recv(64)  # the last reply: a close with bytes unread would be a reset
conn.close()
print("a new connection, register 30:", read(connection(), 30))
PY
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
register 10: timed out
register 20: [10]
register 30: [20]
a new connection, register 30: [30]
SEEN
