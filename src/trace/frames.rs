//! The messages that have bytes in one call, with the fields that their protocol names: worked out for the call that is
//! looked at.

use std::ops::Range;
use std::time::Duration;

use super::call::Call;
use super::flow::Way;
use super::said::Payload;
use super::store::Trace;
use crate::kinds::framing::{Frame, FrameKind, FrameScanner, FrameValue, Framing};
use crate::lab::TextEncoding;

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
    let scanner = FrameScanner::new(framing, encoding).starting_at(first);
    let mut reader = Reader { framing, scanner, begun: Vec::new(), found: Vec::new(), offset };
    for mover in movers {
        reader.read(mover, trace.said(mover));
        if mover.seq == call.seq {
            break;
        }
    }
    reader.finish()
}

struct Reader<'f> {
    framing: &'f Framing,
    scanner: FrameScanner,
    /// The beginning of the frame that is being read.
    begun: Vec<u8>,
    found: Vec<FoundFrame>,
    /// Where the call's bytes begin.
    offset: u64,
}

impl Reader<'_> {
    fn read(&mut self, call: &Call, said: Payload<'_>) {
        let now = Duration::from_nanos(call.start.0.saturating_add(call.took));
        if let Some(frame) = self.scanner.arrive(now) {
            self.take(&frame);
        }
        let mut missing = said.offset.unwrap_or(0).saturating_sub(self.scanner.position());
        self.skip(&mut missing);
        let mut rest: &[u8] = said.bytes;
        loop {
            let before = rest;
            let next = self.scanner.next_frame(&mut rest);
            let read = before.get(..before.len() - rest.len()).unwrap_or_default();
            self.begun.extend_from_slice(read);
            match next {
                Some(Ok(frame)) => self.take(&frame),
                Some(Err(_)) | None => break,
            }
        }
        let mut missing = said.missing();
        self.skip(&mut missing);
    }

    fn skip(&mut self, missing: &mut u64) {
        while let Some(Ok(frame)) = self.scanner.next_frame_in_gap(missing) {
            self.take(&frame);
        }
    }

    fn take(&mut self, frame: &Frame) {
        let len = usize::try_from(frame.range.end - frame.range.start).unwrap_or(usize::MAX).min(self.begun.len());
        let bytes: Vec<u8> = self.begun.drain(..len).collect();
        if frame.kind == FrameKind::Message && frame.range.end > self.offset {
            self.push(frame.range.clone(), true, &bytes);
        }
    }

    fn push(&mut self, range: Range<u64>, is_whole: bool, bytes: &[u8]) {
        if self.found.len() < MAX_FRAMES {
            let fields = self.framing.fields(bytes.get(..MAX_LOOKED_AT).unwrap_or(bytes));
            self.found.push(FoundFrame { range, is_whole, fields });
        }
    }

    fn finish(mut self) -> Vec<FoundFrame> {
        if self.scanner.is_within() && !self.scanner.has_ended() {
            let bytes = std::mem::take(&mut self.begun);
            self.push(self.scanner.start()..self.scanner.position(), false, &bytes);
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::{ConnId, Op, Outcome};

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
}
