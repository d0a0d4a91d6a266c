//! Downloads and what is said of transfers in the end.
//!
//! Trouble could be reported twice: a command fails ([`Event::Done`]), and the transfer it began says why it ended. So one
//! place decides, [`Session::settle`], for each transfer once, as soon as its verdict is known:
//!
//! - A download that a step began is the step's result; failed as the step's `fails` says, it is nothing else.
//! - Any other that went wrong, or brought nothing, is one notice. Of a command that failed before anything could be asked
//!   for, that failure is the notice, for it names the address.
//! - What a server sends to a client of this lab is reported by the download. What it refuses has the engine's own notice
//!   ([`NoticeKind::FileRefused`]), and then the download of this lab has none.
//! - What went well needs no notice; a run that prints as it goes hears of it ([`Happening::Transfer`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Happening, Session};
use crate::engine::DownloadRequest;
use crate::engine::{Command, Error, Event, Job, JobId, Opening};
use crate::lab::address::Host;
use crate::lab::transfer::{FileShare, Protocol};
use crate::lab::{Addr, EndpointId, EndpointKind, EndpointSpec, HostPort, Remote};
use crate::trace::notice::{Missing, TransferEnd};
use crate::trace::transfer::{Asked, News, Place, Transfer, TransferId, Verdict, Way, What};
use crate::trace::{Notice, NoticeKind};

/// The downloads whose commands are not done, and the transfers of which nothing was said yet.
#[derive(Debug, Default)]
pub(super) struct Downloads {
    /// In the order in which they were asked for.
    pending: Vec<Pending>,
    untold: BTreeSet<TransferId>,
}

#[derive(Debug)]
struct Pending {
    job: JobId,
    endpoint: EndpointId,
    fetch: Box<DownloadRequest>,
    /// Set when the engine has reported it.
    transfer: Option<TransferId>,
    done: Option<Result<(), NoticeKind>>,
}

impl Pending {
    fn is(&self, endpoint: EndpointId, asked: &Asked) -> bool {
        self.endpoint == endpoint
            && self.fetch.protocol == asked.protocol
            && *self.fetch.name == *asked.name
            && Some(&self.fetch.save_to) == asked.save_to.as_ref()
    }
}

impl Downloads {
    /// A transfer begins; a download belongs to the first command that asked for it and has none yet.
    fn begin(&mut self, id: TransferId, asked: &Asked) {
        self.untold.insert(id);
        let known = self.pending.iter().any(|pending| pending.transfer == Some(id));
        if asked.way == Way::Receiving && !known {
            let mut waiting = self.pending.iter_mut().filter(|pending| pending.transfer.is_none());
            if let Some(pending) = waiting.find(|pending| pending.is(asked.endpoint, asked)) {
                pending.transfer = Some(id);
            }
        }
    }
}

impl Session {
    /// How a file is asked for at that server, where nobody says: as an endpoint of this lab that is there serves it,
    /// else as in the tutorials.
    pub fn protocol_of(&self, remote: &Remote) -> Protocol {
        self.sharing(remote).map(|(protocol, _)| protocol).unwrap_or_default()
    }

    /// What is shared there, where a server of this lab shares files there.
    pub fn share_at(&self, remote: &Remote) -> Option<&FileShare> {
        self.sharing(remote).map(|(_, share)| share)
    }

    fn sharing(&self, remote: &Remote) -> Option<(Protocol, &FileShare)> {
        match remote {
            Remote::Endpoint(name) => self.endpoint_named(name)?.spec.service.share(),
            Remote::Inet(target) => self
                .endpoints
                .iter()
                .filter(|endpoint| endpoint.live.local().is_some_and(|local| is_at(local, target)))
                .find_map(|endpoint| endpoint.spec.service.share()),
            Remote::Path(_) => None,
        }
    }

    /// Downloads over that client; the job's `Done` and the transfer's own news say how it went.
    pub(super) fn download(&mut self, endpoint: EndpointId, fetch: Box<DownloadRequest>) -> JobId {
        let job = self.job();
        self.downloads.pending.push(Pending { job, endpoint, fetch: fetch.clone(), transfer: None, done: None });
        self.download_as(job, endpoint, fetch);
        job
    }

    /// The address of a client's server is looked up now, or as soon as that server is open.
    pub(super) fn download_as(&mut self, job: JobId, id: EndpointId, fetch: Box<DownloadRequest>) {
        let Some(endpoint) = self.endpoint_now(id) else {
            let result = Err(Error::missing(Missing::Endpoint));
            self.engine.report(Event::Done { job, endpoint: id, conn: None, result });
            return;
        };
        let remote = match self.remote_of(endpoint) {
            Ok(remote) => remote,
            // What is open has its peer.
            Err(_) if endpoint.live.is_open() => None,
            Err(why) => return self.put_off(job, id, why, Some(fetch)),
        };
        let opening = Opening {
            spec: Arc::new(endpoint.spec.clone()),
            remote,
            next_conn: endpoint.live.observed.conns_begun.saturating_add(1),
        };
        self.engine.command(Command::new(job, id, Job::Download { opening, fetch }));
    }

    pub(super) fn download_from(&mut self, remote: Remote, name: &str, fetch: Box<DownloadRequest>) -> EndpointId {
        let mut spec = EndpointSpec::new(name, EndpointKind::TCP_CLIENT);
        // The name of the file is asked for in the encoding that the server reads it in.
        if let Remote::Endpoint(server) = &remote
            && let Some(server) = self.endpoint_named(server)
        {
            spec.encoding = server.spec.encoding;
        }
        spec.remote = Some(remote);
        let client = self.add(spec);
        self.download(client, fetch);
        client
    }

    /// The same once more, from what is there of it.
    pub(super) fn retry(&mut self, id: TransferId) {
        let Some(transfer) = self.lab.transfers.get(id).filter(|transfer| transfer.is_over()) else { return };
        let (Way::Receiving, Some(save_to)) = (transfer.asked.way, transfer.asked.save_to.clone()) else { return };
        let part = match &transfer.place {
            Place::Part(path) => Some(path.clone()),
            Place::Nowhere | Place::Saved(_) => None,
        };
        let replaces_empty = self.lab.transfers.saved_nothing(transfer);
        let fetch = DownloadRequest {
            protocol: transfer.asked.protocol,
            name: transfer.asked.name.to_string(),
            save_to,
            expected: transfer.asked.expected,
            part,
            replaces_empty,
        };
        self.download(transfer.asked.endpoint, Box::new(fetch));
    }

    /// Takes news of a transfer.
    pub(super) fn on_news(&mut self, news: News, report: &mut dyn FnMut(Happening<'_>)) {
        let decides = matches!(news.what, What::Ended { .. } | What::Verified { .. } | What::NotVerified { .. });
        if let What::Asked(asked) = &news.what {
            self.downloads.begin(news.id, asked);
        }
        self.lab.transfers.apply(news);
        if decides {
            self.settle(report);
        }
    }

    /// Takes the end of a download's command. Gives the result back where it is of another command, or of a download
    /// that has not become a transfer.
    pub(super) fn on_downloaded(
        &mut self,
        job: JobId,
        result: Result<(), NoticeKind>,
        report: &mut dyn FnMut(Happening<'_>),
    ) -> Option<Result<(), NoticeKind>> {
        let Some(at) = self.downloads.pending.iter().position(|pending| pending.job == job) else {
            return Some(result);
        };
        if self.downloads.pending[at].transfer.is_none() {
            self.downloads.pending.remove(at);
            return Some(result);
        }
        self.downloads.pending[at].done = Some(result);
        self.settle(report);
        None
    }

    /// Says what has become of each transfer of which that is known now and was not said yet.
    fn settle(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        let waiting: Vec<TransferId> = self.downloads.untold.iter().copied().collect();
        for id in waiting {
            let pending = self.downloads.pending.iter().position(|pending| pending.transfer == Some(id));
            let is_done = pending.is_none_or(|at| self.downloads.pending[at].done.is_some());
            let told = match self.lab.transfers.get(id) {
                // The command's own end belongs to it, and comes last.
                Some(transfer) if is_done => match self.lab.transfers.verdict(transfer) {
                    Some(verdict) => Some((transfer.clone(), verdict)),
                    None => continue,
                },
                Some(_) => continue,
                // Forgotten: by the user, or because there are too many.
                None => None,
            };
            self.downloads.untold.remove(&id);
            let pending = pending.map(|at| self.downloads.pending.remove(at));
            match (told, pending) {
                (Some((transfer, verdict)), pending) => self.tell(&transfer, verdict, pending, report),
                (None, Some(Pending { job, done, .. })) => {
                    let result = done.unwrap_or(Ok(())).map(|()| None);
                    if let Some(runner) = &mut self.runner {
                        runner.on_downloaded(job, &result);
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn tell(
        &mut self,
        transfer: &Transfer,
        verdict: Verdict,
        pending: Option<Pending>,
        report: &mut dyn FnMut(Happening<'_>),
    ) {
        let (job, done) = pending.map(|pending| (pending.job, pending.done)).unzip();
        let outcome = outcome(transfer, &verdict, done.flatten());
        let result = outcome.clone().map(|()| Some((transfer.asked.name.clone(), transfer.done(), verdict.clone())));
        let (of_a_step, meant) = match (job, &mut self.runner) {
            (Some(job), Some(runner)) => runner.on_downloaded(job, &result),
            _ => (false, false),
        };
        let is_told_elsewhere = match transfer.asked.way {
            // By the download, or by the engine's own notice.
            Way::Sending => self.lab.transfers.other_end(transfer).is_some() || matches!(verdict, Verdict::Refused(_)),
            Way::Receiving => matches!(verdict, Verdict::Refused(_)),
        };
        let by_ranges = matches!(verdict, Verdict::RestByRanges { .. });
        let kind = match outcome {
            Err(kind) => Some(kind),
            Ok(()) if verdict == Verdict::Empty => Some(ended(transfer, verdict.clone())),
            // Of a file in parts the first request alone, which was for all of it, looks as if something were missing.
            Ok(()) if by_ranges && transfer.resumed_at == 0 => Some(ended(transfer, verdict.clone())),
            Ok(()) => None,
        };
        if kind.is_none() || by_ranges {
            self.notices.moved(transfer.asked.endpoint, transfer.asked.way, &transfer.asked.name);
        }
        match kind {
            Some(kind) if !meant && !is_told_elsewhere => {
                let (endpoint, conn) = (Some(transfer.asked.endpoint), transfer.asked.conn);
                self.keep_notice(Notice { at: self.now(), endpoint, conn, kind }, report);
            }
            Some(_) => {}
            // A step reports it by itself.
            None if of_a_step => {}
            None => report(Happening::Transfer(transfer, &verdict)),
        }
    }
}

/// How a transfer went, with what its command said.
fn outcome(transfer: &Transfer, verdict: &Verdict, done: Option<Result<(), NoticeKind>>) -> Result<(), NoticeKind> {
    let never_began = matches!(verdict, Verdict::Failed(_));
    match done {
        // It names the address, or why nothing could be tried.
        Some(Err(kind)) if verdict.is_well() || never_began && !matches!(kind, NoticeKind::TransferEnded(_)) => {
            Err(kind)
        }
        _ if verdict.is_well() => Ok(()),
        _ => Err(ended(transfer, verdict.clone())),
    }
}

fn ended(transfer: &Transfer, verdict: Verdict) -> NoticeKind {
    NoticeKind::TransferEnded(Box::new(TransferEnd {
        way: transfer.asked.way,
        name: transfer.asked.name.clone(),
        peer: transfer.asked.ends.peer.clone(),
        moved: transfer.moved,
        verdict,
        place: transfer.place.clone(),
    }))
}

/// Whether a socket that listens there is reached by that address.
fn is_at(local: &Addr, target: &HostPort) -> bool {
    let Some(local) = local.inet() else { return false };
    let is_here = match &target.host {
        Host::Ip(ip) => *ip == local.ip() || (local.ip().is_unspecified() && ip.is_loopback()),
        Host::Name(name) => {
            name.eq_ignore_ascii_case("localhost") && (local.ip().is_loopback() || local.ip().is_unspecified())
        }
    };
    is_here && local.port() == target.port
}
