//! A file on its way out: sendfile(2) from the page cache to the socket, chunk by chunk, on a thread of its own.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(any(target_os = "linux", target_os = "android"))]
use socket2::Socket;

use super::progress::ProgressReporter;
use super::threads::{Line, Until};
use super::{PREVIEW, read_at};
use crate::engine::tap::Moved;
use crate::engine::tap::buffers::copied;
use crate::trace::transfer::End;
use crate::trace::{Errno, Op};

/// What one call is asked to send: 1 MiB. The system takes what its buffer has room for.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CHUNK: u64 = 1024 * 1024;

/// Read and sent at a time where sendfile can't be used.
const COPIED: u64 = 256 * 1024;

/// A file that is sent from its beginning.
pub struct Sending {
    pub line: Line,
    pub file: File,
    pub len: u64,
    /// The place of its first byte in the stream.
    pub offset: u64,
    pub stalled_after: Duration,
}

impl Sending {
    /// # Errors
    /// Why not all of it was sent.
    pub fn run(&self, progress: &mut ProgressReporter) -> Result<(), End> {
        let mut done = 0;
        let mut direct = cfg!(any(target_os = "linux", target_os = "android"));
        while done < self.len {
            let sent = if direct { self.send_direct(done) } else { self.send_copy(done) };
            match sent {
                Ok(0) => return Err(End::Shrank { expected: self.len }),
                Ok(sent) => {
                    done += sent as u64;
                    progress.moved(sent as u64);
                }
                // A file system or a socket that has no sendfile.
                Err(End::Broken { errno, .. }) if direct && done == 0 && is_unsupported(errno) => direct = false,
                Err(end) => return Err(end),
            }
        }
        Ok(())
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn send_direct(&self, done: u64) -> Result<usize, End> {
        let count = CHUNK.min(self.len - done);
        let preview = self.preview(done);
        let send = |socket: &Socket, count: usize| {
            let mut from = done;
            Ok(rustix::fs::sendfile(socket, &self.file, Some(&mut from), count)?)
        };
        let len = usize::try_from(count).unwrap_or(usize::MAX);
        self.line.call(&Op::SendFile { count }, len, Until::Writable, self.stalled_after, send, |sent| {
            self.moved(done, &preview, sent)
        })
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn send_direct(&self, done: u64) -> Result<usize, End> {
        self.send_copy(done)
    }

    fn send_copy(&self, done: u64) -> Result<usize, End> {
        let mut buffer = vec![0; usize::try_from(COPIED.min(self.len - done)).unwrap_or(PREVIEW)];
        let read = read_at(&self.file, &mut buffer, done);
        let read = read.map_err(|error| End::Disk { op: "read", path: PathBuf::new(), errno: Errno::from(&error) })?;
        let bytes = &buffer[..read];
        if bytes.is_empty() {
            return Ok(0);
        }
        let op = Op::Send { len: bytes.len() as u64 };
        self.line.call(
            &op,
            bytes.len(),
            Until::Writable,
            self.stalled_after,
            |socket, len| socket.send(&bytes[..len]),
            |sent| self.moved(done, &bytes[..bytes.len().min(PREVIEW)], sent),
        )
    }

    /// The first bytes of a chunk. sendfile shows no bytes to the program that calls it, so they are read from the file
    /// a second time: of a file that is written to at this moment they may differ from those that go out.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn preview(&self, done: u64) -> Vec<u8> {
        let mut bytes = vec![0; PREVIEW.min(self.line.tap.snaplen)];
        // Without a preview the call is shown without bytes; what is wrong with the file the call itself will say.
        let len = read_at(&self.file, &mut bytes, done).unwrap_or(0);
        bytes.truncate(len);
        bytes
    }

    fn moved(&self, done: u64, preview: &[u8], sent: usize) -> Moved {
        let kept = sent.min(preview.len()).min(self.line.tap.snaplen);
        Moved {
            offset: (sent > 0).then_some(self.offset + done),
            len: sent as u64,
            data: copied(&preview[..kept]),
            ..Moved::default()
        }
    }
}

fn is_unsupported(errno: Errno) -> bool {
    matches!(errno.name(), Some("EINVAL" | "EOPNOTSUPP" | "ENOSYS"))
}
