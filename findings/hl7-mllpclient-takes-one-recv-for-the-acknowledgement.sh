#!/usr/bin/env bash
# hl7's MLLPClient takes what one recv() gives for the whole acknowledgement: after one in two pieces each answer is the one before.
#
# What        hl7 0.4.5 (PyPI), `MLLPClient.send_message`, CPython 3.
# One guesses it reads up to the end of the MLLP block (1c 0d), which is there for that, or says that the answer is cut.
# It does     return what the first recv() gives and look for no end. Where an acknowledgement comes in two segments, its message
#             gets the first of them. The other stays in the socket and is the answer to the next message, whose own
#             acknowledgement is that of the third, and so on for the rest of the connection. No error.
# So what     A sender takes the refusal (AE) of one message for that of the next. Comparing MSA-2 of the answer with MSH-10 of
#             what was sent shows it. A receiver that writes header and body separately does this, and so may a proxy.
# Seen        Python 3.11, Linux, loopback, 2026-11-28, three messages of which the second is refused:
#               first acknowledgement in one piece:  AA id1 | AE id2 | AA id3
#               first acknowledgement in two pieces: no MSA | AA id1 | AE id2
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q --disable-pip-version-check install hl7==0.4.5
"$work/venv/bin/python" - <<'PY' >"$work/seen"
import socket, threading
from hl7.client import MLLPClient

END = b"\x1c\r"

class Receiver:
    """Acknowledges each message with its id (MSH-10), and refuses the second."""

    def __init__(self, pieces):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.pieces = pieces
        threading.Thread(target=self.serve, daemon=True).start()

    def message(self):
        while END not in self.begun:
            self.begun += self.conn.recv(4096)
        message, _, self.begun = self.begun.partition(END)
        return message

    def serve(self):
        self.conn, _ = self.listener.accept()
        self.begun = b""
        waiting = []
        for number in (1, 2, 3):
            message = waiting.pop() if waiting else self.message()
            code = b"AE" if number == 2 else b"AA"
            head = b"\x0bMSH|^~\\&|LAB||WARD||20260101||ACK|a%d|P|2.5\r" % number
            rest = b"MSA|%s|%s\r" % (code, message.split(b"|")[9]) + END
            if self.pieces == 2 and number == 1:
                self.conn.sendall(head)
                waiting = [self.message()]  # the next message: the client has not waited for the rest
                self.conn.sendall(rest)
            elif self.pieces == 2 and number == 2:
                waiting = [self.message()]
                self.conn.sendall(head + rest)
            else:
                self.conn.sendall(head + rest)

for pieces in (1, 2):
    receiver = Receiver(pieces)
    answers = []
    with MLLPClient("127.0.0.1", receiver.listener.getsockname()[1]) as client:
        client.socket.settimeout(10)
        for number in (1, 2, 3):
            sent = f"MSH|^~\\&|WARD||LAB||20260101||ADT^A01|id{number}|P|2.5\rPID|1\r"
            answer = client.send_message(sent)
            found = [part for part in answer.split(b"\r") if part.startswith((b"MSA", b"\x0bMSA"))]
            answers.append(" ".join(found[0].decode().split("|")[1:3]) if found else "no MSA")
    name = "one piece: " if pieces == 1 else "two pieces:"
    print(f"first acknowledgement in {name}", " | ".join(answers))
PY
cat "$work/seen"
diff - "$work/seen" <<'SEEN'
first acknowledgement in one piece:  AA id1 | AE id2 | AA id3
first acknowledgement in two pieces: no MSA | AA id1 | AE id2
SEEN
