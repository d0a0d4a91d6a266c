//! Reading a trace file, chunk by chunk, as far as it is sound.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;

use super::wire::{WireCall, WireDone, WireHead, WireMaker, WireName, WireNote, WirePrediction};
use super::wire_fault::WireFault;
use super::{CRC, Chunk, Head, MAGIC, MAX_CHUNK, MAX_NAME, Name, OLDEST, Stopped, StoppedKind, VERSION};
use crate::lab::EndpointId;
use crate::lang::visible::visible;
use crate::trace::call::Ends;
use crate::trace::prediction::Prediction;
use crate::trace::sockets::Numbering;
use crate::trace::store::Totals;
use crate::trace::{Call, MadeBy, SocketId, StreamKey};

/// Tag, length and checksum.
const FRAME: u64 = 12;

/// Room for a usual chunk: 512 KiB.
const USUAL: usize = 512 * 1024;

/// The most connections whose addresses are shared among their calls; then the list starts over.
const MAX_SHARED: usize = 65_536;

/// No number in a file is larger: what counts calls, bytes and nanoseconds on from there has room to do so.
const MOST: u64 = 1 << 62;

pub struct TraceReader<R: Read> {
    input: R,
    /// Where the next chunk begins, and its number.
    offset: u64,
    chunk: u64,
    next_seq: u64,
    /// How many bytes the calls have moved.
    moved: u64,
    ends: HashMap<StreamKey, Arc<Ends>>,
    version: u16,
    /// Who made the next calls, where it was a program; the next one is in front.
    makers: VecDeque<(u64, Arc<MadeBy>)>,
    /// Of the sockets of the oldest version.
    numbering: Numbering,
    done: bool,
}

impl<R: Read> TraceReader<R> {
    /// Begins with what stands before the calls.
    ///
    /// # Errors
    /// [`Stopped`] for a file that is something else, or is damaged at its very beginning.
    pub fn new(input: R) -> Result<(Self, Head), Stopped> {
        let mut reader = Self {
            input,
            offset: 0,
            chunk: 0,
            next_seq: 0,
            moved: 0,
            ends: HashMap::new(),
            version: VERSION,
            makers: VecDeque::new(),
            numbering: Numbering::default(),
            done: false,
        };
        let head = reader.begin().map_err(|kind| reader.stopped(kind))?;
        Ok((reader, head))
    }

    /// How many bytes of the file were sound so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next part; `None` behind the end of a complete file.
    ///
    /// # Errors
    /// [`Stopped`] where the file is not sound any more; there is nothing to read after that.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Stopped> {
        while !self.done {
            match self.part() {
                Ok(None) => {}
                Ok(part) => return Ok(part),
                Err(kind) => {
                    self.done = true;
                    return Err(self.stopped(kind));
                }
            }
        }
        Ok(None)
    }

    fn stopped(&self, kind: StoppedKind) -> Stopped {
        Stopped { offset: self.offset, chunk: self.chunk, kind }
    }

    fn begin(&mut self) -> Result<Head, StoppedKind> {
        let mut magic = [0; MAGIC.len()];
        match self.input.read_exact(&mut magic) {
            Ok(()) if magic == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(StoppedKind::Io((&error).into())),
            _ => return Err(StoppedKind::Foreign),
        }
        let mut version = [0; 2];
        self.exactly(&mut version)?;
        self.version = u16::from_le_bytes(version);
        if !(OLDEST..=VERSION).contains(&self.version) {
            return Err(StoppedKind::Version(self.version));
        }
        self.offset = (MAGIC.len() + version.len()) as u64;
        self.chunk = 1;
        let (tag, payload) = self.chunk()?;
        if &tag != b"HEAD" {
            return Err(StoppedKind::Malformed("the first one is not HEAD"));
        }
        let head: WireHead = whole(&payload)?;
        plausible(&[head.began_secs, head.first_seq, head.evicted_calls, head.evicted_bytes])?;
        self.next_seq = head.first_seq;
        self.passed(&payload);
        let began = Duration::from_secs(head.began_secs).checked_add(Duration::from_nanos(head.began_nanos.into()));
        Ok(Head {
            began: began.and_then(|began| UNIX_EPOCH.checked_add(began)).unwrap_or(UNIX_EPOCH),
            first_seq: head.first_seq,
            evicted_calls: head.evicted_calls,
            evicted_bytes: head.evicted_bytes,
        })
    }

    fn part(&mut self) -> Result<Option<Chunk>, StoppedKind> {
        let (tag, payload) = self.chunk()?;
        let part = match &tag {
            b"CALL" => Some(Chunk::Calls(self.calls(&payload)?)),
            b"NAME" => Some(Chunk::Names(names(&payload)?)),
            b"LAB_" => Some(Chunk::Lab(whole::<&str>(&payload)?.to_owned())),
            b"PROG" => {
                let makers: Vec<WireMaker<'_>> = whole(&payload)?;
                self.makers = makers.into_iter().map(|maker| (maker.seq, Arc::new(maker.made_by()))).collect();
                None
            }
            b"PRED" => {
                let said: Vec<WirePrediction<'_>> = whole(&payload)?;
                Some(Chunk::Predictions(said.into_iter().map(|said| (said.seq, said.prediction())).collect()))
            }
            b"FAUL" => {
                let faults: Vec<WireFault<'_>> = whole(&payload)?;
                faults.iter().try_for_each(|fault| plausible(&fault.numbers()))?;
                Some(Chunk::Faults(faults.into_iter().filter_map(WireFault::fault).collect()))
            }
            b"NOTE" => {
                let notes: Vec<WireNote<'_>> = whole(&payload)?;
                Some(Chunk::Notes(notes.into_iter().map(|note| (note.seq, note.note.to_owned())).collect()))
            }
            b"DONE" => {
                let WireDone { calls, sent_bytes, received_bytes } = whole(&payload)?;
                plausible(&[calls, sent_bytes, received_bytes])?;
                self.done = true;
                Some(Chunk::Done(Totals { calls, sent_bytes, received_bytes }))
            }
            _ => None,
        };
        self.passed(&payload);
        Ok(part)
    }

    fn passed(&mut self, payload: &Bytes) {
        self.offset += FRAME + payload.len() as u64;
        self.chunk += 1;
    }

    /// A chunk whose checksum is right.
    fn chunk(&mut self) -> Result<([u8; 4], Bytes), StoppedKind> {
        let mut tag = [0; 4];
        self.exactly(&mut tag)?;
        let mut len = [0; 4];
        self.exactly(&mut len)?;
        let announced = u32::from_le_bytes(len);
        let long = usize::try_from(announced).ok().filter(|len| *len <= MAX_CHUNK);
        let long = long.ok_or(StoppedKind::TooLong(announced.into()))?;
        // Grows with what is there and not with what was announced.
        let mut payload = Vec::with_capacity(long.min(USUAL));
        let there = (&mut self.input)
            .take(long as u64)
            .read_to_end(&mut payload)
            .map_err(|error| StoppedKind::Io((&error).into()))?;
        if there < long {
            return Err(StoppedKind::CutOff);
        }
        let mut crc = [0; 4];
        self.exactly(&mut crc)?;
        let mut digest = CRC.digest();
        digest.update(&tag);
        digest.update(&len);
        digest.update(&payload);
        if digest.finalize() != u32::from_le_bytes(crc) {
            return Err(StoppedKind::Checksum);
        }
        Ok((tag, Bytes::from(payload)))
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), StoppedKind> {
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => StoppedKind::CutOff,
            _ => StoppedKind::Io((&error).into()),
        })
    }

    fn calls(&mut self, payload: &Bytes) -> Result<Vec<Call>, StoppedKind> {
        let bad = |_| StoppedKind::Malformed("a call");
        let (count, mut rest) = postcard::take_from_bytes::<u32>(payload).map_err(bad)?;
        // A call has no fewer bytes than this.
        let mut calls = Vec::with_capacity(usize::try_from(count).unwrap_or(usize::MAX).min(payload.len() / 8));
        for _ in 0..count {
            let (wire, behind) = postcard::take_from_bytes::<WireCall<'_>>(rest).map_err(bad)?;
            rest = behind;
            let mut call = wire.call(payload).map_err(StoppedKind::Malformed)?;
            call.socket = if self.version == OLDEST {
                self.numbering.of(&call)
            } else {
                let (socket, behind) = postcard::take_from_bytes::<u32>(rest).map_err(bad)?;
                rest = behind;
                SocketId(socket)
            };
            if call.seq != self.next_seq {
                return Err(StoppedKind::Malformed("a call is missing before this one"));
            }
            plausible(&[call.start.0, call.took, call.offset.unwrap_or(0), call.len])?;
            self.moved += call.len;
            plausible(&[self.moved])?;
            self.next_seq += 1;
            call.made_by = self.maker(call.seq);
            call.ends = self.shared(&call);
            calls.push(call);
        }
        if rest.is_empty() { Ok(calls) } else { Err(StoppedKind::Malformed("more than calls")) }
    }

    fn maker(&mut self, seq: u64) -> Option<Arc<MadeBy>> {
        while self.makers.front().is_some_and(|(of, _)| *of < seq) {
            self.makers.pop_front();
        }
        self.makers.pop_front_if(|(of, _)| *of == seq).map(|(_, made_by)| made_by)
    }

    /// The calls of a connection have the same addresses, and share them.
    fn shared(&mut self, call: &Call) -> Arc<Ends> {
        let key = (call.endpoint, call.conn);
        match self.ends.get(&key) {
            Some(known) if *known == call.ends => Arc::clone(known),
            _ => {
                if self.ends.len() >= MAX_SHARED {
                    self.ends.clear();
                }
                self.ends.insert(key, Arc::clone(&call.ends));
                Arc::clone(&call.ends)
            }
        }
    }
}

/// What a file has of predictions, without its calls: one of a call may stand behind it, and whoever writes the calls one by
/// one wants it before. The rest of the file is skipped, as far as it is sound; then the place is the beginning again.
///
/// # Errors
/// Those of seeking.
pub fn read_predictions(mut input: impl Read + Seek) -> io::Result<Vec<(u64, Prediction)>> {
    let mut found = Vec::new();
    if let Ok((mut reader, _)) = TraceReader::new(&mut input) {
        while reader.skip_to(*b"PRED").is_ok_and(|there| there) {
            match reader.next_chunk() {
                Ok(Some(Chunk::Predictions(said))) => found.extend(said),
                _ => break,
            }
        }
    }
    input.seek(SeekFrom::Start(0))?;
    Ok(found)
}

impl<R: Read + Seek> TraceReader<R> {
    /// Skips the chunks before the next one with this tag; false where there is none.
    fn skip_to(&mut self, wanted: [u8; 4]) -> io::Result<bool> {
        loop {
            let mut begin = [0; 8];
            match self.input.read_exact(&mut begin) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(error),
            }
            let [tag @ .., a, b, c, d] = begin;
            if tag == wanted {
                self.input.seek_relative(-(begin.len() as i64))?;
                return Ok(true);
            }
            // The checksum stands behind the payload.
            self.input.seek_relative(i64::from(u32::from_le_bytes([a, b, c, d])) + 4)?;
        }
    }
}

/// What was counted is not as much; somebody has made it up.
fn plausible(numbers: &[u64]) -> Result<(), StoppedKind> {
    let sound = numbers.iter().all(|number| *number <= MOST);
    if sound { Ok(()) } else { Err(StoppedKind::Malformed("a number that can't be")) }
}

/// One structure and nothing behind it.
fn whole<'p, T: serde::Deserialize<'p>>(payload: &'p Bytes) -> Result<T, StoppedKind> {
    match postcard::take_from_bytes(payload) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(StoppedKind::Malformed("something follows")),
        Err(_) => Err(StoppedKind::Malformed("its structure")),
    }
}

fn names(payload: &Bytes) -> Result<Vec<Name>, StoppedKind> {
    let names: Vec<WireName<'_>> = whole(payload)?;
    let named = |wire: WireName<'_>| Name {
        endpoint: EndpointId(wire.endpoint),
        // The file may come from anywhere; no lab has such a name.
        name: visible(wire.name.chars().take(MAX_NAME).collect::<String>().as_str()).into(),
        encoding: wire.encoding.parse().unwrap_or_default(),
    };
    Ok(names.into_iter().map(named).collect())
}
