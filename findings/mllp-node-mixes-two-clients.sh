#!/usr/bin/env bash
# npm's mllp-node keeps one buffer for all clients of a server: two senders' HL7 messages come out as one.
#
# What        mllp-node 2.0.0 with hl7 1.1.1 (npm), Node.js: MLLPServer, the 'hl7' event and the acknowledgements, two clients at a time.
# One guesses the bytes between 0b and 1c 0d are collected for each connection, as TCP gives each its own stream.
# It does     collect them in the server object. Client A sends the first half of a message, client B the first half of
#             another: A's half is discarded. A's second half is then joined to B's first, announced as a message that
#             nobody sent, and acknowledged to A under the number of B's message. B's second half is added to that and
#             acknowledged to B.
# So what     As soon as messages take more than one segment (a slow line, a large OBX) two devices that send at once
#             give one patient's results under another's name, and both senders are told that all is well (AA). The
#             calls of the server are right: each recv is on its own socket. With one client at a time nothing is wrong.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-28 (identifier and result of each announced message, then the
#             acknowledgement that each client got):
#               one client, two segments: ANNA=111; acknowledged A1
#               two clients, halves in turn: BERT=111, BERT=111222; acknowledged to A: B1, to B: B1
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund mllp-node@2.0.0 hl7@1.1.1
cat >two.js <<'JS'
const net = require("net");
const { MLLPServer } = require("mllp-node");

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const header = (id) => `MSH|^~\\&|LAB|LAB|EHR|EHR|20260101120000||ORU^R01|${id}|P|2.3\r`;
// A message in two halves; the result is the last field of the second.
const halves = (id, name, result) => [`\x0b${header(id)}PID|||1||${name}\r`, `OBX|1|NM|GLU||${result}\x1c\r`];

function freePort() {
  return new Promise((done) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function connected(port) {
  const socket = net.connect({ port, host: "127.0.0.1" });
  socket.setNoDelay(true);
  socket.got = "";
  socket.on("data", (bytes) => (socket.got += bytes));
  await new Promise((done) => socket.on("connect", done));
  return socket;
}

// The number in the acknowledgement (MSA-2).
const acknowledged = (socket) => (/MSA\|AA\|(\w+)/.exec(socket.got) || [])[1];
const inShort = (text) => `${/PID\|\|\|1\|\|(\w+)/.exec(text)[1]}=${text.match(/GLU\|\|(\d+)/g).map((it) => it.slice(5)).join("")}`;

async function main() {
  const port = await freePort();
  const seen = [];
  const server = new MLLPServer("127.0.0.1", port, () => {});
  server.on("hl7", (text) => seen.push(inShort(text)));
  await sleep(300);
  const [a1, a2] = halves("A1", "ANNA", "111");
  const [b1, b2] = halves("B1", "BERT", "222");

  const alone = await connected(port);
  for (const half of [a1, a2]) { alone.write(half); await sleep(200); }
  console.log(`one client, two segments: ${seen.join(", ")}; acknowledged ${acknowledged(alone)}`);
  alone.destroy();
  seen.length = 0;

  const [a, b] = [await connected(port), await connected(port)];
  for (const [socket, half] of [[a, a1], [b, b1], [a, a2], [b, b2]]) { socket.write(half); await sleep(200); }
  console.log(`two clients, halves in turn: ${seen.join(", ")}; acknowledged to A: ${acknowledged(a)}, to B: ${acknowledged(b)}`);
  process.exit(0);
}
main();
JS
timeout 20 node two.js | tee seen
diff seen - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
one client, two segments: ANNA=111; acknowledged A1
two clients, halves in turn: BERT=111, BERT=111222; acknowledged to A: B1, to B: B1
TXT
