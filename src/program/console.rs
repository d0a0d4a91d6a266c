//! What a program prints, and what is typed to it. Threads of their own, because a pipe blocks.

#[cfg(unix)]
use std::fs::File;
use std::io::{Read, Write};
use std::process::{ChildStderr, ChildStdout};

use bytes::Bytes;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::news::News;
use super::unread::LOOK;
use crate::trace::program::Stream;

/// What is read from a program at once: 16 KiB.
const PIECE: usize = 16 * 1024;

/// What may wait for a program that does not read its input.
const MAX_TYPED: usize = 256;

/// Reads both to their ends, in one thread: what was printed to the first and then to the second comes in that order.
#[cfg(unix)]
pub fn read(out: Option<ChildStdout>, err: Option<ChildStderr>, news: &News) {
    use std::os::fd::OwnedFd;
    let streams = [(Stream::Out, out.map(OwnedFd::from)), (Stream::Err, err.map(OwnedFd::from))];
    let mut open: Vec<_> = streams.into_iter().filter_map(|(stream, pipe)| Some((stream, File::from(pipe?)))).collect();
    for (stream, pipe) in &open {
        news.unread().keep(*stream, pipe);
    }
    let news = news.clone();
    spawn(move || {
        let mut piece = vec![0; PIECE];
        while !open.is_empty() {
            let ready = with_bytes(&open);
            wait_for_session(&news);
            open.retain_mut(|(stream, pipe)| !ready.contains(stream) || pass(*stream, pipe, &mut piece, &news));
        }
    });
}

#[cfg(not(unix))]
pub fn read(out: Option<ChildStdout>, err: Option<ChildStderr>, news: &News) {
    fn each(stream: Stream, mut pipe: impl Read + Send + 'static, news: News) {
        spawn(move || {
            let mut piece = vec![0; PIECE];
            while pass(stream, &mut pipe, &mut piece, &news) {
                wait_for_session(&news);
            }
        });
    }
    if let Some(out) = out {
        each(Stream::Out, out, news.clone());
    }
    if let Some(err) = err {
        each(Stream::Err, err, news.clone());
    }
}

/// Hands on what is there of a stream; false at its end.
fn pass(stream: Stream, from: &mut impl Read, piece: &mut [u8], news: &News) -> bool {
    let mut passed = news.unread().passed(stream);
    match from.read(piece) {
        Ok(len) if len > 0 => {
            *passed += len as u64;
            news.output(stream, Bytes::copy_from_slice(&piece[..len]));
            return true;
        }
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return true,
        Ok(_) | Err(_) => {}
    }
    drop(passed);
    news.unread().forget(stream);
    false
}

/// Without a thread the program prints into a closed pipe, as where nobody listens.
fn spawn(read: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("socket-lab-out".to_owned()).spawn(read);
}

/// Meanwhile the pipe fills, and the program waits.
fn wait_for_session(news: &News) {
    while !news.is_ready() {
        std::thread::sleep(LOOK);
    }
}

/// Waits until there is something to read or an end; the streams that have it.
#[cfg(unix)]
fn with_bytes(open: &[(Stream, File)]) -> Vec<Stream> {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut polled: Vec<_> = open.iter().map(|(_, pipe)| PollFd::new(pipe, PollFlags::IN)).collect();
    loop {
        match poll(&mut polled, None) {
            Err(rustix::io::Errno::INTR) => {}
            // Then the reads wait instead.
            Err(_) => return open.iter().map(|(stream, _)| *stream).collect(),
            Ok(_) => break,
        }
    }
    let ready = open.iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
    ready.map(|((stream, _), _)| *stream).collect()
}

/// What is typed to a program.
#[derive(Clone, Debug)]
pub struct Input(Sender<Bytes>);

impl Input {
    pub fn new(to: impl Write + Send + 'static) -> Self {
        let (typed, lines) = bounded(MAX_TYPED);
        // Without a thread what is typed is refused.
        let _ = std::thread::Builder::new().name("socket-lab-in".to_owned()).spawn(move || write(to, &lines));
        Self(typed)
    }

    /// False where it is not taken: too much waits already, or the program has closed its input.
    pub fn send(&self, bytes: Bytes) -> bool {
        self.0.try_send(bytes).is_ok()
    }
}

fn write(mut to: impl Write, lines: &Receiver<Bytes>) {
    for bytes in lines {
        if to.write_all(&bytes).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
