//! What a program's thread reports beside calls.

use std::sync::Arc;

use bytes::Bytes;

use super::living::{self, Living};
use super::unread::Unread;
use crate::engine::{Event, Recorder};
use crate::trace::program::{Ended, NotStarted, ProgramNews, Seen, Stream, Unwatched};
use crate::trace::{ConnId, SocketId};

#[derive(Clone)]
pub struct News {
    recorder: Recorder,
    living: Arc<Living>,
    unread: Unread,
}

impl News {
    pub fn new(recorder: Recorder, living: Arc<Living>) -> Self {
        Self { recorder, living, unread: Unread::default() }
    }

    /// What the program has printed and is not yet on its way.
    pub fn unread(&self) -> &Unread {
        &self.unread
    }

    fn send(&self, news: ProgramNews) {
        self.recorder.report(Event::Program { endpoint: self.recorder.endpoint(), news });
    }

    pub fn started(&self, pid: u32, seen: Seen) {
        self.send(ProgramNews::Started { pid, seen });
    }

    pub fn not_started(&self, why: NotStarted) {
        self.send(ProgramNews::NotStarted(why));
        self.send(ProgramNews::Gone);
    }

    pub fn output(&self, stream: Stream, bytes: Bytes) {
        self.send(ProgramNews::Output { stream, bytes });
    }

    pub fn source(&self, name: &str, text: &str) {
        self.send(ProgramNews::Source { name: name.into(), text: text.into() });
    }

    pub fn closed(&self, socket: SocketId, conn: Option<ConnId>) {
        self.send(ProgramNews::Closed { socket, conn });
    }

    pub fn unwatched(&self, why: Unwatched, pid: i32) {
        self.send(ProgramNews::Unwatched { why, pid: pid.cast_unsigned() });
    }

    /// The program has ended. What it has printed comes before that.
    pub fn ended(&self, how: Ended) {
        self.unread.drain();
        self.send(ProgramNews::Ended { how, left: self.living.count() });
    }

    pub fn all_ended(&self) {
        self.unread.drain();
        self.send(ProgramNews::Gone);
    }

    /// A process that the program has made, and that is ended with it.
    pub fn lives(&self, pid: u32) {
        self.living.add(pid.cast_signed(), living::handle(pid.cast_signed()));
    }

    pub fn lives_no_more(&self, pid: u32) {
        self.living.remove(pid.cast_signed());
    }

    /// The lab lets the program go.
    pub fn is_ending(&self) -> bool {
        self.living.is_ending()
    }

    /// False while the session has not caught up.
    pub fn is_ready(&self) -> bool {
        self.recorder.is_ready() || self.living.is_ending()
    }
}
