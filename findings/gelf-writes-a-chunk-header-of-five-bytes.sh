#!/usr/bin/env bash
# npm's gelf writes a chunk header of 5 bytes where GELF has 12: a message of more than one chunk arrives nowhere.
#
# What        gelf 2.0.1 (npm, the newest) sends to graygelf 2.0.0 (npm), a server; gelf-pro 1.4.0 sends it the same texts.
# One guesses a long message is cut into chunks that any GELF receiver joins.
# It does     put the message's number, which has 8 bytes, in as one number of a list of bytes: only its last 8 bits get
#             in. Chunk number and count follow at bytes 3 and 4, where receivers look for them at 10 and 11 and find
#             compressed text.
# So what     Short entries come, so the logging seems to work. The long ones, which are those with a stack trace, are lost:
#             the sender's callback has no error, the receiver waits for chunks that never come and says nothing.
# Seen        Node.js 20.20.2, Linux, loopback, 2026-11-28 (lengths of the texts that the server announced; then what the
#             datagrams of the long text hold):
#               gelf, 20 and 6000 characters: server got 20
#               gelf-pro, 20 and 6000 characters: server got 20 6000
#               gelf, chunks of 1420: the first has 1425 bytes; 0 of 3, 1 of 3, 2 of 3 at bytes 3 and 4
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts gelf@2.0.1 gelf-pro@1.4.0 graygelf@2.0.0
cat >chunks.js <<'JS'
const crypto = require("crypto");
const dgram = require("dgram");
const Gelf = require("gelf");
const gelfPro = require("gelf-pro");
const server = require("graygelf/server");

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Digits that do not compress to less than a half, the same at each run.
function text(length) {
  let all = "";
  for (let count = 0; all.length < length; count++) all += crypto.createHash("sha256").update(`${count}`).digest("hex");
  return all.slice(0, length);
}

function freePort() {
  return new Promise((done) => {
    const probe = dgram.createSocket("udp4");
    probe.bind(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

async function main() {
  const port = await freePort();
  let texts = [];
  let datagrams = [];
  const receiver = server();
  receiver.on("message", (message) => texts.push(message.short_message.length));
  receiver.on("data", (bytes) => datagrams.push(bytes));
  receiver.listen(port, "127.0.0.1");
  await sleep(300);

  const gelf = new Gelf({ graylogPort: port, graylogHostname: "127.0.0.1" });
  gelfPro.setConfig({ adapterName: "udp", adapterOptions: { host: "127.0.0.1", port } });
  const senders = {
    gelf: (short) => new Promise((done) => gelf.emit("gelf.log", { host: "h", timestamp: 1, short_message: short }, done)),
    "gelf-pro": (short) => new Promise((done) => gelfPro.info(short, {}, done)),
  };
  let chunks;
  for (const [name, send] of Object.entries(senders)) {
    texts = [];
    datagrams = [];
    for (const length of [20, 6000]) {
      const error = await send(text(length));
      if (error) console.log(`${name}: ${error}`);
      await sleep(500);
    }
    console.log(`${name}, 20 and 6000 characters: server got ${texts.join(" ")}`);
    chunks = chunks || datagrams.slice(1);
  }
  const numbers = chunks.map((it) => `${it[3]} of ${it[4]}`).join(", ");
  console.log(`gelf, chunks of 1420: the first has ${chunks[0].length} bytes; ${numbers} at bytes 3 and 4`);
  process.exit(0);
}
main();
JS
timeout 60 node chunks.js 2>errors | tee seen
diff seen - <<'TXT' || { cat errors; echo "it behaves otherwise now"; exit 1; }
gelf, 20 and 6000 characters: server got 20
gelf-pro, 20 and 6000 characters: server got 20 6000
gelf, chunks of 1420: the first has 1425 bytes; 0 of 3, 1 of 3, 2 of 3 at bytes 3 and 4
TXT
