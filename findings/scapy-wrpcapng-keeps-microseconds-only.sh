#!/usr/bin/env bash
# scapy's wrpcapng writes microseconds whatever it has: a nanosecond capture that is read and written again loses three digits.
#
# What        scapy 2.8.0 (PyPI): rdpcap of a pcapng whose interface says if_tsresol = 9, then wrpcapng of the same packets.
# One guesses the file comes back with the times it had: rdpcap gives them exactly (a decimal with nine places), and
#             wrpcap, the writer of the older format, has a switch for nanoseconds.
# It does     write an interface without if_tsresol, which means microseconds, and cut the times to that. There is no
#             warning, and wrpcapng takes no argument for it. Comments are kept.
# So what     dumpcap and most tools of today write nanoseconds. On loopback a send and its recv are less than a
#             microsecond apart: after a pass through scapy they have one time, and a delay measured between them is 0 or 1 µs.
# Seen        Python 3.11, Linux, 2026-11-28 (two packets, 400 ns apart; what rdpcap says of the file before and after):
#               before: 1700000000.123456100 1700000000.123456500 comment b'first'
#               after:  1700000000.123456000 1700000000.123456000 comment b'first'
set -euo pipefail
command -v python3 >/dev/null || { echo "needs python3"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check scapy==2.8.0
cat >"$work/again.py" <<'PY'
import logging
import struct
import sys

logging.disable(logging.CRITICAL)
from scapy.all import rdpcap, wrpcapng

folder = sys.argv[1]


def block(kind, body):
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


END = struct.pack("<HH", 0, 0)
# Ethernet with a type for experiments and 46 bytes.
FRAME = bytes.fromhex("020000000002" "020000000001" "88b5") + bytes(46)


def packet(nanoseconds, options):
    head = struct.pack("<IIIII", 0, nanoseconds >> 32, nanoseconds & 0xFFFFFFFF, len(FRAME), len(FRAME))
    return block(6, head + FRAME + options)


with open(f"{folder}/before.pcapng", "wb") as file:
    file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    file.write(block(1, struct.pack("<HHI", 1, 0, 0) + option(9, b"\x09") + END))
    file.write(packet(1_700_000_000_123_456_100, option(1, b"first") + END))
    file.write(packet(1_700_000_000_123_456_500, b""))

packets = rdpcap(f"{folder}/before.pcapng")
wrpcapng(f"{folder}/after.pcapng", packets)
for name, width in (("before", "before: "), ("after", "after:  ")):
    packets = rdpcap(f"{folder}/{name}.pcapng")
    times = " ".join(f"{packet.time:.9f}" for packet in packets)
    print(f"{width}{times} comment {packets[0].comment}")
PY
"$work/venv/bin/python" "$work/again.py" "$work" 2>/dev/null | tee "$work/seen"
diff "$work/seen" - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
before: 1700000000.123456100 1700000000.123456500 comment b'first'
after:  1700000000.123456000 1700000000.123456000 comment b'first'
TXT
