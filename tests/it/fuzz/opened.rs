//! Trace files: one that is damaged gives only what was written; one that somebody has made up, with checksums that are
//! right, does no harm to what shows it.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use crc::{CRC_32_ISCSI, Crc};
use socket_lab::explain;
use socket_lab::lab::framing::Framing;
use socket_lab::lab::{Addr, EndpointId, Group, Interface, TextEncoding};
use socket_lab::lang::Lang;
use socket_lab::trace::bookmarks::Bookmarks;
use socket_lab::trace::byte_map::datagrams::{Datagrams, routes, target};
use socket_lab::trace::byte_map::{Direction, Window, story};
use socket_lab::trace::conversation::Conversation;
use socket_lab::trace::ending::EndingOf;
use socket_lab::trace::export::{Exporter, Format};
use socket_lab::trace::faults::Ledger;
use socket_lab::trace::file::{Chunk, Head, Name, TraceReader, TraceWriter};
use socket_lab::trace::filter::{Context, Filter, Known};
use socket_lab::trace::flow::Way;
use socket_lab::trace::follow::{Follow, Shape};
use socket_lab::trace::ladder::{Looking, Picture, Scope, Sight};
use socket_lab::trace::messages::Messages;
use socket_lab::trace::prediction::{Answer, Predicted, Prediction};
use socket_lab::trace::store::Totals;
use socket_lab::trace::streams::counterparts;
use socket_lab::trace::{
    Call, ConnId, Domain, Ends, Errno, MadeBy, Nanos, Op, OptionValue, Outcome, SocketId, SocketOption, SocketType,
    Trace,
};
use socket_lab::values::How;

use super::campaign::{Target, fuzz};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

fn inet(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

/// Both ends of a connection, datagrams, a Unix socket, what fails, and every kind of call.
pub fn sample_calls() -> Vec<Call> {
    let mut calls = Vec::new();
    let mut call = |endpoint: u32, conn: u32, op: Op, outcome: Outcome, ends: (Option<Addr>, Option<Addr>), at: u64| {
        let seq = calls.len() as u64 + 1;
        let moved = match (&op, outcome) {
            (
                Op::Send { .. } | Op::SendTo { .. } | Op::SendFile { .. } | Op::Recv { .. } | Op::RecvFrom { .. },
                Outcome::Ok(len),
            ) => len,
            _ => 0,
        };
        let data: Vec<u8> = b"GET /x HTTP/1.1\r\n\r\nab\xff\0".iter().copied().cycle().take(moved as usize).collect();
        let is_stream = matches!(op, Op::Send { .. } | Op::Recv { .. } | Op::SendFile { .. });
        calls.push(Call {
            seq,
            start: Nanos(seq * 1_000_000),
            took: 2_000 * seq,
            endpoint: EndpointId(endpoint),
            socket: SocketId(16 * endpoint + conn),
            conn: ConnId::new(conn),
            op,
            outcome,
            ends: Arc::new(Ends { local: ends.0, peer: ends.1 }),
            offset: is_stream.then_some(at),
            len: moved,
            data: Bytes::from(data),
            lost: u32::from(seq == 9),
            rule: seq.is_multiple_of(5).then(|| Arc::from("greet")),
            made_by: seq.is_multiple_of(3).then(|| {
                Arc::new(MadeBy {
                    pid: 7,
                    fd: Some(4),
                    source: seq.is_multiple_of(2).then(|| Arc::from("server.py:14")),
                    name: seq.is_multiple_of(9).then_some("read"),
                })
            }),
        });
    };
    let (client, server) = (Some(inet(50_000)), Some(inet(8_000)));
    let up = || (client.clone(), server.clone());
    let down = || (server.clone(), client.clone());
    let failed = |name: &str| Outcome::Err(Errno::by_name(name).unwrap());
    let ok = Outcome::Ok;
    let group = Group { addr: [239, 1, 2, 3].into(), interface: Some(Interface::Name("lo".to_owned())) };
    let option = |option, value| Op::SetSockOpt { option, value };
    call(1, 0, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, ok(3), (None, None), 0);
    call(1, 0, option(SocketOption::Linger, OptionValue::Linger(Some(5))), ok(0), (None, None), 0);
    call(1, 0, option(SocketOption::AddMembership, OptionValue::Group(Arc::new(group))), ok(0), (None, None), 0);
    call(1, 0, Op::Bind { addr: Arc::new(inet(8_000)) }, failed("EADDRINUSE"), (None, None), 0);
    call(1, 0, Op::Listen { backlog: 5 }, ok(0), (server.clone(), None), 0);
    call(1, 1, Op::Accept, ok(9), down(), 0);
    call(2, 1, Op::Connect { addr: Arc::new(inet(8_000)) }, ok(0), up(), 0);
    call(2, 1, Op::Send { len: 30 }, ok(30), up(), 0);
    call(1, 1, Op::Recv { max: 16 }, ok(16), down(), 0);
    call(1, 1, Op::Recv { max: 16 }, ok(14), down(), 16);
    call(1, 1, Op::Send { len: 5 }, ok(5), down(), 0);
    call(1, 1, Op::SendFile { count: 100 }, ok(100), down(), 5);
    call(2, 1, Op::Recv { max: 64 }, ok(40), up(), 0);
    call(2, 1, Op::Shutdown { how: How::Write }, ok(0), up(), 0);
    call(1, 1, Op::Recv { max: 16 }, ok(0), down(), 30);
    call(1, 1, Op::Close, ok(0), down(), 0);
    call(2, 1, Op::Recv { max: 64 }, failed("ECONNRESET"), up(), 40);
    call(2, 2, Op::Connect { addr: Arc::new(inet(8_000)) }, Outcome::Abandoned, (client.clone(), None), 0);
    call(3, 0, Op::SendTo { len: 8, to: Arc::new(inet(9_000)) }, ok(8), (Some(inet(9_001)), None), 0);
    call(4, 0, Op::RecvFrom { max: 4 }, ok(4), (Some(inet(9_000)), Some(inet(9_001))), 0);
    call(5, 0, Op::Bind { addr: Arc::new(Addr::Unix("/tmp/x.sock".into())) }, ok(0), (None, None), 0);
    call(5, 2, Op::Send { len: 3 }, ok(3), (Some(Addr::Unix("/tmp/x.sock".into())), Some(Addr::Unnamed)), 0);
    calls
}

fn written(first: u64, calls: &[Call]) -> Vec<u8> {
    let began = UNIX_EPOCH + Duration::new(1_700_000_000, 5);
    let head = Head { began, first_seq: first, evicted_calls: first - 1, evicted_bytes: 3 };
    let mut out = TraceWriter::new(Vec::new(), &head).unwrap();
    out.lab("title = \"x\"\n[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\n").unwrap();
    let name = |number, name: &str, encoding: &str| Name {
        endpoint: EndpointId(number),
        name: name.into(),
        encoding: encoding.parse().unwrap(),
    };
    out.names(&[name(1, "server", "utf-8"), name(2, "客户", "gbk"), name(3, "=1+1", "utf-16le")]).unwrap();
    for (index, call) in calls.iter().enumerate() {
        out.call(&Call { seq: first + index as u64, ..call.clone() }).unwrap();
        if index % 6 == 5 {
            out.flush().unwrap();
        }
    }
    let mut said = Prediction::default();
    let bytes = Predicted::Bytes(Bytes::from_static(b"=1+1\xff"));
    for what in [Predicted::Returns(5), Predicted::Fails(Errno(99)), Predicted::Blocks, bytes] {
        said.say(Answer { what, votes: 3 });
    }
    out.predictions([(first, &said)].into_iter()).unwrap();
    out.notes(&[(first, "look".to_owned())].into()).unwrap();
    out.finish(Totals { calls: 22, sent_bytes: 143, received_bytes: 74 }).unwrap()
}

#[test]
fn a_changed_trace_file_gives_no_call_that_was_not_written() {
    let calls = sample_calls();
    let firsts = [1u64, 900];
    let samples = vec![written(1, &calls), written(900, &calls), written(1, &calls[..1]), written(1, &[])];
    let words = &["HEAD", "LAB_", "NAME", "CALL", "PRED", "NOTE", "DONE", "\0\0\0\0", "\u{1}\0"];
    fuzz(Target { name: "trace file", samples, words, cases: 600 }, |input| {
        let Ok((mut reader, _)) = TraceReader::new(input) else { return false };
        let mut whole = false;
        loop {
            match reader.next_chunk() {
                Ok(Some(Chunk::Calls(some))) => {
                    for call in some {
                        let is_written = firsts.iter().any(|first| {
                            let index = call.seq.checked_sub(*first).and_then(|index| usize::try_from(index).ok());
                            let known = index.and_then(|index| calls.get(index));
                            known.is_some_and(|known| Call { seq: call.seq, ..known.clone() } == call)
                        });
                        assert!(is_written, "{call:?}");
                    }
                }
                Ok(Some(part)) => whole |= matches!(part, Chunk::Done(_)),
                Ok(None) => break,
                Err(stopped) => {
                    assert!(stopped.offset <= input.len() as u64);
                    assert!(stopped.to_string().len() < 300);
                    break;
                }
            }
            assert!(reader.offset() <= input.len() as u64);
        }
        whole
    });
}

/// A file whose checksums are right whatever its chunks say: the input has the file's version, and of each chunk its
/// tag's number, two bytes of its length, and the payload.
fn sealed(input: &[u8]) -> Vec<u8> {
    const TAGS: [&[u8; 4]; 9] = [b"CALL", b"HEAD", b"LAB_", b"NAME", b"NOTE", b"DONE", b"PROG", b"PRED", b"NEW!"];
    let Some((version, mut input)) = input.split_first() else { return Vec::new() };
    let mut file = b"\x89SLT\r\n\x1a\n".to_vec();
    file.extend(u16::from(*version).to_le_bytes());
    while let Some(([tag, low, high], rest)) = input.split_first_chunk() {
        let len = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (payload, rest) = rest.split_at(len);
        let mut chunk = TAGS[usize::from(*tag) % TAGS.len()].to_vec();
        chunk.extend((len as u32).to_le_bytes());
        chunk.extend(payload);
        let crc = CRC.checksum(&chunk);
        file.extend(chunk);
        file.extend(crc.to_le_bytes());
        input = rest;
    }
    file
}

/// The input that is sealed as that file.
fn unsealed(file: &[u8]) -> Vec<u8> {
    const TAGS: [&[u8]; 8] = [b"CALL", b"HEAD", b"LAB_", b"NAME", b"NOTE", b"DONE", b"PROG", b"PRED"];
    let mut input = vec![file[8]];
    let mut rest = &file[10..];
    while !rest.is_empty() {
        let tag = TAGS.iter().position(|tag| *tag == &rest[..4]).unwrap();
        let len = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        input.push(tag as u8);
        input.extend(u16::try_from(len).unwrap().to_le_bytes());
        input.extend(&rest[8..8 + len]);
        rest = &rest[12 + len..];
    }
    input
}

/// Counts, and keeps nothing.
#[derive(Default)]
struct Sink(u64);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_made_up_trace_harms_nothing_that_shows_it() {
    let calls = sample_calls();
    let mut samples: Vec<Vec<u8>> =
        [written(1, &calls), written(900, &calls)].iter().map(|file| unsealed(file)).collect();
    // Each call alone, where a change in it matters.
    samples.extend(calls.iter().map(|call| unsealed(&written(1, std::slice::from_ref(call)))));
    samples.push(unsealed(&written(1, &calls[5..10])));
    // As version 1 wrote it.
    samples.push([&[1], &samples[0][1..]].concat());
    let words = &[
        "\0",
        "\u{1}",
        "\u{7f}",
        "\0\u{1}\0",
        "SO_RCVBUF",
        "IP_ADD_MEMBERSHIP",
        "EPIPE",
        "server",
        "utf-16be",
        "=1+1",
        "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\n",
    ];
    let sound = unsealed(&written(1, &calls));
    assert_eq!(sealed(&sound), written(1, &calls));
    fuzz(Target { name: "made-up traces", samples, words, cases: 250 }, |input| show(&sealed(input)));
}

/// Reads a trace file and looks at it in every way; says whether there was a call.
fn show(file: &[u8]) -> bool {
    let Ok((mut reader, head)) = TraceReader::new(file) else { return false };
    let mut seen = Seen {
        trace: [1 << 30, 3_000]
            .map(|limit| Trace::resumed(head.began, limit, head.first_seq, head.evicted_calls, head.evicted_bytes)),
        head,
        names: Vec::new(),
        bookmarks: Bookmarks::default(),
        faults: Ledger::default(),
        totals: Totals::default(),
        size: file.len() as u64,
    };
    while let Ok(Some(part)) = reader.next_chunk() {
        seen.take(part);
    }
    seen.look();
    !seen.trace[0].is_empty()
}

/// What the window makes of a trace file.
struct Seen {
    head: Head,
    /// One that keeps everything, and one that keeps little.
    trace: [Trace; 2],
    names: Vec<Name>,
    bookmarks: Bookmarks,
    faults: Ledger,
    totals: Totals,
    size: u64,
}

impl Seen {
    fn take(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::Calls(calls) => {
                for call in calls {
                    self.trace.iter_mut().for_each(|trace| _ = trace.push(call.clone()));
                }
            }
            Chunk::Names(names) => {
                for name in names {
                    self.trace.iter_mut().for_each(|trace| trace.set_name(name.endpoint, &name.name));
                    self.names.push(name);
                }
            }
            Chunk::Predictions(said) => {
                for (seq, said) in said {
                    self.trace.iter_mut().for_each(|trace| trace.predict(seq, said.clone()));
                }
            }
            Chunk::Faults(faults) => faults.into_iter().for_each(|(harm, felt)| self.faults.restore(harm, felt)),
            Chunk::Notes(notes) => self.bookmarks.replace(notes),
            Chunk::Done(totals) => {
                self.trace.iter_mut().for_each(|trace| trace.set_totals(totals));
                self.totals = totals;
            }
            Chunk::Lab(text) => drop(text),
        }
    }

    fn look(&self) {
        for trace in &self.trace {
            self.calls(trace);
            self.filters(trace);
            self.ladders(trace);
            self.streams(trace);
        }
        self.exports(&self.trace[0]);
    }

    fn calls(&self, trace: &Trace) {
        for call in trace.from(0) {
            for lang in [Lang::En, Lang::ZhCn] {
                assert!(explain::call(lang, call, trace.name(call.endpoint)).len() < 20_000);
            }
            assert!(call.result_text().len() < 200);
            let _ = (call.end(), call.is_eof(), call.is_truncated());
            let others = counterparts(trace, call);
            assert!(others.iter().all(|other| other.seq != call.seq));
            let _ = story(trace, call);
            let _ = EndingOf::default().update(trace, call.endpoint, call.conn.unwrap_or(ConnId::new(1).unwrap()));
        }
    }

    fn filters(&self, trace: &Trace) {
        let encodings: HashMap<_, _> = self.names.iter().map(|name| (name.endpoint, name.encoding)).collect();
        let context = Context {
            trace,
            encodings: &encodings,
            bookmarks: &self.bookmarks,
            faults: Some(&self.faults),
            frames: &[],
        };
        let known = Known::of(trace, ["server"].into_iter());
        assert!(known.peers.len() <= 64);
        for filter in ["get", "took > 1s and len >= 0 or at < 5s", "msg ~ /a./ or peer == :8000 or errno or note"] {
            let filter = Filter::parse(filter).unwrap().unwrap();
            let _ = trace.from(0).filter(|call| filter.matches(call, &context)).count();
        }
    }

    fn ladders(&self, trace: &Trace) {
        let (first, last) = (trace.from(0).next(), trace.from(0).last());
        let begin = first.map_or(0, |call| call.start.0) as f64;
        let scopes =
            trace.flows().map(|(_, flow)| flow.key()).flat_map(|key| [Scope::Conn(key), Scope::Endpoint(key.0)]);
        let end = trace.next_seq();
        let now = last.map_or(Nanos(0), Call::end);
        for scope in scopes.take(6).chain([Scope::All]) {
            for sight in [
                Sight::Steps { top: 0.0, step: 20.0 },
                Sight::Steps { top: 3.0, step: 8.0 },
                Sight::Time { top: begin, nanos_per_point: 1_000.0 },
                Sight::Time { top: 0.0, nanos_per_point: 1e9 },
            ] {
                let looking = Looking { scope, sight, height: 800.0, segments: true, end_seq: end, now };
                let picture = Picture::of(trace, &looking);
                assert!(picture.marks.len() <= 10_000 && picture.arrows.len() <= 10_000);
                assert!(picture.marks.iter().all(|mark| mark.column < picture.lifelines.len()));
                let _ = (picture.y_at(now), picture.scale());
            }
        }
    }

    fn streams(&self, trace: &Trace) {
        for (socket, flow) in trace.flows() {
            let key = flow.key();
            assert!(trace.sockets_of(key).any(|of| of == socket));
            let encoding = self.names.iter().find(|name| name.endpoint == key.0);
            let encoding = encoding.map_or(TextEncoding::default(), |name| name.encoding);
            if let Some(other) = trace.partner(socket) {
                assert_eq!(trace.partner(other), Some(socket));
            }
            for way in [Way::Out, Way::In] {
                let direction = Direction::of(trace, socket, way);
                let total = direction.total(trace);
                let newest = direction.newest(trace, 1).unwrap_or(0);
                for (begin, end, least) in
                    [(0, total, 1), (newest, total, 1), (0, 1_000, 64), (total / 2, u64::MAX, 1 << 40)]
                {
                    let picture = direction.picture(trace, Window { begin, end, least });
                    assert!(picture.sent.iter().chain(&picture.received).all(|block| block.begin <= block.end));
                }
                let _ = (direction.first_kept(trace), direction.outstanding(trace), direction.calls(trace));
            }
            for seq in trace.of_socket(socket).into_iter().flatten() {
                let direction = Direction::of(trace, socket, Way::Out);
                let _ = (direction.neighbour(trace, *seq, true), direction.neighbour(trace, *seq, false));
            }
            let mut rows = Conversation::new(key.0, encoding);
            rows.update(trace);
            while rows.is_behind() {
                rows.update(trace);
            }
            for framing in [Framing::line(), Framing::fixed(3), Framing::length_prefix(8, false).unwrap()] {
                let mut messages = Messages::new(key.0);
                messages.set_framing(&framing, encoding);
                while messages.update(trace) {}
                let _ = trace.of_socket(socket).into_iter().flatten().filter_map(|seq| messages.of(*seq)).count();
            }
            self.datagrams(trace, key.0);
            follow(trace, socket, encoding);
        }
    }

    fn datagrams(&self, trace: &Trace, endpoint: EndpointId) {
        let calls = trace.of_endpoint(endpoint).into_iter().flatten().filter_map(|seq| trace.get(*seq));
        let Some((local, peer)) = calls.filter_map(|call| Some((call.ends.local.clone()?, target(call)?))).next()
        else {
            return;
        };
        for route in routes(endpoint, &local, &peer, &[(EndpointId(4), inet(9_000))]) {
            let mut line = Datagrams::new(route);
            while line.update(trace) {}
            let total = line.total();
            for window in
                [Window { begin: 0, end: total, least: 1 }, Window { begin: total / 2, end: u64::MAX, least: 1 << 20 }]
            {
                let _ = line.picture(trace, window);
            }
            let _ = (line.counts(100), line.extent(5), line.is_lost(1), line.of_call(1), line.neighbour(1, true));
        }
    }

    fn exports(&self, trace: &Trace) {
        for format in [Format::Jsonl, Format::Csv, Format::Text, Format::Pcapng, Format::Trace] {
            let mut out = Exporter::new(format, Sink::default(), &self.head).unwrap();
            out.names(&self.names).unwrap();
            for call in trace.from(0) {
                out.call(call).unwrap();
            }
            let Sink(len) = out.finish(self.totals, self.bookmarks.notes()).unwrap();
            // Bytes that were not kept are packet headers only, and bounded.
            let headers = if format == Format::Pcapng { 2 * 1024 * 1024 * (trace.len() as u64 + 1) } else { 0 };
            assert!(len <= 100_000 + 60 * self.size + headers, "{format:?}: {len} bytes of {}", self.size);
        }
    }
}

fn follow(trace: &Trace, socket: SocketId, encoding: TextEncoding) {
    for shape in [Shape::Text, Shape::Hex] {
        let mut follow = Follow::new(socket, encoding);
        follow.set(encoding, shape, None);
        while !follow.update(trace, || true) {}
        follow.look_for("a");
        while !follow.update(trace, || true) {}
        let range = follow.range();
        assert!(range.end - range.start <= 1_000_000);
        assert!(follow.rows(trace, range.start..range.end.min(range.start + 500)).len() <= 500);
        let _ = (follow.found().len(), follow.found_in_open(trace), follow.gone(), follow.percent(trace));
        let pieces = follow.pieces(trace, None);
        let _ = pieces.len();
    }
}

/// What chance finds late: the largest numbers, with checksums that are right.
#[test]
fn a_made_up_trace_of_the_largest_numbers_harms_nothing_either() {
    let calls = sample_calls();
    // Those that are refused, and the largest that are not.
    for (most, len) in [(u64::MAX, u64::MAX), (u64::MAX, 1 << 40), (1 << 62, 1 << 57), (1 << 62, 1 << 40)] {
        for first in [1, most - 3, most] {
            let extreme = |call: &Call| Call {
                len: if call.len > 0 { len } else { 0 },
                offset: call.offset.map(|offset| if offset == 0 { 0 } else { most - offset }),
                start: Nanos(most - 5),
                took: most,
                outcome: Outcome::Ok(u64::MAX),
                lost: u32::MAX,
                ..call.clone()
            };
            let calls: Vec<Call> = calls.iter().map(extreme).take(if first == 1 { 100 } else { 3 }).collect();
            let began = UNIX_EPOCH + Duration::from_secs(1 << 61);
            let head = Head { began, first_seq: first, evicted_calls: most, evicted_bytes: most };
            let mut out = TraceWriter::new(Vec::new(), &head).unwrap();
            for (index, call) in calls.iter().enumerate() {
                out.call(&Call { seq: first.wrapping_add(index as u64), ..call.clone() }).unwrap();
            }
            let totals = Totals { calls: most, sent_bytes: most, received_bytes: most };
            let file = out.finish(totals).unwrap();
            assert_eq!(show(&file), most < u64::MAX, "{first} {len}");
        }
    }
}
