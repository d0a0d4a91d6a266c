//! A file on its way in: large reads into one buffer, each written to the `.part` at once, on a thread of its own.

use std::io::Read as _;
use std::time::Duration;

use super::PREVIEW;
use super::part_file::PartFile;
use super::progress::ProgressReporter;
use super::threads::{Line, Until};
use crate::engine::tap::Moved;
use crate::engine::tap::buffers::copied;
use crate::trace::Op;
use crate::trace::transfer::End;

/// What one `recv` is asked for unless the endpoint says otherwise: 1 MiB.
pub const RECV_SIZE: u32 = 1024 * 1024;

/// A download of which nothing has moved for this time is given up.
pub const STALLED_AFTER: Duration = Duration::from_secs(30);

/// The first byte may take longer: a server that has no transfer free lets its clients wait for their turn.
pub const FIRST_WITHIN: Duration = Duration::from_secs(120);

/// A stream that is saved up to its end.
pub struct Receiving {
    pub line: Line,
    pub recv_size: u32,
    /// The place of the next byte in the stream.
    pub offset: u64,
    pub first_within: Duration,
    pub stalled_after: Duration,
}

impl Receiving {
    /// Until the peer ends its side.
    ///
    /// # Errors
    /// Why the stream did not come to its end; what came is in `part`.
    pub fn run(&self, part: &mut PartFile, progress: &mut ProgressReporter) -> Result<(), End> {
        let op = Op::Recv { max: u64::from(self.recv_size) };
        let mut buffer = vec![0; self.recv_size as usize];
        let mut offset = self.offset;
        let mut patience = self.first_within;
        loop {
            let len = {
                // Kept by the record as well as written: the borrow ends with the call.
                let whole = buffer.len();
                let buffer = std::cell::RefCell::new(&mut buffer);
                self.line.call(
                    &op,
                    whole,
                    Until::Readable,
                    patience,
                    |mut socket, len| socket.read(&mut buffer.borrow_mut()[..len]),
                    |len| {
                        let kept = len.min(PREVIEW).min(self.line.tap.snaplen);
                        Moved {
                            offset: (len > 0).then_some(offset),
                            len: len as u64,
                            data: copied(&buffer.borrow()[..kept]),
                            ..Moved::default()
                        }
                    },
                )?
            };
            if !progress.has_begun() {
                progress.begun(None, 0);
            }
            if len == 0 {
                return Ok(());
            }
            let before = part.len();
            let written = part.write(&buffer[..len]);
            // A full disk: as many as there was room for.
            progress.moved(part.len() - before);
            written?;
            offset += len as u64;
            patience = self.stalled_after;
        }
    }
}
