//! What was said at an endpoint: its calls as a list of messages and turning points, for the conversation view.
//!
//! It follows the trace: each update costs what has happened since the last one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::call::{Call, ConnId, Nanos, Op, Outcome, SocketId};
use super::direction::Direction;
use super::ending::{Ending, EndingWatch};
use super::errno::Errno;
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::said::Payload;
use super::store::Trace;
use super::text::StreamDecoder;
use crate::lab::{Addr, EndpointId, TextEncoding};
use crate::values::How;

/// The most characters of one row's text; then comes `…`. The inspector shows the rest.
pub const MAX_ROW_CHARS: usize = 4_096;
/// The most rows; the oldest leave.
pub const MAX_ROWS: usize = 100_000;
/// The most bytes of text in all rows together; the oldest leave.
pub const MAX_TEXT_BYTES: usize = 32 * 1024 * 1024;

/// The most calls, and bytes of them, that one update reads: a conversation that is opened over millions of calls
/// is filled frame by frame.
pub const CALLS_PER_UPDATE: usize = 4_000;
const BYTES_PER_UPDATE: u64 = 1024 * 1024;

/// How long the beginning of a character is kept back for its rest.
pub const HOLD: Nanos = Nanos(300_000_000);

/// What a call's bytes say: each of them is in it once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    text: String,
    /// Bytes of the text at its beginning, for the rest of a character that an earlier call began: `\xa0(你)`.
    joined: usize,
    /// Bytes of the text at its end, for the beginning of a character: `\xe4\xbd`.
    begun: usize,
    /// The last of these is kept back, because the rest of the character may be about to come.
    holds: bool,
}

impl Said {
    /// All that is to be shown by now.
    pub fn text(&self) -> &str {
        let kept_back = if self.holds { self.begun } else { 0 };
        self.text.get(..self.text.len() - kept_back).unwrap_or(&self.text)
    }

    /// [`Self::text`] in three: the rest of a character that an earlier call began, whole characters, and the beginning
    /// of one that this call has not completed.
    pub fn pieces(&self) -> [&str; 3] {
        let end = self.text.len() - self.begun;
        let piece = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let begun = if self.holds { "" } else { piece(end, self.text.len()) };
        [piece(0, self.joined.min(end)), piece(self.joined.min(end), end), begun]
    }
}

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
    /// `len` counts its bytes.
    Sent { said: Said, len: u64 },
    /// As above; `lost` bytes of a datagram did not fit in the buffer.
    Received { said: Said, len: u64, lost: u32 },
    /// A connection was accepted or made.
    Opened,
    /// `recv() = 0`
    PeerEnded,
    /// `recv() = 0` of a side that has shut down reading.
    NothingRead,
    /// shutdown(2) went well.
    HalfClosed { how: How },
    /// A connection, with what had ended it first where that is known; a socket whose connect failed never had one.
    Closed { connected: bool, ending: Option<Ending> },
    /// A call failed; `op` is its C name.
    Failed { op: &'static str, errno: Errno },
    /// A datagram came back: the error queue says so.
    CameBack { errno: Errno },
    /// A call waited `took` nanoseconds and never returned.
    Abandoned { op: &'static str, took: u64 },
}

impl RowKind {
    /// What was said, of a call that moved bytes.
    pub fn said(&self) -> Option<&Said> {
        match self {
            Self::Sent { said, .. } | Self::Received { said, .. } => Some(said),
            _ => None,
        }
    }

    fn text_len(&self) -> usize {
        self.said().map_or(0, |said| said.text.len())
    }
}

/// One direction of a connection.
#[derive(Debug)]
struct Stream {
    decoder: StreamDecoder,
    /// Where the next byte stands; another place means that calls between are gone.
    next: u64,
}

/// A row whose last bytes are kept back.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// Counted from the first row ever.
    row: u64,
    conn: Option<ConnId>,
    since: Nanos,
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
    streams: HashMap<(SocketId, Direction), Stream>,
    endings: HashMap<SocketId, EndingWatch>,
    /// Whose connect failed.
    refused: HashSet<SocketId>,
    /// One for each direction of a connection at most.
    held: Vec<Held>,
    follower: Follower,
    behind: bool,
    /// The rows are not what they were when the last update began.
    changed: bool,
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
            refused: HashSet::new(),
            held: Vec::new(),
            follower: Follower::default(),
            behind: false,
            changed: false,
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

    /// How many rows there were before the first one. With it a view gives each row a number that stays, and that no
    /// other row ever has.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The next update reads the kept calls again in this encoding.
    pub fn set_encoding(&mut self, encoding: TextEncoding) {
        if encoding != self.encoding {
            self.encoding = encoding;
            self.reset();
            self.follower.restart();
        }
    }

    /// Narrows to a connection, or shows all; the next update reads the kept calls again.
    pub fn set_conn(&mut self, conn: Option<ConnId>) {
        if conn != self.conn {
            self.conn = conn;
            self.reset();
            self.follower.restart();
        }
    }

    /// Takes in what has happened since the last update. Returns true where the rows have changed.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>) -> bool {
        self.update_while(of, || true)
    }

    /// The same for as long as `goes_on` says so, which is asked now and then.
    pub fn update_while<'t>(&mut self, of: impl Into<AsOf<'t>>, goes_on: impl FnMut() -> bool) -> bool {
        // No call gives more than one row, so the rows of older ones could not stay anyway.
        const BUDGET: Budget = Budget::UNLIMITED.calls(CALLS_PER_UPDATE).bytes(BYTES_PER_UPDATE).newest(MAX_ROWS);
        let of = of.into();
        self.changed = false;
        let calls = match self.conn {
            Some(conn) => {
                // A relay's connection has two.
                let mut sockets = of.trace.sockets_of((self.endpoint, Some(conn)));
                let seqs = |socket: Option<SocketId>| socket.and_then(|socket| of.trace.of_socket(socket));
                match (seqs(sockets.next()), seqs(sockets.next())) {
                    (Some(one), Some(other)) => Source::Merged(one, other),
                    (one, _) => Source::of(one),
                }
            }
            None => Source::of(of.trace.of_endpoint(self.endpoint)),
        };
        self.behind = !projection::follow(self, of, calls, BUDGET, goes_on);
        self.changed
    }

    /// Shows the beginnings of characters that have been kept back for [`HOLD`] by now. Returns when the next is due.
    pub fn show_held(&mut self, now: Nanos) -> Option<Nanos> {
        let due = |held: &Held| Nanos(held.since.0.saturating_add(HOLD.0));
        self.release(|held| due(held) <= now);
        self.held.iter().map(due).min()
    }

    fn release(&mut self, is_over: impl Fn(&Held) -> bool) {
        let (rows, dropped) = (&mut self.rows, self.dropped);
        self.held.retain(|held| {
            let over = is_over(held);
            let index = held.row.checked_sub(dropped).and_then(|index| usize::try_from(index).ok());
            let row = index.and_then(|index| rows.get_mut(index));
            if let Some(RowKind::Sent { said, .. } | RowKind::Received { said, .. }) = row.map(|row| &mut row.kind) {
                said.holds = !over;
            }
            !over
        });
    }

    /// True where the last update did not take in everything: another one should follow soon.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    fn drop_oldest(&mut self) {
        if let Some(row) = self.rows.pop_front() {
            self.text_bytes -= row.kind.text_len();
            self.dropped += 1;
        }
    }

    fn kind(&mut self, call: &Call, payload: Payload<'_>) -> Option<RowKind> {
        if call.conn.is_some() {
            self.endings.entry(call.socket).or_default().see(call);
        }
        let will_not_read =
            call.conn.and_then(|_| self.endings.get(&call.socket)).is_some_and(EndingWatch::will_not_read);
        let mut ending = None;
        let mut connected = call.conn.is_some();
        if let (Op::Close, Some(_)) = (&call.op, call.conn) {
            ending = self.endings.remove(&call.socket).and_then(|watch| watch.ending().cloned());
            connected = !self.refused.remove(&call.socket);
            self.streams.remove(&(call.socket, Direction::Sent));
            self.streams.remove(&(call.socket, Direction::Received));
        }
        if let (Op::Connect { .. }, Some(_)) = (&call.op, call.conn) {
            match call.outcome {
                Outcome::Err(_) if call.is_in_progress() => self.refused.remove(&call.socket),
                Outcome::Err(_) => self.refused.insert(call.socket),
                Outcome::Ok(_) => self.refused.remove(&call.socket),
                Outcome::Abandoned => self.refused.insert(call.socket),
            };
        }
        if let Op::Other(other) = &call.op {
            return Some(RowKind::CameBack { errno: Errno::by_name(other.came_back()?.errno)? });
        }
        if call.is_in_progress() {
            return Some(RowKind::Opened);
        }
        if let Outcome::Err(errno) = call.outcome {
            // A program has looked whether there is something; nothing was said.
            if call.found_nothing() && call.made_by.is_some() {
                return None;
            }
            return Some(RowKind::Failed { op: call.name(), errno });
        }
        if call.is_abandoned() {
            let abandoned = RowKind::Abandoned { op: call.name(), took: call.took };
            // That a listener has closed is no part of what was said.
            return (call.op != Op::Accept).then_some(abandoned);
        }
        Some(match &call.op {
            Op::Recv { .. } if call.is_eof() && will_not_read => RowKind::NothingRead,
            // An empty datagram is a message; on a stream it is the end.
            Op::Recv { .. } if call.is_eof() && call.conn.is_some() => RowKind::PeerEnded,
            Op::Recv { .. } | Op::RecvFrom { .. } => RowKind::Received {
                said: self.said(call, payload, Direction::Received),
                len: payload.len,
                lost: call.lost,
            },
            Op::Send { .. } | Op::SendTo { .. } | Op::SendFile { .. } => {
                RowKind::Sent { said: self.said(call, payload, Direction::Sent), len: payload.len }
            }
            Op::Accept => RowKind::Opened,
            // What connect(2) does to a UDP socket opens nothing.
            Op::Connect { .. } if call.conn.is_some() => RowKind::Opened,
            Op::Shutdown { how } => RowKind::HalfClosed { how: *how },
            Op::Close => RowKind::Closed { connected, ending },
            Op::Other(_)
            | Op::Connect { .. }
            | Op::Socket { .. }
            | Op::SetSockOpt { .. }
            | Op::Bind { .. }
            | Op::Listen { .. } => {
                return None;
            }
        })
    }

    fn said(&mut self, call: &Call, payload: Payload<'_>, direction: Direction) -> Said {
        self.scratch.clear();
        let (mut joined, mut begun) = (0, 0);
        match call.conn {
            Some(_) => {
                let offset = payload.offset.unwrap_or(0);
                let stream = self
                    .streams
                    .entry((call.socket, direction))
                    .or_insert_with(|| Stream { decoder: StreamDecoder::new(self.encoding), next: offset });
                if payload.offset.is_some_and(|offset| offset != stream.next) {
                    // What came between is gone: half a character from before belongs to nothing here.
                    stream.decoder = StreamDecoder::new(self.encoding);
                }
                joined = stream.decoder.push(payload.bytes, &mut self.scratch);
                let whole = self.scratch.len();
                if payload.is_cut() {
                    stream.decoder.finish(&mut self.scratch);
                } else {
                    stream.decoder.show_held(&mut self.scratch);
                    begun = self.scratch.len() - whole;
                }
                stream.next = offset.saturating_add(payload.len);
            }
            None => {
                let mut decoder = StreamDecoder::new(self.encoding);
                decoder.push(payload.bytes, &mut self.scratch);
                decoder.finish(&mut self.scratch);
            }
        }
        let cut = self.scratch.char_indices().nth(MAX_ROW_CHARS).map(|(at, _)| at);
        let mut text = self.scratch.get(..cut.unwrap_or(self.scratch.len())).unwrap_or_default().to_owned();
        if cut.is_some() || payload.is_cut() {
            text.push('…');
            begun = 0;
        }
        // One large call must not keep its buffer for ever.
        self.scratch.shrink_to(64 * 1024);
        Said { joined: joined.min(text.len()), text, begun, holds: begun > 0 }
    }
}

impl Projection for Conversation {
    const OUTLIVES_CLEARING: bool = true;

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        if call.conn.is_some() {
            // The connection has gone on: what it brought before is all that it brought.
            self.release(|held| held.conn == call.conn);
        }
        let Some(kind) = self.kind(call, said) else { return };
        let peer = match (&call.op, &kind) {
            (Op::SendTo { to, .. }, _) => Some(Addr::clone(to)),
            (Op::Connect { addr }, _) => Some(Addr::clone(addr)),
            (_, RowKind::Opened) => call.ends.peer.clone(),
            (_, RowKind::Sent { .. } | RowKind::Received { .. }) if call.conn.is_none() => call.ends.peer.clone(),
            _ => None,
        };
        self.text_bytes += kind.text_len();
        if kind.said().is_some_and(|said| said.holds) {
            let row = self.dropped + self.rows.len() as u64;
            self.held.push(Held { row, conn: call.conn, since: call.end() });
        }
        let rule = call.rule.clone();
        self.rows.push_back(Row { seq: call.seq, at: call.end(), conn: call.conn, peer, rule, kind });
        while self.rows.len() > MAX_ROWS || self.text_bytes > MAX_TEXT_BYTES {
            self.drop_oldest();
        }
        self.changed = true;
    }

    fn evict(&mut self, trace: &Trace) {
        let first_kept = trace.first_seq();
        while self.rows.front().is_some_and(|row| row.seq < first_kept) {
            self.drop_oldest();
            self.changed = true;
        }
        let dropped = self.dropped;
        self.held.retain(|held| held.row >= dropped);
    }

    fn reset(&mut self) {
        self.changed |= !self.rows.is_empty();
        self.dropped += self.rows.len() as u64;
        self.rows.clear();
        self.text_bytes = 0;
        self.streams.clear();
        self.endings.clear();
        self.refused.clear();
        self.held.clear();
    }
}

#[cfg(test)]
mod tests;
