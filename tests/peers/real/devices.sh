#!/usr/bin/env bash
# The devices of assets/labs/devices against the programs that really talk to such devices.
#
# Run by hand: tests/peers/real/devices.sh [SOCKET_LAB]. What is not installed is left out, and said. Needs python3; of the
# Python packages pymodbus, hl7, pynetdicom and pyvisa-py those that are there; mosquitto_sub, redis-cli, snmpget, dig,
# logger. Each line says what was asked, by which version, and whether it went as its user expects.
set -u
here=$(cd "$(dirname "$0")/../../.." && pwd)
program=${1:-$here/target/debug/socket-lab}
labs=$here/assets/labs/devices
work=$(mktemp -d)
failed=0
running=
stop() {
  [ -n "$running" ] && kill "$running" 2>/dev/null && wait "$running" 2>/dev/null
  running=
}
trap 'stop; rm -rf "$work"' EXIT

# Runs the endpoints of a lab without its steps, and sets port to that of the one called $2.
begin() {
  python3 - "$1" "$work/lab.toml" <<'P'
import re, sys
text = open(sys.argv[1]).read()
# Servers only: their clients here are the real ones. Steps and snippets are for the window.
head = text.split("[[steps]]")[0].split("[[snippets]]")[0]
parts = re.split(r"(?m)^(?=\[\[endpoints\]\])", head)
kept = [part for part in parts[1:] if re.search(r'(?m)^local = ', part)]
open(sys.argv[2], "w").write("".join(kept))
P
  "$program" run "$work/lab.toml" --for 60s --format jsonl >"$work/out" 2>"$work/err" &
  running=$!
  for _ in $(seq 100); do
    port=$(python3 - "$work/out" "$2" <<'P'
import json, sys
for line in open(sys.argv[1]):
    try:
        line = json.loads(line)
    except ValueError:
        break
    if line.get("endpoint") == sys.argv[2] and line.get("op") in ("listen", "bind") and line.get("result") == 0:
        if line["op"] == "listen" or sys.argv[2] in ("agent", "client", "server", "transfer"):
            print(line["local"].rsplit(":", 1)[1])
            break
P
)
    [ -n "$port" ] && return
    sleep 0.05
  done
  echo "FAILED  $1 does not open: $(cat "$work/err")"
  failed=1
}

# $1 says what; $2 is what came, $3 a pattern that it has to match.
expect() {
  if printf '%s' "$2" | grep -qE -- "$3"; then
    echo "ok      $1"
  else
    echo "FAILED  $1: got $(printf '%s' "$2" | tail -3 | tr '\n' ' ')"
    failed=1
  fi
}

has() { command -v "$1" >/dev/null || { echo "absent  $1"; return 1; }; }
module() { python3 -c "import $1" 2>/dev/null || { echo "absent  the Python package $1"; return 1; }; }
version() { python3 -c "from importlib.metadata import version; print(version('$1'))"; }

if module pymodbus; then
  begin "$labs/101-modbus.lab.toml" device
  out=$(python3 - "$port" <<'P'
import sys
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("127.0.0.1", port=int(sys.argv[1]))
client.connect()
print(client.read_holding_registers(0, count=2).registers)
print(client.write_register(5, 99))
print(client.read_coils(0, count=1))
P
)
  expect "pymodbus $(version pymodbus) reads two registers" "$out" '\[42, 43\]'
  expect "pymodbus writes one" "$out" 'address=5.*registers=\[99\]|WriteSingleRegisterResponse'
  expect "pymodbus is told of a function that there is not" "$out" 'exception_code=1|ExceptionResponse'
  stop
fi

if module hl7; then
  begin "$labs/106-hospital.lab.toml" hospital
  out=$(python3 - "$port" <<'P'
import sys
from hl7.client import MLLPClient
with MLLPClient("127.0.0.1", int(sys.argv[1])) as client:
    for number in range(3):
        print(client.send_message(f"MSH|^~\\&|WARD||LAB||20260101||ADT^A01|id{number}|P|2.5\rPID|1\r"))
P
)
  expect "hl7 $(version hl7) is acknowledged with its ids" "$out" 'MSA\|AA\|id2'
  stop
fi

if module pyvisa_py; then
  begin "$labs/105-instrument.lab.toml" supply
  out=$(python3 - "$port" <<'P'
import sys, pyvisa
device = pyvisa.ResourceManager("@py").open_resource(
    f"TCPIP::127.0.0.1::{sys.argv[1]}::SOCKET", read_termination="\n", write_termination="\n")
print(device.query("*IDN?"), device.query("MEAS:VOLT?"))
device.write("OUTP ON")
print(device.query("MEAS:VOLT?"))
P
)
  expect "PyVISA-py $(version pyvisa-py) asks who it is" "$out" 'Socket Lab,PS-1'
  expect "PyVISA-py measures once the output is on" "$out" '^(4\.999|5\.00[01])'
  stop
fi

if module pynetdicom; then
  cat >"$work/dicom.lab.toml" <<'L'
[[endpoints]]
name = "archive"
kind = "tcp-server"
local = "127.0.0.1:0"
framing = { preset = "dicom" }
# A-ASSOCIATE-RJ: rejected for good by the user, no reason given.
service = { kind = "rules", rules = [{ when = { frame = "type == 1" }, reply_hex = "03 00 {length:4} 00 01 01 01", close = true }] }
L
  begin "$work/dicom.lab.toml" archive
  out=$(python3 - "$port" <<'P'
import sys
from pynetdicom import AE
ae = AE()
ae.add_requested_context("1.2.840.10008.1.1")
association = ae.associate("127.0.0.1", int(sys.argv[1]))
print("rejected" if association.is_rejected else "established" if association.is_established else "aborted")
P
)
  expect "pynetdicom $(version pynetdicom) is refused politely" "$out" '^rejected'
  stop
fi

if has mosquitto_sub; then
  begin "$labs/107-mqtt.lab.toml" broker
  out=$(timeout 5 mosquitto_sub -h 127.0.0.1 -p "$port" -t t -C 1 -i lab 2>&1)
  expect "$(mosquitto_sub --help | sed -n 's/^mosquitto_sub version \([0-9.]*\).*/mosquitto_sub \1/p') gets its message" "$out" '^hell$'
  stop
fi

if has redis-cli; then
  begin "$labs/108-redis.lab.toml" server
  expect "$(redis-cli --version) pings" "$(timeout 5 redis-cli -p "$port" PING 2>&1)" '^PONG$'
  value=$(printf 'two\r\nlines')
  expect "redis-cli sets a value of two lines" "$(timeout 5 redis-cli -p "$port" SET k "$value" 2>&1)" '^OK$'
  expect "redis-cli gets one" "$(timeout 5 redis-cli -p "$port" GET k 2>&1)" '^"?hello"?$'
  stop
fi

if has snmpget; then
  begin "$labs/110-snmp.lab.toml" agent
  out=$(timeout 8 snmpget -v 1 -c public -Ir -On "127.0.0.1:$port" 1.3.6.1.2.1.1.1.0 2>&1)
  expect "snmpget $(snmpget -V 2>&1 | sed 's/.*: //') reads sysDescr" "$out" '"?lab"?$'
  stop
fi

if has dig; then
  cat >"$work/dns.lab.toml" <<'L'
[[endpoints]]
name = "names"
kind = "tcp-server"
local = "127.0.0.1:0"
framing = { preset = "dns-tcp" }
# The answer 192.0.2.7 to any question, with the question copied back.
service = { kind = "rules", rules = [{ when = { hex = "?? ?? ?? ?? 00 01 00 00 00 00 00 ?? (* 00 00 01 00 01) 00 00 29 *" }, reply_hex = "{frame.id} 85 80 00 01 00 01 00 00 00 00 $1 c0 0c 00 01 00 01 00 00 00 3c 00 04 c0 00 02 07" }] }
L
  begin "$work/dns.lab.toml" names
  out=$(timeout 8 dig +tcp +short +tries=1 @127.0.0.1 -p "$port" socketlab.invalid A 2>&1)
  expect "$(dig -v 2>&1) over TCP gets its answer" "$out" '^192\.0\.2\.7$'
  stop
fi

if has logger; then
  begin "$labs/104-syslog.lab.toml" "by octets"
  logger --tcp --server 127.0.0.1 --port "$port" --octet-count -t lab hello
  logger --tcp --server 127.0.0.1 --port "$port" --octet-count -t lab "of two words"
  sleep 0.5
  out=$(python3 - "$work/out" <<'P'
import base64, json, sys
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line.get("op") == "recv" and line.get("len"):
        print(base64.b64decode(line["data"]).decode())
    if line.get("type") == "notice":
        print("NOTICE", line["text"])
P
)
  expect "$(logger --version) counts its octets" "$out" '^[0-9]+ <13>.* of two words'
  expect "logger's messages are whole" "$(printf '%s' "$out" | grep -c NOTICE)" '^0$'
  stop
fi

exit $failed
