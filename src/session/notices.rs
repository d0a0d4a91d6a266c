//! The notices that the user has not dismissed yet. A notice goes by itself when its cause is gone; one that has gone
//! does not come back.

use std::collections::{HashMap, VecDeque};

use crate::engine::Error;
use crate::lab::{Addr, EndpointId};
use crate::trace::notice::{CallFailure, Detail};
use crate::trace::transfer::Way;
use crate::trace::{Errno, FileNotice, Notice, NoticeKind};

/// The most notices that are kept; the oldest leave first and are counted.
const MAX_NOTICES: usize = 500;

/// A notice under a number of its own, by which it is dismissed.
#[derive(Clone, Debug)]
pub struct Logged {
    pub number: u64,
    pub notice: Notice,
    /// How many equal ones came one after the other.
    pub times: u32,
}

#[derive(Debug, Default)]
pub struct Notices {
    kept: VecDeque<Logged>,
    next: u64,
    left: u64,
    /// Endpoints that are being opened, with the number of the first notice of that attempt.
    attempts: HashMap<EndpointId, u64>,
}

impl Notices {
    /// The same notice again and again (a repeat that fails, say) is one entry with a count.
    pub(super) fn push(&mut self, notice: Notice) {
        if self.is_only_an_end(&notice) {
            return;
        }
        if let Some(last) = self.kept.back_mut() {
            let same = last.notice.endpoint == notice.endpoint && last.notice.conn == notice.conn;
            if same && last.notice.kind == notice.kind {
                last.times = last.times.saturating_add(1);
                last.notice.at = notice.at;
                return;
            }
        }
        self.kept.push_back(Logged { number: self.next, notice, times: 1 });
        self.next += 1;
        if self.kept.len() > MAX_NOTICES {
            self.kept.pop_front();
            self.left += 1;
        }
    }

    /// Lets go what the notice says is over. True where it has nothing else to say.
    fn is_only_an_end(&mut self, notice: &Notice) -> bool {
        match &notice.kind {
            NoticeKind::AcceptResumed { .. } => {
                let of = notice.endpoint;
                self.end(|kept| kept.endpoint == of && is_retried(&kept.kind))
            }
            NoticeKind::File(FileNotice::Recorded { path: written, .. })
            | NoticeKind::File(FileNotice::Exported { path: written, .. }) => {
                self.end(|kept| match &kept.kind {
                    NoticeKind::File(FileNotice::RecordingFailed { path, .. })
                    | NoticeKind::File(FileNotice::NotRecording { path, .. })
                    | NoticeKind::File(FileNotice::ExportFailed { path, .. }) => path == written,
                    _ => false,
                });
                false
            }
            _ => false,
        }
    }

    /// An attempt to open the endpoint begins.
    pub(super) fn opening(&mut self, endpoint: EndpointId) {
        self.attempts.insert(endpoint, self.next);
    }

    /// It is open: what went wrong before is over, and so is what others had against its name and address. What this
    /// attempt itself had to say stays.
    pub(super) fn opened(&mut self, endpoint: EndpointId, name: &str, local: Option<&Addr>) {
        if let Some(first) = self.attempts.remove(&endpoint) {
            self.kept.retain(|logged| logged.notice.endpoint != Some(endpoint) || logged.number >= first);
        }
        self.end(|kept| match &kept.kind {
            NoticeKind::PeerNotOpen { name: missing } => **missing == *name,
            NoticeKind::CameBack { to, .. } => Some(to) == local,
            NoticeKind::CallFailed(CallFailure { call: "connect", addr, errno, detail: Detail::None }) => {
                local.is_some() && addr.as_ref() == local && is(*errno, "ECONNREFUSED")
            }
            _ => false,
        });
    }

    /// It is closed, and its address `local` is free again.
    pub(super) fn closed(&mut self, endpoint: EndpointId, local: Option<&Addr>) {
        self.end(|kept| match &kept.kind {
            NoticeKind::HeldOpen { .. } => kept.endpoint == Some(endpoint),
            kind if is_retried(kind) => kept.endpoint == Some(endpoint),
            NoticeKind::CallFailed(CallFailure {
                call: "bind" | "listen",
                addr,
                errno,
                detail: Detail::None | Detail::PortTaken(_),
            }) => local.is_some() && addr.as_ref() == local && is(*errno, "EADDRINUSE"),
            _ => false,
        });
    }

    /// There is no such endpoint any more.
    pub(super) fn removed(&mut self, endpoint: EndpointId) {
        self.attempts.remove(&endpoint);
        self.end(|kept| kept.endpoint == Some(endpoint));
    }

    /// The file that could not be moved before has been moved.
    pub(super) fn moved(&mut self, endpoint: EndpointId, way: Way, name: &str) {
        self.end(|kept| match &kept.kind {
            NoticeKind::TransferEnded(end) => kept.endpoint == Some(endpoint) && end.way == way && *end.name == *name,
            _ => false,
        });
    }

    /// Another lab takes the place of this one, with the notices that it had.
    pub(super) fn begin_anew(&mut self, theirs: Vec<Logged>) -> Vec<Logged> {
        self.attempts.clear();
        std::mem::replace(&mut self.kept, theirs.into()).into()
    }

    pub(super) fn dismiss(&mut self, number: u64) {
        self.kept.retain(|logged| logged.number != number);
    }

    pub(super) fn dismiss_all(&mut self) {
        self.kept.clear();
        self.left = 0;
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Logged> + ExactSizeIterator {
        self.kept.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many left unread because there were too many.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// True where one was there that is over now.
    fn end(&mut self, is_over: impl Fn(&Notice) -> bool) -> bool {
        let before = self.kept.len();
        self.kept.retain(|logged| !is_over(&logged.notice));
        self.kept.len() < before
    }
}

fn is(errno: Errno, name: &str) -> bool {
    errno.name() == Some(name)
}

/// The one place where what went wrong in the engine becomes what the user is told.
impl From<Error> for NoticeKind {
    fn from(error: Error) -> Self {
        match error {
            Error::Call(failure) => Self::CallFailed(failure),
            Error::Refused(refused) => Self::Refused(refused),
            Error::Unresolved { host, reason } => Self::Unresolved { host, reason },
            Error::NoSuchInterface { name } => Self::NoSuchInterface { name },
            Error::Service { reason } => Self::BadService { reason },
            Error::AcceptLimit { limit } => Self::AcceptLimit { limit },
            Error::Unsent { peer, bytes } => Self::Unsent { peer, bytes },
            Error::PeerNotOpen { name } => Self::PeerNotOpen { name },
            Error::Transfer(end) => Self::TransferEnded(end),
        }
    }
}

/// A server can't accept for now, and tries it again.
fn is_retried(kind: &NoticeKind) -> bool {
    matches!(kind, NoticeKind::CallFailed(CallFailure { detail: Detail::Retried, .. }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::trace::Nanos;
    use crate::trace::notice::{Holder, TransferEnd};
    use crate::trace::transfer::{End, Place, Verdict};

    const SERVER: EndpointId = EndpointId(1);
    const CLIENT: EndpointId = EndpointId(2);

    fn errno(name: &str) -> Errno {
        Errno::by_name(name).unwrap()
    }

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn failed(op: &'static str, port: u16, name: &str) -> NoticeKind {
        NoticeKind::CallFailed(CallFailure::new(op, Some(addr(port)), errno(name)))
    }

    fn told(notices: &mut Notices, endpoint: EndpointId, kind: NoticeKind) {
        notices.push(Notice { at: Nanos::default(), endpoint: Some(endpoint), conn: None, kind });
    }

    fn left(notices: &Notices) -> Vec<NoticeKind> {
        notices.iter().map(|logged| logged.notice.kind.clone()).collect()
    }

    #[test]
    fn what_kept_an_endpoint_from_opening_is_over_when_it_is_open() {
        let mut notices = Notices::default();
        notices.opening(SERVER);
        told(&mut notices, SERVER, failed("bind", 8000, "EADDRINUSE"));
        notices.closed(SERVER, None);
        assert_eq!(notices.iter().len(), 1, "an attempt that failed takes nothing away");
        notices.opening(SERVER);
        assert_eq!(notices.iter().len(), 1, "nor does one that has only begun");
        told(&mut notices, SERVER, failed("setsockopt", 8000, "EINVAL"));
        told(&mut notices, CLIENT, failed("connect", 8001, "ETIMEDOUT"));
        notices.opened(SERVER, "server", Some(&addr(8000)));
        let stays = [failed("setsockopt", 8000, "EINVAL"), failed("connect", 8001, "ETIMEDOUT")];
        assert_eq!(left(&notices), stays, "what this opening had to say, and what others have");
    }

    #[test]
    fn a_refused_client_is_no_trouble_once_the_server_listens() {
        let mut notices = Notices::default();
        told(&mut notices, CLIENT, failed("connect", 8000, "ECONNREFUSED"));
        told(&mut notices, CLIENT, failed("connect", 8001, "ECONNREFUSED"));
        told(&mut notices, CLIENT, NoticeKind::PeerNotOpen { name: "server".into() });
        notices.opened(SERVER, "server", Some(&addr(8000)));
        assert_eq!(left(&notices), [failed("connect", 8001, "ECONNREFUSED")]);
    }

    #[test]
    fn a_taken_port_is_no_trouble_once_it_is_free() {
        let mut notices = Notices::default();
        told(&mut notices, CLIENT, failed("bind", 8000, "EADDRINUSE"));
        told(&mut notices, CLIENT, failed("bind", 8000, "EACCES"));
        notices.closed(SERVER, Some(&addr(8000)));
        assert_eq!(left(&notices), [failed("bind", 8000, "EACCES")]);
    }

    #[test]
    fn a_port_that_a_program_has_is_no_trouble_once_it_is_free() {
        let mut notices = Notices::default();
        let by = Holder { pid: 7, program: "python3".into(), endpoint: None };
        let taken = |port| {
            let failure = CallFailure::new("bind", Some(addr(port)), errno("EADDRINUSE"));
            NoticeKind::CallFailed(failure.with(Detail::PortTaken(Box::new(by.clone()))))
        };
        told(&mut notices, CLIENT, taken(8000));
        told(&mut notices, CLIENT, taken(8001));
        notices.closed(SERVER, Some(&addr(8000)));
        assert_eq!(left(&notices), [taken(8001)]);
    }

    #[test]
    fn an_endpoint_that_is_removed_takes_its_notices_along() {
        let mut notices = Notices::default();
        told(&mut notices, SERVER, failed("bind", 8000, "EACCES"));
        told(&mut notices, CLIENT, failed("connect", 8001, "ECONNREFUSED"));
        notices.removed(SERVER);
        assert_eq!(left(&notices), [failed("connect", 8001, "ECONNREFUSED")]);
        notices.begin_anew(Vec::new());
        assert!(notices.is_empty());
    }

    #[test]
    fn a_server_that_accepts_again_says_no_more_that_it_can_not() {
        let mut notices = Notices::default();
        let paused = CallFailure::new("accept", Some(addr(8000)), errno("EMFILE")).with(Detail::Retried);
        told(&mut notices, SERVER, NoticeKind::CallFailed(paused));
        told(&mut notices, SERVER, NoticeKind::AcceptResumed { local: addr(8000) });
        assert!(notices.is_empty());
    }

    #[test]
    fn a_download_that_works_at_last_takes_the_failure_away() {
        let mut notices = Notices::default();
        let end = |name: &str| {
            let verdict = Verdict::Failed(End::Status(404));
            let (way, name, place) = (Way::Receiving, Arc::from(name), Place::Nowhere);
            NoticeKind::TransferEnded(Box::new(TransferEnd { way, name, peer: None, moved: 0, verdict, place }))
        };
        told(&mut notices, CLIENT, end("a"));
        told(&mut notices, CLIENT, end("b"));
        notices.moved(CLIENT, Way::Receiving, "a");
        assert_eq!(left(&notices), [end("b")]);
    }

    #[test]
    fn a_file_that_is_written_at_last_takes_the_failure_away() {
        let mut notices = Notices::default();
        let failed =
            |path: &str| NoticeKind::File(FileNotice::ExportFailed { path: path.into(), errno: errno("ENOSPC") });
        told(&mut notices, SERVER, failed("a"));
        told(&mut notices, SERVER, failed("b"));
        let written = NoticeKind::File(FileNotice::Exported { path: "a".into(), calls: 1, missed: 0, left_out: 0 });
        told(&mut notices, SERVER, written.clone());
        assert_eq!(left(&notices), [failed("b"), written]);
    }
}
