#!/usr/bin/env bash
# The devices of assets/labs/devices against the programs that really talk to such devices.
#
# Run by hand: tests/peers/real/devices.sh [SOCKET_LAB]. What is not installed is left out, and said. Needs python3; of the
# Python packages pymodbus, hl7, pynetdicom, pyvisa-py and asyncua those that are there; of mosquitto_sub, redis-cli, snmpget,
# dig, logger, rsyslogd, syslog-ng, tftp, gpspipe, sipp, coap-client, chronyd, ntpdig, echoscu (DCMTK), chromium, curl, wget, aria2c, nc in its
# variants and socat too. Each line says what was asked, by which version, and whether it went as its user expects.
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
is_datagram = False
for line in open(sys.argv[1]):
    try:
        line = json.loads(line)
    except ValueError:
        break
    if line.get("endpoint") == sys.argv[2] and line.get("op") == "socket":
        is_datagram = line["args"].get("type") == "SOCK_DGRAM"
    if line.get("endpoint") == sys.argv[2] and line.get("op") in ("listen", "bind") and line.get("result") == 0:
        if line["op"] == "listen" or is_datagram:
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

begin "$labs/116-dicom.lab.toml" archive
if module pynetdicom; then
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
fi
# pynetdicom has a program of that name too.
dcmtk=$(type -ap echoscu | while read -r found; do "$found" --version 2>&1 | grep -q dcmtk && echo "$found" && break; done)
if [ -n "$dcmtk" ]; then
  expect "$("$dcmtk" --version | sed -n 's/.*dcmtk: \(echoscu v[^ ]*\).*/\1/p' | head -1) of DCMTK is refused politely" \
    "$(timeout 8 "$dcmtk" 127.0.0.1 "$port" 2>&1)" 'Rejected'
else
  echo "absent  echoscu of DCMTK"
fi
stop

if module asyncua; then
  begin "$labs/117-opc-ua.lab.toml" machine
  out=$(timeout 10 python3 - "$port" <<'P' 2>&1
import asyncio, logging, sys
logging.disable(logging.CRITICAL)
from asyncua import Client
async def main():
    client = Client(f"opc.tcp://127.0.0.1:{sys.argv[1]}", timeout=3)
    await client.connect_socket()
    await client.send_hello()
    print("acknowledged")
    client.disconnect_socket()
asyncio.run(main())
P
)
  expect "asyncua $(version asyncua) is acknowledged" "$out" '^acknowledged'
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
  begin "$labs/115-names.lab.toml" names
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

# The texts that arrived at the server of a run.
arrived() {
  python3 - "$work/out" <<'P'
import base64, json, sys
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line.get("op") in ("recv", "recvfrom") and line.get("len"):
        sys.stdout.write(base64.b64decode(line["data"]).decode("utf-8", "replace"))
    if line.get("type") == "notice":
        print("NOTICE", line["text"])
P
}

if has rsyslogd; then
  for way in "by lines" "by octets"; do
    begin "$labs/104-syslog.lab.toml" "$way"
    framing=traditional
    [ "$way" = "by octets" ] && framing=octet-counted
    printf 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s/log.sock" CreatePath="on")\naction(type="omfwd" Target="127.0.0.1" Port="%s" Protocol="tcp" TCP_Framing="%s")\n' \
      "$work" "$port" "$framing" >"$work/rsyslog.conf"
    rsyslogd -n -i "$work/rsyslog.pid" -f "$work/rsyslog.conf" >/dev/null 2>&1 &
    daemon=$!
    for _ in $(seq 100); do [ -S "$work/log.sock" ] && break; sleep 0.05; done
    logger -u "$work/log.sock" -t lab "from rsyslog"
    sleep 1.5
    kill "$daemon" 2>/dev/null; wait "$daemon" 2>/dev/null
    rm -f "$work/log.sock"
    out=$(arrived)
    pattern='^<13>.* lab: ?from rsyslog$'
    [ "$way" = "by octets" ] && pattern='^[0-9]+ <13>.* lab: ?from rsyslog$'
    expect "$(rsyslogd -v | awk 'NR == 1 { print $1, $2 }') sends $way ($framing)" "$out" "$pattern"
    expect "... whole" "$(printf '%s' "$out" | grep -c NOTICE)" '^0$'
    stop
  done
fi

if has syslog-ng; then
  for way in "by lines" "by octets"; do
    begin "$labs/104-syslog.lab.toml" "$way"
    destination="network(\"127.0.0.1\" port($port) transport(tcp))"
    [ "$way" = "by octets" ] && destination="syslog(\"127.0.0.1\" port($port) transport(tcp))"
    printf '@version: current\nsource s { unix-dgram("%s/ng.sock"); };\ndestination d { %s; };\nlog { source(s); destination(d); };\n' \
      "$work" "$destination" >"$work/ng.conf"
    syslog-ng -F -f "$work/ng.conf" -R "$work/ng.persist" -p "$work/ng.pid" -c "$work/ng.ctl" >"$work/ng.out" 2>&1 &
    daemon=$!
    for _ in $(seq 100); do [ -S "$work/ng.sock" ] && break; sleep 0.05; done
    logger -d -u "$work/ng.sock" -t lab "from syslog-ng"
    sleep 1.5
    kill "$daemon" 2>/dev/null; wait "$daemon" 2>/dev/null
    rm -f "$work/ng.sock"
    out=$(arrived)
    pattern='^<13>.* from syslog-ng$'
    [ "$way" = "by octets" ] && pattern='^[0-9]+ <13>1 .* from syslog-ng$'
    expect "$(syslog-ng -V | head -1) sends $way" "$out" "$pattern"
    expect "... whole" "$(printf '%s' "$out" | grep -c NOTICE)" '^0$'
    stop
  done
fi

if has tftp; then
  cat >"$work/tftp.lab.toml" <<'L'
[[endpoints]]
name = "server"
kind = "udp"
local = "127.0.0.1:0"
service = { kind = "rules", rules = [
  { name = "the file", when = { hex = "00 01 *" }, reply_hex = "00 03 00 01 68 65 6c 6c 6f" },
  { name = "done", when = { hex = "00 04 *" } },
] }
L
  begin "$work/tftp.lab.toml" server
  (cd "$work" && timeout 8 tftp -m octet 127.0.0.1 "$port" -c get a.txt got.txt >/dev/null 2>&1)
  expect "$(tftp -V 2>&1 | head -1) fetches a file from a rule" "$(cat "$work/got.txt" 2>/dev/null)" '^hello$'
  stop
fi

if has gpspipe; then
  begin "$labs/111-gpsd.lab.toml" gpsd
  out=$(timeout 8 gpspipe -r -n 4 "127.0.0.1:$port" 2>&1)
  expect "$(gpspipe -V 2>&1 | head -1) prints the greeting and the fixes" "$(printf '%s' "$out" | tr '\n' ' ')" 'VERSION.*GPGLL'
  stop
fi

if has sipp; then
  begin "$labs/112-sip.lab.toml" telephone
  (cd "$work" && timeout 20 sipp -sn uac -m 1 -d 100 -nostdin "127.0.0.1:$port" >"$work/sipp.out" 2>&1)
  expect "$(sipp -v 2>&1 | grep -o 'SIPp v[^ ,]*' | head -1) makes a call and ends it" "status $?" '^status 0$'
  stop
fi

for client in coap-client-notls coap-client; do
  command -v $client >/dev/null || continue
  begin "$labs/113-coap.lab.toml" sensor
  out=$(timeout 8 $client -m get "coap://127.0.0.1:$port/t" 2>&1)
  expect "$($client 2>&1 | grep -o 'coap-client[a-z-]* v[0-9.]*' | head -1) of libcoap reads the sensor" "$out" '^21\.5$'
  stop
  break
done

if has chronyd; then
  begin "$labs/114-ntp.lab.toml" clock
  out=$(timeout 20 chronyd -Q -x -u "$(id -un)" -t 8 "server 127.0.0.1 port $port iburst maxsamples 1" "cmdport 0" "pidfile $work/c.pid" 2>&1)
  expect "$(chronyd --version | cut -d' ' -f1-4) takes the time" "$out" 'System clock wrong by'
  ports=$(python3 - "$work/out" <<'P'
import json, sys
lines = (json.loads(line) for line in open(sys.argv[1]))
peers = [line["peer"] for line in lines if line.get("op") == "recvfrom" and line.get("result")]
print(len(peers), len(set(peers)))
P
)
  expect "... from another port each time" "$ports" '^([0-9]+) \1$'
  stop
fi

# It asks port 123 only, which takes rights.
if has ntpdig && [ "$(id -u)" = 0 ]; then
  sed 's/^local = "127.0.0.1:0"/local = "127.0.0.1:123"/' "$labs/114-ntp.lab.toml" >"$work/123.lab.toml"
  begin "$work/123.lab.toml" clock
  out=$(timeout 10 ntpdig -p 1 127.0.0.1 2>&1)
  expect "$(ntpdig -V 2>&1 | head -1) takes the time" "$out" '^20[0-9][0-9]-'
  stop
fi

if has curl; then
  begin "$labs/118-mail.lab.toml" mail
  printf 'Subject: hello\r\n\r\nhi\r\n' >"$work/mail.txt"
  timeout 8 curl -s "smtp://127.0.0.1:$port" --mail-from a@example.test --mail-rcpt b@example.test -T "$work/mail.txt"
  expect "$(curl --version | head -1 | cut -d' ' -f1-2) leaves a mail" "status $?" '^status 0$'
  stop
fi

for browser in chromium chromium-browser google-chrome; do
  command -v $browser >/dev/null || continue
  sed 's/^kind = "tcp-server"/&\nserving = "one-at-a-time"/' "$here/assets/labs/13-browser.lab.toml" >"$work/browser.lab.toml"
  begin "$work/browser.lab.toml" server
  out=$(timeout 60 $browser --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --dump-dom \
    "http://127.0.0.1:$port/" 2>/dev/null)
  expect "$($browser --version 2>/dev/null | cut -d' ' -f1-2) shows the page of a server that serves one at a time" "$out" 'Hello, browser!'
  expect "... and has opened a connection more than it asked for pages" "$(python3 - "$work/out" <<'P'
import base64, json, sys
calls = [json.loads(line) for line in open(sys.argv[1])]
accepted = sum(call.get("op") == "accept" and call.get("result") is not None for call in calls)
pages = sum(call.get("op") == "recv" and base64.b64decode(call["data"]).startswith(b"GET / ") for call in calls)
print("more" if pages >= 1 and accepted > pages else f"{accepted} connections, {pages} pages")
P
)" '^more$'
  stop
  break
done

cat >"$work/late.lab.toml" <<'L'
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
serving = "one-at-a-time"
service = { kind = "rules", rules = [{ when = { any = true }, reply = "answer\n", delay = "1s" }] }
L
for client in "nc.openbsd -N" "nc.traditional -q 3" ncat "busybox nc" "socat -t 5 -"; do
  command -v ${client%% *} >/dev/null || { echo "absent  $client"; continue; }
  begin "$work/late.lab.toml" server
  case $client in
    socat*) out=$(printf 'ask' | timeout 8 socat -t 5 - "TCP:127.0.0.1:$port" 2>&1) ;;
    *) out=$(printf 'ask' | timeout 8 $client 127.0.0.1 "$port" 2>&1) ;;
  esac
  expect "$client waits for a late answer" "$out" '^answer$'
  stop
done
if command -v socat >/dev/null; then
  begin "$work/late.lab.toml" server
  out=$(printf 'ask' | timeout 8 socat - "TCP:127.0.0.1:$port" 2>&1)
  expect "$(socat -V | sed -n 's/^socat version \([^ ]*\).*/socat \1/p') without -t loses it" "[$out]" '^\[\]$'
  stop
fi

mkdir -p "$work/share"
head -c 60000000 /dev/urandom >"$work/share/large.bin"
cat >"$work/http.lab.toml" <<L
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
service = { kind = "http", root = "$work/share" }
L
if has wget; then
  begin "$work/http.lab.toml" server
  head -c 20000000 "$work/share/large.bin" >"$work/large.bin"
  (cd "$work" && timeout 30 wget -q -c "http://127.0.0.1:$port/large.bin")
  expect "$(wget --version | head -1 | cut -d' ' -f1-3) goes on where it was cut off" \
    "$(cmp "$work/large.bin" "$work/share/large.bin" && echo same)" '^same$'
  stop
fi
if has aria2c; then
  begin "$work/http.lab.toml" server
  (cd "$work" && timeout 60 aria2c -q -x5 -o parts.bin "http://127.0.0.1:$port/large.bin")
  expect "$(aria2c --version | head -1) downloads in parts" "$(cmp "$work/parts.bin" "$work/share/large.bin" && echo same)" '^same$'
  expect "... and nothing is called a failure" "$(grep -c '"level":"error"' "$work/out")" '^0$'
  stop
fi

exit $failed
