//! What was said at an endpoint: its calls as a list of messages and turning points, for the conversation view.
//!
//! It follows the trace: each update costs what has happened since the last one.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::call::{Call, ConnId, Nanos, Op, Outcome};
use super::ending::{Ending, EndingWatch};
use super::errno::Errno;
use super::store::Trace;
use super::text::StreamDecoder;
use crate::lab::step::How;
use crate::lab::{Addr, EndpointId, TextEncoding};

/// The most characters of one row's text; then comes `…`. The inspector shows the rest.
pub const MAX_ROW_CHARS: usize = 4_096;
/// The most rows; the oldest leave.
pub const MAX_ROWS: usize = 100_000;
/// The most bytes of text in all rows together; the oldest leave.
pub const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// So many calls, or so many bytes of them, are read in one update: a conversation that is opened over millions of calls
/// is filled frame by frame.
pub const CALLS_PER_UPDATE: usize = 4_000;
/// So many are taken in between two looks at the clock.
const CALLS_PER_LOOK: usize = 64;
const BYTES_PER_UPDATE: u64 = 1024 * 1024;

/// One call as the conversation shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The call's number in the trace.
    pub seq: u64,
    /// When the call returned.
    pub at: Nanos,
    pub conn: Option<ConnId>,
    /// Who is meant: the other end of a new connection, or where a datagram went to or came from.
    pub peer: Option<Addr>,
    /// The service's rule that caused it.
    pub rule: Option<Arc<str>>,
    pub kind: RowKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// The text is empty where only a part of a character went out; `len` counts its bytes.
    Sent { text: String, len: u64 },
    /// As above; `lost` bytes of a datagram did not fit in the buffer.
    Received { text: String, len: u64, lost: u32 },
    /// A connection was accepted or made.
    Opened,
    /// `recv() = 0`
    PeerEnded,
    /// shutdown(2) went well.
    HalfClosed { how: How },
    /// Of a connection with what had ended it first, where that is known.
    Closed { ending: Option<Ending> },
    /// A call failed; `op` is its C name.
    Failed { op: &'static str, errno: Errno },
}

impl RowKind {
    fn text_len(&self) -> usize {
        match self {
            Self::Sent { text, .. } | Self::Received { text, .. } => text.len(),
            _ => 0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Direction {
    Sent,
    Received,
}

/// One direction of a connection.
#[derive(Debug)]
struct Stream {
    decoder: StreamDecoder,
    /// Where the next byte stands; another place means that calls between are gone.
    next: u64,
}

/// The rows of one endpoint, or of one of its connections.
#[derive(Debug)]
pub struct Conversation {
    endpoint: EndpointId,
    conn: Option<ConnId>,
    encoding: TextEncoding,
    rows: VecDeque<Row>,
    text_bytes: usize,
    dropped: u64,
    streams: HashMap<(ConnId, Direction), Stream>,
    endings: HashMap<ConnId, EndingWatch>,
    /// The first call that is not looked at yet.
    next_seq: u64,
    generation: u64,
    behind: bool,
    /// Kept between calls so that each need not allocate.
    scratch: String,
}

impl Conversation {
    /// Empty until the first [`Self::update`].
    pub fn new(endpoint: EndpointId, encoding: TextEncoding) -> Self {
        Self {
            endpoint,
            conn: None,
            encoding,
            rows: VecDeque::new(),
            text_bytes: 0,
            dropped: 0,
            streams: HashMap::new(),
            endings: HashMap::new(),
            next_seq: 0,
            generation: 0,
            behind: false,
            scratch: String::new(),
        }
    }

    /// Narrowed to one connection.
    pub fn of_connection(endpoint: EndpointId, conn: ConnId, encoding: TextEncoding) -> Self {
        Self { conn: Some(conn), ..Self::new(endpoint, encoding) }
    }

    pub fn endpoint(&self) -> EndpointId {
        self.endpoint
    }

    pub fn conn(&self) -> Option<ConnId> {
        self.conn
    }

    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Oldest first.
    pub fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// How many rows have left at the old end; with it a view can give each row a number that stays.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The next update reads the kept calls again in this encoding.
    pub fn set_encoding(&mut self, encoding: TextEncoding) {
        if encoding != self.encoding {
            self.encoding = encoding;
            self.restart();
        }
    }

    /// Narrows to a connection, or shows all; the next update reads the kept calls again.
    pub fn set_conn(&mut self, conn: Option<ConnId>) {
        if conn != self.conn {
            self.conn = conn;
            self.restart();
        }
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.text_bytes = 0;
        self.streams.clear();
        self.endings.clear();
        self.next_seq = 0;
    }

    /// Takes in what has happened since the last update. Returns true where the rows have changed.
    pub fn update(&mut self, trace: &Trace) -> bool {
        self.update_while(trace, || true)
    }

    /// The same for as long as `goes_on` says so, which is asked now and then.
    pub fn update_while(&mut self, trace: &Trace, mut goes_on: impl FnMut() -> bool) -> bool {
        let mut changed = false;
        if trace.next_seq() < self.next_seq {
            // Another trace.
            changed = !self.rows.is_empty();
            self.restart();
        }
        if trace.generation() != self.generation {
            // Cleared. The decoders go on: the other half of a character may still come.
            self.generation = trace.generation();
            changed |= !self.rows.is_empty();
            self.rows.clear();
            self.text_bytes = 0;
        }
        let first_kept = trace.first_seq();
        while self.rows.front().is_some_and(|row| row.seq < first_kept) {
            self.drop_oldest();
            changed = true;
        }
        let seqs = match self.conn {
            Some(conn) => trace.of_stream((self.endpoint, Some(conn))),
            None => trace.of_endpoint(self.endpoint),
        };
        if let Some(seqs) = seqs {
            let unseen = seqs.partition_point(|seq| *seq < self.next_seq);
            // No call gives more than one row, so older ones could not stay anyway.
            let begin = unseen.max(seqs.len().saturating_sub(MAX_ROWS));
            let mut bytes = 0;
            for (taken, seq) in seqs.range(begin..begin.saturating_add(CALLS_PER_UPDATE)).enumerate() {
                if taken % CALLS_PER_LOOK == CALLS_PER_LOOK - 1 && !goes_on() {
                    break;
                }
                let Some(call) = trace.get(*seq) else { continue };
                changed |= self.take(call);
                self.next_seq = seq + 1;
                bytes += call.data.len() as u64;
                if bytes >= BYTES_PER_UPDATE {
                    break;
                }
            }
            self.behind = seqs.back().is_some_and(|last| *last >= self.next_seq);
        } else {
            self.behind = false;
        }
        if !self.behind {
            self.next_seq = trace.next_seq();
        }
        changed
    }

    /// True where the last update did not take in everything: another one should follow soon.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    fn take(&mut self, call: &Call) -> bool {
        let Some(kind) = self.kind(call) else { return false };
        let peer = match (&call.op, &kind) {
            (Op::SendTo { to, .. }, _) => Some(Addr::clone(to)),
            (Op::Connect { addr }, _) => Some(Addr::clone(addr)),
            (_, RowKind::Opened) => call.ends.peer.clone(),
            (_, RowKind::Sent { .. } | RowKind::Received { .. }) if call.conn.is_none() => call.ends.peer.clone(),
            _ => None,
        };
        self.text_bytes += kind.text_len();
        let rule = call.rule.clone();
        self.rows.push_back(Row { seq: call.seq, at: call.end(), conn: call.conn, peer, rule, kind });
        while self.rows.len() > MAX_ROWS || self.text_bytes > MAX_TEXT_BYTES {
            self.drop_oldest();
        }
        true
    }

    fn drop_oldest(&mut self) {
        if let Some(row) = self.rows.pop_front() {
            self.text_bytes -= row.kind.text_len();
            self.dropped += 1;
        }
    }

    fn kind(&mut self, call: &Call) -> Option<RowKind> {
        if let Some(conn) = call.conn {
            self.endings.entry(conn).or_default().see(call);
        }
        let mut ending = None;
        if let (Op::Close, Some(conn)) = (&call.op, call.conn) {
            ending = self.endings.remove(&conn).and_then(|watch| watch.ending().cloned());
            self.streams.remove(&(conn, Direction::Sent));
            self.streams.remove(&(conn, Direction::Received));
        }
        if let Outcome::Err(errno) = call.outcome {
            return Some(RowKind::Failed { op: call.op.name(), errno });
        }
        Some(match &call.op {
            // An empty datagram is a message; on a stream it is the end.
            Op::Recv { .. } if call.is_eof() && call.conn.is_some() => RowKind::PeerEnded,
            Op::Recv { .. } | Op::RecvFrom { .. } => {
                RowKind::Received { text: self.text(call, Direction::Received), len: call.len, lost: call.lost }
            }
            Op::Send { .. } | Op::SendTo { .. } | Op::SendFile { .. } => {
                RowKind::Sent { text: self.text(call, Direction::Sent), len: call.len }
            }
            Op::Accept => RowKind::Opened,
            // What connect(2) does to a UDP socket opens nothing.
            Op::Connect { .. } if call.conn.is_some() => RowKind::Opened,
            Op::Shutdown { how } => RowKind::HalfClosed { how: *how },
            Op::Close => RowKind::Closed { ending },
            Op::Connect { .. } | Op::Socket { .. } | Op::SetSockOpt { .. } | Op::Bind { .. } | Op::Listen { .. } => {
                return None;
            }
        })
    }

    fn text(&mut self, call: &Call, direction: Direction) -> String {
        self.scratch.clear();
        match call.conn {
            Some(conn) => {
                let offset = call.offset.unwrap_or(0);
                let stream = self
                    .streams
                    .entry((conn, direction))
                    .or_insert_with(|| Stream { decoder: StreamDecoder::new(self.encoding), next: offset });
                if call.offset.is_some_and(|offset| offset != stream.next) {
                    // What came between is gone: half a character from before belongs to nothing here.
                    stream.decoder = StreamDecoder::new(self.encoding);
                }
                stream.decoder.push(&call.data, &mut self.scratch);
                if call.is_truncated() {
                    stream.decoder.finish(&mut self.scratch);
                }
                stream.next = offset.saturating_add(call.len);
            }
            None => {
                let mut decoder = StreamDecoder::new(self.encoding);
                decoder.push(&call.data, &mut self.scratch);
                decoder.finish(&mut self.scratch);
            }
        }
        let cut = self.scratch.char_indices().nth(MAX_ROW_CHARS).map(|(at, _)| at);
        let mut text = self.scratch.get(..cut.unwrap_or(self.scratch.len())).unwrap_or_default().to_owned();
        if cut.is_some() || call.is_truncated() {
            text.push('…');
        }
        // One large call must not keep its buffer for ever.
        self.scratch.shrink_to(64 * 1024);
        text
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Domain, Ends, SocketType};

    const SERVER: EndpointId = EndpointId(1);

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn call(conn: u32, op: Op, outcome: Outcome) -> Call {
        Call {
            seq: 0,
            start: Nanos(5),
            took: 2,
            endpoint: SERVER,
            conn: ConnId::new(conn),
            op,
            outcome,
            ends: Arc::new(Ends { local: Some(addr(80)), peer: Some(addr(4242)) }),
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
        }
    }

    fn recv(conn: u32, offset: u64, data: &[u8]) -> Call {
        let len = data.len() as u64;
        let op = Op::Recv { max: 1024 };
        Call { offset: Some(offset), len, data: Bytes::copy_from_slice(data), ..call(conn, op, Outcome::Ok(len)) }
    }

    fn send(conn: u32, offset: u64, data: &[u8]) -> Call {
        Call { op: Op::Send { len: data.len() as u64 }, ..recv(conn, offset, data) }
    }

    fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for call in calls {
            trace.push(call);
        }
        trace
    }

    fn conversation(trace: &Trace) -> Conversation {
        let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
        conversation.update(trace);
        while conversation.is_behind() {
            conversation.update(trace);
        }
        conversation
    }

    fn received(text: &str, len: u64) -> RowKind {
        RowKind::Received { text: text.to_owned(), len, lost: 0 }
    }

    fn kinds(conversation: &Conversation) -> Vec<RowKind> {
        conversation.rows().iter().map(|row| row.kind.clone()).collect()
    }

    #[test]
    fn split_utf8_character_is_joined_across_two_recvs() {
        let trace = trace([recv(1, 0, b"\xe4\xbd"), recv(2, 0, b"x"), send(1, 0, b"y"), recv(1, 2, b"\xa0!")]);
        let conversation = conversation(&trace);
        let sent = RowKind::Sent { text: "y".to_owned(), len: 1 };
        assert_eq!(kinds(&conversation), [received("", 2), received("x", 1), sent, received("你!", 2)]);
    }

    #[test]
    fn a_conversation_over_many_calls_is_filled_bit_by_bit_with_the_newest() {
        let count = MAX_ROWS + 3 * CALLS_PER_UPDATE;
        let trace = trace((0..count as u64).map(|n| recv(1, n, b"x")));
        let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
        conversation.update(&trace);
        assert!(conversation.is_behind());
        assert_eq!(conversation.rows().len(), CALLS_PER_UPDATE);
        while conversation.is_behind() {
            conversation.update(&trace);
        }
        assert_eq!(conversation.rows().len(), MAX_ROWS);
        assert_eq!(conversation.rows().back().map(|row| row.seq), Some(count as u64));
        assert!(!conversation.update(&trace));
    }

    #[test]
    fn an_update_that_is_out_of_time_stops_and_the_next_ones_go_on() {
        let trace = trace((0..1_000).map(|n| recv(1, n, b"x")));
        let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
        let mut updates = 0;
        while updates == 0 || conversation.is_behind() {
            assert!(conversation.update_while(&trace, || false));
            updates += 1;
            assert!(conversation.rows().len() <= updates * CALLS_PER_LOOK);
        }
        assert_eq!((conversation.rows().len(), updates), (1_000, 1_000_usize.div_ceil(CALLS_PER_LOOK - 1)));
    }

    #[test]
    fn the_life_of_a_connection_is_told() {
        let refused = Errno::by_name("ECONNRESET").unwrap();
        let trace = trace([
            call(0, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, Outcome::Ok(3)),
            call(0, Op::Bind { addr: Arc::new(addr(80)) }, Outcome::Ok(0)),
            call(0, Op::Listen { backlog: 5 }, Outcome::Ok(0)),
            call(1, Op::Accept, Outcome::Ok(4)),
            recv(1, 0, b"hi"),
            recv(1, 2, b""),
            call(1, Op::Shutdown { how: How::Write }, Outcome::Ok(0)),
            call(1, Op::Send { len: 3 }, Outcome::Err(refused)),
            call(1, Op::Close, Outcome::Ok(0)),
        ]);
        let conversation = conversation(&trace);
        assert_eq!(
            kinds(&conversation),
            [
                RowKind::Opened,
                received("hi", 2),
                RowKind::PeerEnded,
                RowKind::HalfClosed { how: How::Write },
                RowKind::Failed { op: "send", errno: refused },
                RowKind::Closed { ending: Some(Ending::Peer { seq: 6 }) }
            ]
        );
        let opened = &conversation.rows()[0];
        assert_eq!((opened.seq, opened.at, opened.peer.clone()), (4, Nanos(7), Some(addr(4242))));
    }

    #[test]
    fn datagrams_are_decoded_one_by_one_and_name_their_peer() {
        let datagram =
            |data: &[u8], lost| Call { op: Op::RecvFrom { max: 65_535 }, offset: None, lost, ..recv(0, 0, data) };
        let to = Call { op: Op::SendTo { len: 1, to: Arc::new(addr(9)) }, offset: None, ..send(0, 0, b"a") };
        let trace = trace([datagram(b"\xe4\xbd", 7), datagram(b"\xa0", 0), datagram(b"", 0), to]);
        let conversation = conversation(&trace);
        let rows = conversation.rows();
        assert_eq!(rows[0].kind, RowKind::Received { text: "\\xe4\\xbd".to_owned(), len: 2, lost: 7 });
        assert_eq!(rows[1].kind, received("\\xa0", 1));
        assert_eq!(rows[2].kind, received("", 0));
        assert_eq!((rows[0].peer.clone(), rows[3].peer.clone()), (Some(addr(4242)), Some(addr(9))));
    }

    #[test]
    fn one_connection_can_be_looked_at_alone() {
        let trace = trace([call(1, Op::Accept, Outcome::Ok(4)), recv(1, 0, b"a"), recv(2, 0, b"b"), recv(1, 1, b"c")]);
        let mut conversation = Conversation::of_connection(SERVER, ConnId::new(2).unwrap(), TextEncoding::UTF_8);
        assert!(conversation.update(&trace));
        assert_eq!(kinds(&conversation), [received("b", 1)]);
        conversation.set_conn(ConnId::new(1));
        conversation.update(&trace);
        assert_eq!(kinds(&conversation), [RowKind::Opened, received("a", 1), received("c", 1)]);
        assert!(!conversation.update(&trace));
    }

    #[test]
    fn updates_take_only_what_is_new() {
        let mut trace = trace([recv(1, 0, b"\xe4")]);
        let mut conversation = conversation(&trace);
        trace.push(Call { endpoint: EndpointId(2), ..recv(1, 0, b"other") });
        assert!(!conversation.update(&trace));
        trace.push(recv(1, 1, b"\xbd\xa0"));
        assert!(conversation.update(&trace));
        assert_eq!(kinds(&conversation), [received("", 1), received("你", 2)]);
    }

    #[test]
    fn another_encoding_reads_the_kept_calls_again() {
        let trace = trace([recv(1, 0, b"\xc4\xe3\xba"), recv(1, 3, b"\xc3")]);
        let mut conversation = conversation(&trace);
        conversation.set_encoding("gbk".parse().unwrap());
        conversation.update(&trace);
        assert_eq!(kinds(&conversation), [received("你", 3), received("好", 1)]);
    }

    #[test]
    fn rows_leave_with_their_calls() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, 2_000);
        let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
        for n in 0..100 {
            trace.push(recv(1, n, b"a"));
            conversation.update(&trace);
            assert_eq!(conversation.rows().len(), trace.len());
        }
        assert_eq!(conversation.dropped() + conversation.rows().len() as u64, 100);
        assert_eq!(conversation.rows()[0].seq, trace.first_seq());
        trace.clear();
        assert!(conversation.update(&trace));
        assert!(conversation.rows().is_empty());
        trace.push(recv(1, 100, b"b"));
        conversation.update(&trace);
        assert_eq!(kinds(&conversation), [received("b", 1)]);
    }

    #[test]
    fn a_gap_and_a_cut_call_do_not_mix_up_characters() {
        // A first half whose second half is gone, then a call of which only the beginning was kept.
        let cut = Call { len: 1_000, ..recv(1, 500, b"a\xe4") };
        let trace = trace([recv(1, 0, b"\xe4\xbd"), cut, recv(1, 1_500, b"\xa0b")]);
        assert_eq!(kinds(&conversation(&trace)), [received("", 2), received("a\\xe4…", 1_000), received("\\xa0b", 2)]);
    }

    #[test]
    fn rows_and_their_texts_have_a_limit() {
        let long = vec![b'a'; MAX_ROW_CHARS + 1];
        let conversation = conversation(&trace([recv(1, 0, &long)]));
        let RowKind::Received { text, .. } = &conversation.rows()[0].kind else { panic!("not received") };
        assert_eq!(text.chars().count(), MAX_ROW_CHARS + 1);
        assert!(text.ends_with('…'));

        let mut many = trace((0..MAX_ROWS as u64 + 10).map(|n| recv(1, n, b"a")));
        let mut conversation = Conversation::new(SERVER, TextEncoding::UTF_8);
        while conversation.update(&many) {}
        assert_eq!(conversation.rows().len(), MAX_ROWS);
        many.push(recv(1, MAX_ROWS as u64 + 10, b"b"));
        conversation.update(&many);
        assert_eq!(
            (conversation.rows().len(), conversation.rows()[MAX_ROWS - 1].kind.clone()),
            (MAX_ROWS, received("b", 1))
        );
    }

    #[test]
    fn another_trace_is_read_from_its_beginning() {
        let mut conversation = conversation(&trace([recv(1, 0, b"a"), recv(1, 1, b"b")]));
        conversation.update(&trace([recv(1, 0, b"c")]));
        assert_eq!(kinds(&conversation), [received("c", 1)]);
    }
}
