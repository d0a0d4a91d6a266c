#!/usr/bin/env bash
# Programs that nobody here wrote, traced: their calls are complete, and they behave as they do alone.
#
# Run by hand: tests/peers/real/programs.sh [SOCKET_LAB]. What is not installed is left out, and said: curl, nc (OpenBSD's
# and the traditional one), socat, nginx, redis-server, mosquitto, node, go, java, python3. Each line names the version and
# says whether what came is what comes without the lab, and whether the bytes on record are those that were moved.
set -u
here=$(cd "$(dirname "$0")/../../.." && pwd)
program=${1:-$here/target/debug/socket-lab}
work=$(mktemp -d)
failed=0
started=()
stop() {
  for pid in "${started[@]:-}"; do [ -n "$pid" ] && kill "$pid" 2>/dev/null; done
  for pid in "${started[@]:-}"; do [ -n "$pid" ] && wait "$pid" 2>/dev/null; done
  started=()
}
trap 'stop; rm -rf "$work"' EXIT
cd "$work" || exit 1

has() { command -v "$1" >/dev/null || { echo "absent  $1"; return 1; }; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
trace() { "$program" trace --format jsonl -o "$1" -- "${@:2}"; }
# The same beside this script, where it must not be a child of a shell of its own: a signal is to reach it.
trace_beside() {
  "$program" trace --format jsonl -o "$1" -- "${@:2}" &
  tracer=$!
  started+=("$tracer")
}
# Waits until something listens at the port.
listening() {
  for _ in $(seq 1200); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.05
  done
  echo "nothing listens at $1"
}
# What a trace has: how many calls, and the bytes of each direction, each stream without gap or overlap.
sum() {
  python3 - "$1" <<'P'
import base64, collections, json, sys
calls, streams, notices, sent, received = 0, collections.Counter(), [], 0, 0
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line["type"] == "notice":
        notices.append(line["text"])
    if line["type"] != "call":
        continue
    calls += 1
    if line["offset"] is not None and line["len"]:
        way = "out" if line["op"] in ("send", "sendto", "sendmsg", "write", "writev", "sendfile", "sendmmsg", "splice") else "in"
        key = line["pid"], line["conn"], way
        assert line["offset"] == streams[key], (line["seq"], key, line["offset"], streams[key])
        streams[key] += line["len"]
        if way == "out":
            sent += line["len"]
        else:
            received += line["len"]
print(f"{calls} calls, {sent} bytes sent, {received} received" + "".join(f"; notice: {text}" for text in notices))
P
}
# $1 says what, $2 is what came under the lab, $3 what comes alone, $4 the trace.
same() {
  local about
  if about=$(sum "$4" 2>&1) && [ "$2" = "$3" ] && [ "${about%% *}" -gt 0 ]; then
    echo "ok      $1: $about"
  else
    echo "FAILED  $1: $about; came: $(printf '%s' "$2" | tail -2 | tr '\n' ' ') instead of: $(printf '%s' "$3" | tail -2 | tr '\n' ' ')"
    failed=1
  fi
}

mkdir site
printf 'a page\n' >site/index.html
head -c 3000000 /dev/urandom >site/large.bin
large=$(sha256sum <site/large.bin)
port=$(free_port)
python3 -m http.server "$port" --bind 127.0.0.1 -d site >/dev/null 2>&1 &
started+=($!)
listening "$port"

if has curl; then
  version=$(curl --version | head -1 | cut -d' ' -f1,2)
  got=$(trace curl.jsonl curl -s "http://127.0.0.1:$port/large.bin" | sha256sum)
  same "$version fetches 3 MB" "$got" "$large" curl.jsonl
fi
for nc in nc.openbsd nc.traditional; do
  has "$nc" || continue
  got=$(printf 'GET / HTTP/1.0\r\n\r\n' | trace nc.jsonl "$nc" -q 2 127.0.0.1 "$port" | tail -1)
  same "$nc asks" "$got" "a page" nc.jsonl
  other=$(free_port)
  if [ "$nc" = nc.openbsd ]; then listen=(-l 127.0.0.1 "$other"); else listen=(-l -s 127.0.0.1 -p "$other" -q 1); fi
  trace_beside nc.jsonl "$nc" "${listen[@]}" >heard </dev/null
  pid=$tracer
  for _ in $(seq 50); do sleep 0.1; printf 'hello\n' | timeout 5 "$nc" -q 0 127.0.0.1 "$other" 2>/dev/null && break; done
  wait "$pid"
  same "$nc listens" "$(cat heard)" hello nc.jsonl
done
if has socat; then
  version=$(socat -V | sed -n 's/^socat version \([^ ]*\).*/socat \1/p')
  other=$(free_port)
  trace_beside socat.jsonl socat "TCP-LISTEN:$other,bind=127.0.0.1,reuseaddr" "TCP:127.0.0.1:$port"
  pid=$tracer
  # It takes one client: who looks whether it listens must not be that.
  for _ in $(seq 200); do grep -q '"op":"listen"' socat.jsonl 2>/dev/null && break; sleep 0.05; done
  got=$(curl -s "http://127.0.0.1:$other/large.bin" | sha256sum)
  wait "$pid"
  same "$version passes 3 MB on" "$got" "$large" socat.jsonl
fi
stop

# $1 says what, $2 is the question, $3 the answer that is expected; the rest is the server's command. PORT in it is its port.
server() {
  local what=$1 ask=$2 answer=$3 other words got
  shift 3
  other=$(free_port)
  words=("${@//PORT/$other}")
  trace_beside server.jsonl "${words[@]}" >log 2>&1
  listening "$other"
  got=$(eval "${ask//PORT/$other}" 2>&1)
  kill "$tracer" 2>/dev/null
  wait "$tracer" 2>/dev/null
  same "$what" "$got" "$answer" server.jsonl
}

if has nginx; then
  mkdir -p ng
  cat >nginx.conf <<N
worker_processes 2; daemon off; pid $work/ng/pid; error_log stderr;
events { worker_connections 64; }
http { sendfile on; access_log off; client_body_temp_path ng; proxy_temp_path ng; fastcgi_temp_path ng; uwsgi_temp_path ng;
  scgi_temp_path ng; server { listen 127.0.0.1:NGINXPORT; root $work/site; } }
N
  chmod -R a+rX "$work"
  other=$(free_port)
  sed -i "s/NGINXPORT/$other/" nginx.conf
  trace_beside nginx.jsonl nginx -p "$work" -c "$work/nginx.conf" 2>log
  listening "$other"
  got=$(curl -s "http://127.0.0.1:$other/large.bin" | sha256sum)
  kill "$tracer"; wait "$tracer" 2>/dev/null
  same "$(nginx -v 2>&1 | sed 's/.*: //') serves 3 MB with sendfile, two workers" "$got" "$large" nginx.jsonl
fi
if has redis-server; then
  ask='python3 -c "
import socket
s = socket.create_connection((\"127.0.0.1\", PORT))
for line in (b\"SET a 1\", b\"INCR a\", b\"GET a\"):
    s.sendall(line + b\"\\r\\n\")
    print(s.recv(100))
"'
  server "$(redis-server --version | cut -d' ' -f1,3)" "$ask" "b'+OK\\r\\n'
b':2\\r\\n'
b'\$1\\r\\n2\\r\\n'" redis-server --port PORT --bind 127.0.0.1 --save '' --appendonly no
fi
if has mosquitto; then
  printf 'listener MPORT 127.0.0.1\nallow_anonymous true\n' >mq.conf
  other=$(free_port)
  sed -i "s/MPORT/$other/" mq.conf
  trace_beside mosquitto.jsonl mosquitto -c mq.conf >log 2>&1
  listening "$other"
  got=$(python3 - "$other" <<'P'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(bytes.fromhex("100d00044d51545404020014000161"))
print(s.recv(4).hex())
s.sendall(bytes.fromhex("c000"))
print(s.recv(2).hex())
P
)
  kill "$tracer"; wait "$tracer" 2>/dev/null
  same "$(mosquitto -h | head -1)" "$got" "20020000
d000" mosquitto.jsonl
fi
if has python3; then
  version=$(python3 --version)
  server "$version -m http.server" 'curl -s http://127.0.0.1:PORT/large.bin | sha256sum' "$large" \
    python3 -m http.server PORT --bind 127.0.0.1 -d site
  cat >aio.py <<'P'
import asyncio, sys
async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()
asyncio.run(main())
P
  cat >ask.py <<'P'
import socket, sys, threading
def ask(number):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
        f = s.makefile("rwb")
        for turn in range(50):
            f.write(b"line %d %d\n" % (number, turn)); f.flush()
            assert f.readline() == b"LINE %d %d\n" % (number, turn)
threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print("all answered")
P
  server "asyncio, 8 clients" "python3 $work/ask.py PORT" "all answered" python3 aio.py PORT
  cat >ss.py <<'P'
import socketserver, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
P
  server "socketserver with threads, 8 clients" "python3 $work/ask.py PORT" "all answered" python3 ss.py PORT
  sed -e 's/ThreadingTCPServer/ForkingTCPServer/g' ss.py >sf.py
  server "socketserver with processes, 8 clients" "python3 $work/ask.py PORT" "all answered" python3 sf.py PORT
fi
if has node; then
  server "node $(node --version)" 'curl -s http://127.0.0.1:PORT/' "hello" \
    node -e 'require("http").createServer((q, r) => r.end("hello")).listen(PORT, "127.0.0.1")'
fi
if has java; then
  # A file server of the library is there from Java 18 on; this one runs on 11 too.
  cat >Serve.java <<'J'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.*;
class Serve {
    public static void main(String[] args) throws Exception {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.createContext("/", exchange -> {
            byte[] body = Files.readAllBytes(Path.of("site" + exchange.getRequestURI().getPath()));
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) { out.write(body); }
        });
        server.start();
    }
}
J
  server "$(java -version 2>&1 | head -1)" 'curl -s http://127.0.0.1:PORT/large.bin | sha256sum' "$large" \
    java Serve.java PORT
fi
if has go; then
  cat >serve.go <<'G'
package main
import ("net/http"; "os")
func main() { panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.FileServer(http.Dir("site")))) }
G
  if go build -o serve serve.go 2>/dev/null; then
    server "$(go version | cut -d' ' -f3)" 'curl -s http://127.0.0.1:PORT/large.bin | sha256sum' "$large" ./serve PORT
  fi
fi
exit "$failed"
