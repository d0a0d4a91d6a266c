//! The messages that have bytes in a call, with the fields that their protocol names: worked out for the call that is looked
//! at, or for each of many in their order.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use super::call::{Call, Op, SocketId};
use super::flow::Way;
use super::said::Payload;
use super::store::Trace;
use crate::kinds::framing::{Frame, FrameKind, FrameScanner, FrameValue, Framing};
use crate::lab::{EndpointId, TextEncoding};

/// The most bytes before the call that are read: where messages begin follows from all that came before.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The most messages that are found.
pub const MAX_FRAMES: usize = 64;
/// Of a message that has more bytes only these are looked at for fields.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// A message that has bytes in the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFrame {
    /// Its place in the stream; of one whose end has not come, as far as it has.
    pub range: Range<u64>,
    pub is_whole: bool,
    pub fields: Vec<FrameValue>,
}

/// The messages of a framing that names a protocol; nothing for any other, and where too much came before.
pub fn frames_of(trace: &Trace, call: &Call, framing: &Framing, encoding: TextEncoding) -> Vec<FoundFrame> {
    let (Some(way), Some(offset), Some(_)) = (Way::of(&call.op), call.offset, framing.preset()) else {
        return Vec::new();
    };
    let Some(flow) = trace.flow(call.socket) else { return Vec::new() };
    let movers: Vec<&Call> = flow.movers(way).iter().filter_map(|seq| trace.get(*seq)).collect();
    let first = movers.first().and_then(|first| first.offset).unwrap_or(offset);
    if offset.saturating_sub(first) > MAX_BYTES {
        return Vec::new();
    }
    let mut reader = Reader::new(framing, encoding, first);
    for mover in movers {
        let said = trace.said(mover);
        if mover.seq == call.seq {
            return reader.read(mover, said);
        }
        reader.skim(mover, said, u64::MAX);
    }
    Vec::new()
}

/// How the bytes of endpoints are cut into messages: those whose framing names a protocol.
pub type Framings = HashMap<EndpointId, (Framing, TextEncoding)>;

/// The fields of the messages of every call, for whoever looks through the calls one after the other.
#[derive(Clone, Debug, Default)]
pub struct FrameFields {
    framings: Framings,
    streams: HashMap<(SocketId, Way), Reader>,
}

impl FrameFields {
    /// Messages of endpoints that are not among them have no fields.
    pub fn new(framings: Framings) -> Self {
        Self { framings, streams: HashMap::new() }
    }

    /// Those that it reads by.
    pub fn framings(&self) -> &Framings {
        &self.framings
    }

    /// False where no endpoint's messages have fields.
    pub fn reads_any(&self) -> bool {
        !self.framings.is_empty()
    }

    /// Begins again at the first call.
    pub fn restart(&mut self) {
        self.streams.clear();
    }

    /// The fields of all messages that have bytes in the call, as far as they have come with it. Calls come in their order.
    pub fn of(&mut self, call: &Call, said: Payload<'_>) -> Vec<FrameValue> {
        if matches!(call.op, Op::Close) {
            [Way::Out, Way::In].into_iter().for_each(|way| drop(self.streams.remove(&(call.socket, way))));
            return Vec::new();
        }
        let (Some(way), Some(offset), true) = (Way::of(&call.op), said.offset, said.len > 0) else { return Vec::new() };
        let Some((framing, encoding)) = self.framings.get(&call.endpoint) else { return Vec::new() };
        let reader = self.streams.entry((call.socket, way)).or_insert_with(|| Reader::new(framing, *encoding, offset));
        reader.read(call, said).into_iter().flat_map(|frame| frame.fields).collect()
    }
}

/// One direction of a connection.
#[derive(Clone, Debug)]
struct Reader {
    framing: Framing,
    scanner: FrameScanner,
    /// The beginning of the frame that is being read.
    begun: Vec<u8>,
    found: Vec<FoundFrame>,
}

impl Reader {
    fn new(framing: &Framing, encoding: TextEncoding, first: u64) -> Self {
        let scanner = FrameScanner::new(framing, encoding).starting_at(first);
        Self { framing: framing.clone(), scanner, begun: Vec::new(), found: Vec::new() }
    }

    /// The messages that have bytes in the call.
    fn read(&mut self, call: &Call, said: Payload<'_>) -> Vec<FoundFrame> {
        self.skim(call, said, said.offset.unwrap_or(0));
        if self.scanner.is_within() && !self.scanner.has_ended() {
            let begun = std::mem::take(&mut self.begun);
            self.push(self.scanner.start()..self.scanner.position(), false, &begun);
            self.begun = begun;
        }
        std::mem::take(&mut self.found)
    }

    /// Reads on; finds the whole messages that end after that place.
    fn skim(&mut self, call: &Call, said: Payload<'_>, from: u64) {
        let now = Duration::from_nanos(call.start.0.saturating_add(call.took));
        if let Some(frame) = self.scanner.arrive(now) {
            self.take(&frame, from);
        }
        let mut missing = said.offset.unwrap_or(0).saturating_sub(self.scanner.position());
        self.skip(&mut missing, from);
        let mut rest: &[u8] = said.bytes;
        loop {
            let before = rest;
            let next = self.scanner.next_frame(&mut rest);
            let read = before.get(..before.len() - rest.len()).unwrap_or_default();
            self.begun.extend_from_slice(read);
            match next {
                Some(Ok(frame)) => self.take(&frame, from),
                Some(Err(_)) | None => break,
            }
        }
        if self.scanner.has_ended() {
            self.begun = Vec::new();
        }
        let mut missing = said.missing();
        self.skip(&mut missing, from);
    }

    fn skip(&mut self, missing: &mut u64, from: u64) {
        while let Some(Ok(frame)) = self.scanner.next_frame_in_gap(missing) {
            self.take(&frame, from);
        }
    }

    fn take(&mut self, frame: &Frame, from: u64) {
        let len = usize::try_from(frame.range.end - frame.range.start).unwrap_or(usize::MAX).min(self.begun.len());
        let bytes: Vec<u8> = self.begun.drain(..len).collect();
        if frame.kind == FrameKind::Message && frame.range.end > from {
            self.push(frame.range.clone(), true, &bytes);
        }
    }

    fn push(&mut self, range: Range<u64>, is_whole: bool, bytes: &[u8]) {
        if self.found.len() < MAX_FRAMES {
            let fields = self.framing.fields(bytes.get(..MAX_LOOKED_AT).unwrap_or(bytes));
            self.found.push(FoundFrame { range, is_whole, fields });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::trace::{ConnId, Outcome};

    fn trace(parts: &[&[u8]]) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let mut offset = 0;
        for part in parts {
            let len = part.len() as u64;
            trace.push(Call {
                endpoint: EndpointId(1),
                conn: ConnId::new(1),
                offset: Some(offset),
                len,
                data: Bytes::copy_from_slice(part),
                ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(len))
            });
            offset += len;
        }
        trace
    }

    #[test]
    fn a_call_has_the_messages_that_begin_end_and_lie_in_it() {
        let trace = trace(&[b"\0\x01\0\0\0\x02\x01", b"\x03\0\x02\0\0\0\x02\x01\x04\0\x03", b"\0\0\0\x02\x01\x05"]);
        let framing = Framing::of_preset("modbus-tcp").unwrap();
        let ids = |seq| {
            let call = trace.get(seq).unwrap();
            let frames = frames_of(&trace, call, &framing, TextEncoding::UTF_8);
            let id = |frame: FoundFrame| {
                let field = |name| frame.fields.iter().find(|field| field.name == name).and_then(|field| field.number);
                (field("id"), field("function"), frame.is_whole)
            };
            frames.into_iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(ids(1), [(Some(1), None, false)]);
        assert_eq!(ids(2), [(Some(1), Some(3), true), (Some(2), Some(4), true), (Some(3), None, false)]);
        assert_eq!(ids(3), [(Some(3), Some(5), true)]);
        assert_eq!(frames_of(&trace, trace.get(1).unwrap(), &Framing::line(), TextEncoding::UTF_8), []);
    }

    #[test]
    fn calls_that_are_read_in_their_order_have_the_fields_that_each_has_by_itself() {
        let trace = trace(&[b"\0\x01\0\0\0\x02\x01", b"\x03\0\x02\0\0\0\x02\x01\x04\0\x03", b"\0\0\0\x02\x01\x05"]);
        let framing = Framing::of_preset("modbus-tcp").unwrap();
        let mut fields = FrameFields::new(HashMap::from([(EndpointId(1), (framing.clone(), TextEncoding::UTF_8))]));
        for call in trace.from(1) {
            let alone = frames_of(&trace, call, &framing, TextEncoding::UTF_8);
            assert_eq!(
                fields.of(call, trace.said(call)),
                alone.into_iter().flat_map(|frame| frame.fields).collect::<Vec<_>>()
            );
        }
        fields.restart();
        assert!(
            fields
                .of(trace.get(1).unwrap(), trace.said(trace.get(1).unwrap()))
                .iter()
                .any(|field| field.name == "id" && field.number == Some(1))
        );
        assert_eq!(FrameFields::default().of(trace.get(2).unwrap(), trace.said(trace.get(2).unwrap())), []);
    }
}
