#!/usr/bin/env bash
# The other way round: Socket Lab's clients ask the servers that people really have.
#
# Run by hand: tests/peers/real/servers.sh [SOCKET_LAB]. What is not installed is left out, and said. Needs python3; of
# redis-server, mosquitto, coap-server-notls, in.tftpd, gpsd, chronyd, snmpd, socat, the nc variants, python3's http.server
# and the Python packages pymodbus, asyncua and pynetdicom those that are there. Each line says what was asked, and of which
# version. Servers listen on 127.0.0.1 only, where they can be told to (busybox's nc can't), and are ended by their process id.
set -u
here=$(cd "$(dirname "$0")/../../.." && pwd)
program=${1:-$here/target/debug/socket-lab}
work=$(mktemp -d)
failed=0
running=
stop() {
  [ -n "$running" ] && kill "$running" 2>/dev/null && wait "$running" 2>/dev/null
  running=
}
trap 'stop; rm -rf "$work"' EXIT

has() { command -v "$1" >/dev/null || { echo "absent  $1"; return 1; }; }
module() { python3 -c "import $1" 2>/dev/null || { echo "absent  the Python package $1"; return 1; }; }
version() { python3 -c "from importlib.metadata import version; print(version('$1'))"; }
free_port() { python3 -c 'import socket,sys; s=socket.socket(socket.AF_INET, getattr(socket, sys.argv[1])); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' "SOCK_$1"; }

# Waits until something listens: $1 is STREAM or DGRAM.
listens() {
  for _ in $(seq 100); do
    python3 - "$1" "$port" <<'P' && return
import sys
table = {"STREAM": ("tcp", "0A"), "DGRAM": ("udp", "07")}[sys.argv[1]]
wanted = f":{int(sys.argv[2]):04X}"
for name in (table[0], table[0] + "6"):
    for line in open(f"/proc/net/{name}"):
        words = line.split()
        if words[1].endswith(wanted) and words[3] == table[1]:
            sys.exit(0)
sys.exit(1)
P
    sleep 0.05
  done
  echo "FAILED  nothing listens on $port"
  failed=1
}

# $1 says what; the lab comes from standard input, with PORT for the server's port.
ask() {
  sed "s/PORT/$port/g" >"$work/ask.lab.toml"
  if "$program" run "$work/ask.lab.toml" --format text >"$work/ask.out" 2>&1; then
    echo "ok      $1"
  else
    echo "FAILED  $1"
    tail -5 "$work/ask.out"
    failed=1
  fi
}

# The same for what must not come.
misses() {
  sed "s/PORT/$port/g" >"$work/ask.lab.toml"
  "$program" run "$work/ask.lab.toml" --format text >"$work/ask.out" 2>&1
  if [ $? = 1 ]; then
    echo "ok      $1"
  else
    echo "FAILED  $1"
    failed=1
  fi
}

if has redis-server; then
  port=$(free_port STREAM)
  redis-server --bind 127.0.0.1 --port "$port" --save "" --dir "$work" >/dev/null 2>&1 &
  running=$!
  listens STREAM
  ask "$(redis-server --version | cut -d' ' -f1-3) answers a command, a value with a line end, and an error" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = { preset = "resp" } }]
steps = [
  { send = { from = "c", text = "*1\r\n$4\r\nPING\r\n" } },
  { expect = { at = "c", text = "+PONG\r\n" } },
  { send = { from = "c", text = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" } },
  { expect = { at = "c", text = "+OK\r\n$4\r\na\r\nb\r\n" } },
  { send = { from = "c", text = "*1\r\n$5\r\nNONES\r\n" } },
  { expect = { at = "c", text = "-ERR " } },
]
L
  stop
fi

if has mosquitto; then
  port=$(free_port STREAM)
  printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/mosquitto.conf"
  mosquitto -c "$work/mosquitto.conf" >/dev/null 2>&1 &
  running=$!
  listens STREAM
  ask "$(mosquitto -h | head -1) takes a connection, a subscription and hands a message on" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = { preset = "mqtt" } }]
steps = [
  { send = { from = "c", hex = "10 0d 00 04 4d 51 54 54 04 02 00 3c 00 01 61" } },
  { expect = { at = "c", hex = "20 02 00 00" } },
  { send = { from = "c", hex = "82 06 00 07 00 01 74 00" } },
  { expect = { at = "c", hex = "90 03 00 07 00" } },
  { send = { from = "c", hex = "30 05 00 01 74 68 69" } },
  { expect = { at = "c", hex = "30 05 00 01 74 68 69" } },
  { send = { from = "c", hex = "e0 00" } },
  { expect = { at = "c", eof = true } },
]
L
  stop
fi

if module pymodbus; then
  port=$(free_port STREAM)
  cat >"$work/modbus.py" <<'P'
import sys
from pymodbus.server import StartTcpServer
try:
    from pymodbus.simulator import DataType, SimData, SimDevice
    context = SimDevice(id=1, simdata=[SimData(address=0, values=42, count=20, datatype=DataType.REGISTERS)])
except ImportError:
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext
    try:
        from pymodbus.datastore import ModbusDeviceContext as Device
    except ImportError:
        from pymodbus.datastore import ModbusSlaveContext as Device
    context = ModbusServerContext(Device(hr=ModbusSequentialDataBlock(0, [42] * 20)), single=True)
StartTcpServer(context, address=("127.0.0.1", int(sys.argv[1])))
P
  python3 "$work/modbus.py" "$port" >"$work/modbus.out" 2>&1 &
  running=$!
  listens STREAM
  ask "pymodbus $(version pymodbus) as a server: two requests in one send, and one in pieces" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = { preset = "modbus-tcp" } }]
steps = [
  { send = { from = "c", hex = "00 01 00 00 00 06 01 03 00 00 00 02" } },
  { expect = { at = "c", hex = "00 01 00 00 00 07 01 03 04 00 2a 00 2a" } },
  { send = { from = "c", hex = "00 02 00 00 00 06 01" } },
  { wait = "100ms" },
  { send = { from = "c", hex = "03 00 00 00 01" } },
  { expect = { at = "c", hex = "00 02 00 00 00 05 01 03 02 00 2a" } },
]
L
  stop
fi

if module asyncua; then
  port=$(free_port STREAM)
  cat >"$work/ua.py" <<'P'
import asyncio, logging, sys
logging.disable(logging.CRITICAL)
from asyncua import Server
async def main():
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{sys.argv[1]}/")
    async with server:
        await asyncio.sleep(60)
asyncio.run(main())
P
  python3 "$work/ua.py" "$port" >"$work/ua.out" 2>&1 &
  running=$!
  listens STREAM
  ask "asyncua $(version asyncua) as a server acknowledges a hello" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = { preset = "opc-ua" } }]
steps = [
  { send = { from = "c", hex = "48 45 4c 46 38 00 00 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 00 00 18 00 00 00 6f 70 63 2e 74 63 70 3a 2f 2f 31 32 37 2e 30 2e 30 2e 31 3a 34 38 34 30" } },
  { expect = { at = "c", hex = "41 43 4b 46 1c 00 00 00" } },
]
L
  stop
fi

if module pynetdicom; then
  port=$(free_port STREAM)
  cat >"$work/scp.py" <<'P'
import sys
from pynetdicom import AE
ae = AE()
ae.add_supported_context("1.2.840.10008.1.1")
ae.start_server(("127.0.0.1", int(sys.argv[1])), block=True)
P
  python3 "$work/scp.py" "$port" >"$work/scp.out" 2>&1 &
  running=$!
  listens STREAM
  ask "pynetdicom $(version pynetdicom) as a server aborts what is no association" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = { preset = "dicom" } }]
steps = [
  { send = { from = "c", hex = "05 00 00 00 00 04 00 00 00 00" } },
  { expect = { at = "c", hex = "07 00 00 00 00 04", within = "5s" } },
]
L
  stop
fi

for server in coap-server-notls coap-server; do
  command -v $server >/dev/null || continue
  port=$(free_port DGRAM)
  $server -A 127.0.0.1 -p "$port" >/dev/null 2>&1 &
  running=$!
  listens DGRAM
  ask "$("$server" -h 2>&1 | grep -o 'coap-server[a-z-]* v[0-9.]*' | head -1) of libcoap answers with the message id and the token" <<'L'
endpoints = [{ name = "c", kind = "udp", remote = "127.0.0.1:PORT" }]
steps = [
  { send = { from = "c", hex = "41 01 12 34 77 b4 74 69 6d 65" } },
  { expect = { at = "c", hex = "61 45 12 34 77", within = "5s" } },
]
L
  stop
  break
done

if has in.tftpd; then
  port=$(free_port DGRAM)
  mkdir -p "$work/tftp" && printf 'hello' >"$work/tftp/a.txt" && chmod -R a+rX "$work" "$work/tftp"
  in.tftpd -L -a "127.0.0.1:$port" -s "$work/tftp" -u "$(id -un)" >/dev/null 2>&1 &
  running=$!
  listens DGRAM
  ask "$(in.tftpd -V 2>&1 | head -1) answers from another port" <<'L'
endpoints = [{ name = "c", kind = "udp", local = "127.0.0.1:0", remote = "127.0.0.1:PORT", service = { kind = "rules", rules = [
  { name = "next", when = { hex = "00 03 (?? ??) *" }, reply_hex = "00 04 $1" } ] } }]
steps = [
  { send = { from = "c", hex = "00 01 61 2e 74 78 74 00 6f 63 74 65 74 00" } },
  { expect = { at = "c", hex = "00 03 00 01 68 65 6c 6c 6f", within = "5s" } },
]
L
  misses "a connected client never hears it" <<'L'
endpoints = [{ name = "c", kind = "udp", local = "127.0.0.1:0", remote = "127.0.0.1:PORT", connected = true }]
steps = [
  { send = { from = "c", hex = "00 01 61 2e 74 78 74 00 6f 63 74 65 74 00" } },
  { expect = { at = "c", bytes = 1, within = "1500ms" } },
]
L
  stop
fi

if has gpsd; then
  port=$(free_port STREAM)
  gpsd -N -F "$work/gpsd.sock" -S "$port" >/dev/null 2>&1 &
  running=$!
  listens STREAM
  ask "$(gpsd -V 2>&1 | head -1) speaks first" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT", framing = "line", greeting = "5s" }]
steps = [
  { expect = { at = "c", text = "{\"class\":\"VERSION\"", within = "5s" } },
]
L
  stop
fi

if has chronyd; then
  port=$(free_port DGRAM)
  printf 'port %s\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 10\ncmdport 0\nbindcmdaddress /\npidfile %s/chrony.pid\n' "$port" "$work" >"$work/chrony.conf"
  chronyd -d -x -u "$(id -un)" -f "$work/chrony.conf" >"$work/chrony.out" 2>&1 &
  running=$!
  listens DGRAM
  ask "$(chronyd --version | cut -d' ' -f1-4) brings the transmit time back" <<'L'
endpoints = [{ name = "c", kind = "udp", remote = "127.0.0.1:PORT" }]
steps = [
  { send = { from = "c", hex = "23 00 06 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 11 22 33 44 55 66 77 88" } },
  { expect = { at = "c", hex = "24", within = "5s" } },
]
L
  stop
fi

if has socat; then
  port=$(free_port STREAM)
  socat "TCP-LISTEN:$port,bind=127.0.0.1" EXEC:cat &
  running=$!
  listens STREAM
  ask "$(socat -V | sed -n 's/^socat version \([^ ]*\).*/socat \1/p') echoes, and ends when it is told to" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT" }]
steps = [
  { send = { from = "c", text = "hello" } },
  { expect = { at = "c", text = "hello" } },
  { shutdown = { at = "c", how = "write" } },
  { expect = { at = "c", eof = true, within = "5s" } },
]
L
  stop
fi

for nc in nc.openbsd nc.traditional ncat "busybox nc"; do
  command -v ${nc%% *} >/dev/null || { echo "absent  $nc"; continue; }
  port=$(free_port STREAM)
  case $nc in
    nc.traditional) arguments="-l -p $port -s 127.0.0.1" ;;
    "busybox nc") arguments="-l -p $port" ;;
    *) arguments="-l 127.0.0.1 $port" ;;
  esac
  mkfifo "$work/in.$port"
  # shellcheck disable=SC2086 # a command and its arguments
  $nc $arguments <"$work/in.$port" >"$work/out.$port" 2>&1 &
  running=$!
  exec 8>"$work/in.$port"
  listens STREAM
  printf 'typed\n' >&8
  ask "$nc as a server: what was typed comes, and what is sent is printed" <<'L'
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT" }]
steps = [
  { send = { from = "c", text = "hello\n" } },
  { expect = { at = "c", text = "typed\n" } },
]
L
  exec 8>&-
  sleep 0.3
  grep -q hello "$work/out.$port" || { echo "FAILED  $nc has not printed it"; failed=1; }
  stop
done

port=$(free_port STREAM)
mkdir -p "$work/www" && head -c 100000 /dev/zero >"$work/www/a.bin"
python3 -m http.server --bind 127.0.0.1 --directory "$work/www" "$port" >/dev/null 2>&1 &
running=$!
listens STREAM
ask "$(python3 --version)'s http.server gives a file to a download" <<L
endpoints = [{ name = "c", kind = "tcp-client", remote = "127.0.0.1:PORT" }]
steps = [{ download = { from = "c", protocol = "http", name = "a.bin", save_to = "$work/got.bin" } }]
L
cmp -s "$work/www/a.bin" "$work/got.bin" || { echo "FAILED  it is another file"; failed=1; }
stop

exit $failed
