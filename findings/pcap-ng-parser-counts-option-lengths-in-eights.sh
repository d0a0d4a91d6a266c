#!/usr/bin/env bash
# npm's pcap-ng-parser counts an option's length in eights: an interface's name swallows the options that follow it.
#
# What        pcap-ng-parser 1.0.0 (npm), Node.js: the 'interface' event for an Interface Description Block that has if_name
#             and then if_tsresol, in the order in which dumpcap and text2pcap write them.
# One guesses the name is the value of if_name, and if_tsresol, which it passes on as code_9, is there too.
# It does     take eight times the length that the option says, drop the zero bytes, and call all of it the name: padding,
#             code, length and value of the next option, even the length that closes the block. That option is then never seen.
# So what     A program that looks for "lo0" finds no such interface. It can't know either whether the timestamps, which come
#             as two halves of 32 bits, are microseconds or nanoseconds. Where if_name is the only option the zeros behind it
#             vanish and all looks right.
# Seen        Node.js 20.20.2, Linux, 2026-11-28:
#               if_name alone:            "lo0", code_9 is not there
#               if_name, then if_tsresol: "lo0\t\u0001\t(", code_9 is not there
set -euo pipefail
command -v node >/dev/null && command -v npm >/dev/null || { echo "needs node and npm"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pcap-ng-parser@1.0.0
cat >names.js <<'JS'
const { Readable } = require("stream");
const PCAPNGParser = require("pcap-ng-parser");

const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; };
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const padded = (b) => Buffer.concat([b, Buffer.alloc(-b.length & 3)]);
const option = (code, value) => Buffer.concat([u16(code), u16(value.length), padded(value)]);
const block = (kind, body) => Buffer.concat([u32(kind), u32(12 + body.length), body, u32(12 + body.length)]);

const section = block(0x0a0d0d0a, Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff)]));
const name = (text) => option(2, Buffer.from(text));
const nanoseconds = option(9, Buffer.from([9]));
const end = option(0, Buffer.alloc(0));
const face = (options) => block(1, Buffer.concat([u16(1), u16(0), u32(0), ...options, end]));
const frame = Buffer.concat([Buffer.from("02000000000202000000000188b5", "hex"), Buffer.alloc(46)]);
const packet = block(6, Buffer.concat([u32(0), u32(0), u32(1), u32(frame.length), u32(frame.length), padded(frame)]));

function look(words, options) {
  const parser = new PCAPNGParser();
  parser.on("interface", (it) => {
    console.log(`${words} ${JSON.stringify(it.name)}, code_9 ${"code_9" in it ? "is there" : "is not there"}`);
  });
  parser.on("data", () => {});
  Readable.from([Buffer.concat([section, face(options), packet])]).pipe(parser);
}

look("if_name alone:           ", [name("lo0")]);
setTimeout(() => look("if_name, then if_tsresol:", [name("lo0"), nanoseconds]), 200);
JS
timeout 20 node names.js | tee seen
diff seen - <<'TXT' || { echo "it behaves otherwise now"; exit 1; }
if_name alone:            "lo0", code_9 is not there
if_name, then if_tsresol: "lo0\t\u0001\t(", code_9 is not there
TXT
