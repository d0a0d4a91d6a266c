//! What a program prints, and what is typed to it. A thread for each, because a pipe blocks.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::news::News;
use crate::trace::program::Stream;

/// What is read from a program at once: 16 KiB.
const PIECE: usize = 16 * 1024;

/// How often is looked whether the session has caught up. Meanwhile the pipe fills, and the program waits.
const LOOK: Duration = Duration::from_millis(1);

/// What may wait for a program that does not read its input.
const MAX_TYPED: usize = 256;

/// At its end a program's output is waited for no longer than this: something else may go on printing.
const DRAIN: Duration = Duration::from_secs(2);

/// One stream that is being read.
#[derive(Debug, Default)]
struct Reading {
    /// How many bytes there were so far; locked while some are on their way to the session.
    passed: Mutex<u64>,
    #[cfg(unix)]
    pipe: Mutex<Option<std::os::fd::OwnedFd>>,
}

/// The streams of a program that are being read.
#[derive(Clone, Debug, Default)]
pub struct Consoles(Arc<[Reading; 2]>);

impl Consoles {
    /// Reads one to its end.
    #[cfg(unix)]
    pub fn read(&self, stream: Stream, from: impl Read + Into<std::os::fd::OwnedFd> + Send + 'static, news: News) {
        let pipe: std::os::fd::OwnedFd = from.into();
        let reading = &self.0[stream as usize];
        *reading.pipe.lock().unwrap_or_else(PoisonError::into_inner) = pipe.try_clone().ok();
        self.spawn(stream, std::fs::File::from(pipe), news);
    }

    #[cfg(not(unix))]
    pub fn read(&self, stream: Stream, from: impl Read + Send + 'static, news: News) {
        self.spawn(stream, from, news);
    }

    fn spawn(&self, stream: Stream, mut from: impl Read + Send + 'static, news: News) {
        let consoles = self.clone();
        let read = move || {
            let mut piece = vec![0; PIECE];
            let reading = &consoles.0[stream as usize];
            loop {
                wait_for_bytes(reading);
                while !news.is_ready() {
                    std::thread::sleep(LOOK);
                }
                let mut passed = reading.passed.lock().unwrap_or_else(PoisonError::into_inner);
                match from.read(&mut piece) {
                    Ok(0) => break,
                    Ok(len) => {
                        *passed += len as u64;
                        news.output(stream, Bytes::copy_from_slice(&piece[..len]));
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            reading.forget();
        };
        // Without a thread the program prints into a closed pipe, as where nobody listens.
        let _ = std::thread::Builder::new().name("socket-lab-out".to_owned()).spawn(read);
    }

    /// Waits until what has been printed so far has gone to the session.
    pub fn drain(&self) {
        let until = Instant::now() + DRAIN;
        for reading in self.0.iter() {
            while !reading.is_empty() && Instant::now() < until {
                std::thread::sleep(LOOK);
            }
        }
    }
}

impl Reading {
    #[cfg(unix)]
    fn is_empty(&self) -> bool {
        let pipe = self.pipe.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pipe) = pipe.as_ref() else { return true };
        // Taken from the pipe and not yet on their way: not empty either.
        let _passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        rustix::io::ioctl_fionread(pipe).is_ok_and(|bytes| bytes == 0)
    }

    #[cfg(not(unix))]
    fn is_empty(&self) -> bool {
        true
    }

    fn forget(&self) {
        #[cfg(unix)]
        self.pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Until there is something to read, without holding the lock.
#[cfg(unix)]
fn wait_for_bytes(reading: &Reading) {
    use rustix::event::{PollFd, PollFlags, poll};
    let pipe =
        reading.pipe.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|pipe| pipe.try_clone().ok());
    if let Some(pipe) = pipe {
        // Interrupted, the read waits instead.
        let _ = poll(&mut [PollFd::new(&pipe, PollFlags::IN)], None);
    }
}

#[cfg(not(unix))]
fn wait_for_bytes(_: &Reading) {}

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
