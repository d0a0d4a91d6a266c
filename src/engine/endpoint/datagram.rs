//! A datagram endpoint (UDP, Unix): one socket that receives from anyone, answers by its service, and sends to whom it
//! is told.

use std::collections::VecDeque;
use std::future::Future as _;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep, sleep_until as sleep_until_then};

use super::context::{ClosedBy, EndpointContext};
use super::drops::Drops;
use super::told::Told;
use crate::engine::connection::reply_cap::ReplyCap;
use crate::engine::kernel::{Datagram, Undelivered};
use crate::engine::link::clock::service_time;
use crate::engine::link::command::{Dest, Job, Peers};
use crate::engine::link::completion::Completion;
use crate::engine::link::error::{Error, failed};
use crate::engine::link::event::SocketState;
use crate::engine::link::request::Request;
use crate::engine::socket::datagram::Datagrams;
use crate::engine::socket::multicast::{self, Memberships};
use crate::engine::socket::resolve;
use crate::engine::socket::setup::NewSocket;
use crate::engine::socket::unix_path::{self, OwnFile};
use crate::engine::tap::TappedDatagram;

use crate::lab::Localized;
use crate::lab::{Addr, EndpointSpec, Group};
use crate::lang::Words as _;
use crate::service::{Responder, Response};
use crate::trace::notice::{CallFailure, Detail, Missing, Refused};
use crate::trace::{Errno, NoticeKind, SocketType};

/// More bytes than this may not wait to be sent: 16 MiB.
const MAX_QUEUED: usize = 16 * 1024 * 1024;

/// While more replies than this wait, nothing is received; the kernel's own queue then fills and it counts what it drops.
const PAUSE_RECEIVING_AT: usize = 256 * 1024;

/// So long after datagrams came, the kernel is asked how many it dropped.
const DROP_CHECK: Duration = Duration::from_millis(200);

/// After an error of `recvfrom` the socket rests so long, so that an error that stays doesn't fill the trace.
const ERROR_REST: Duration = Duration::from_millis(50);

/// A full queue of a Unix peer gives no sign when it has room: it is tried again after so long.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// Opens a datagram socket and runs it until it is closed.
pub async fn run(
    context: &EndpointContext,
    opened: Completion,
    remote: Option<Dest>,
    requests: &mut mpsc::Receiver<Request>,
) -> ClosedBy {
    let mut socket = match context.opening(open(context, remote), requests).await {
        Ok(socket) => socket,
        Err(why) => return context.not_opened(why, opened),
    };
    socket.show();
    opened.finish(Ok(()));
    let closed_by = socket.run(requests).await;
    socket.close().await;
    closed_by
}

async fn open(context: &EndpointContext, remote: Option<Dest>) -> Result<OpenDatagram, Error> {
    let local = match context.spec.bind_address() {
        Some(local) => Some(resolve::local(&local).await?),
        None => None,
    };
    let target = match &remote {
        // One that can't be resolved now is reported by its own opening.
        Some(Dest::NotOpen(local)) => resolve::local(local).await.ok(),
        Some(remote) => Some(resolve::destination(remote).await?),
        None => None,
    };
    let is_open = !matches!(remote, Some(Dest::NotOpen(_)));
    // Both are of one family where that is possible.
    let may_be_bound = |addr: &Addr| local.as_ref().is_none_or(|local| local.addresses.iter().any(same_family(addr)));
    let remote = target.as_ref().and_then(|target| target.choose(may_be_bound));
    let bind_to = local.as_ref().and_then(|local| local.choose(|addr| remote.as_ref().is_none_or(same_family(addr))));
    for (found, taken) in [(target.as_ref().filter(|_| is_open), &remote), (local.as_ref(), &bind_to)] {
        let choice = found.zip(taken.as_ref()).and_then(|(found, taken)| found.choice(taken));
        choice.into_iter().for_each(|kind| context.note(kind));
    }
    let responder = responder(context)?;
    let family = bind_to.as_ref().or(remote.as_ref()).cloned().unwrap_or(Addr::UNBOUND);
    let mut socket = NewSocket::make(&context.tap, SocketType::Datagram, &family, &context.spec).await?;
    if let Some(addr) = bind_to
        && let Err(error) = socket.bind(&addr).await
    {
        socket.close().await;
        return Err(unix_path::explain_bind(&addr, false, error).await);
    }
    let file = OwnFile::of(socket.tap().ends.local.as_ref());
    if let (Some(true), Some(addr), true) = (context.spec.datagram.connected, &remote, is_open)
        && let Err(error) = socket.connect(addr).await
    {
        socket.close().await;
        file.remove();
        return Err(error);
    }
    let memberships = match socket.socket() {
        Ok(plain) => Memberships::begin(socket.tap(), &SockRef::from(plain), &family, &context.spec).await,
        Err(_) => Ok(Memberships::default()),
    };
    let memberships = match memberships {
        Ok(memberships) => memberships,
        Err(error) => {
            socket.close().await;
            file.remove();
            return Err(error);
        }
    };
    let (socket, tap) = socket.register(&family, |socket| Datagrams::new(socket, &family))?;
    let remote = remote.filter(|_| is_open);
    Ok(OpenDatagram {
        context: context.clone(),
        socket: TappedDatagram::new(socket, tap),
        file,
        memberships,
        remote,
        responder,
        outgoing: VecDeque::new(),
        queued: 0,
        send_first: false,
        drops: Drops::default(),
        check_drops_at: None,
        rest_until: None,
        ask_again: None,
        pace: ReplyCap::new(context.bounds.datagram_replies),
        began: Instant::now(),
        last_peer: None,
        told: Told::default(),
    })
}

fn responder(context: &EndpointContext) -> Result<Responder, Error> {
    Responder::for_datagrams(&context.spec.service, context.spec.encoding, Arc::clone(&context.counter))
        .map_err(|error| Error::Service { reason: Localized::said(|lang| error.words(lang)) })
}

fn same_family(one: &Addr) -> impl Fn(&Addr) -> bool {
    let ipv4 = |addr: &Addr| addr.inet().map(|addr| addr.is_ipv4());
    let family = ipv4(one);
    move |other| ipv4(other) == family
}

/// An open datagram socket.
struct OpenDatagram {
    context: EndpointContext,
    socket: TappedDatagram<Datagrams>,
    file: OwnFile,
    memberships: Memberships,
    remote: Option<Addr>,
    responder: Responder,
    outgoing: VecDeque<Outgoing>,
    queued: usize,
    send_first: bool,
    /// The kernel's drop counter when it was last looked at.
    drops: Drops,
    check_drops_at: Option<Instant>,
    rest_until: Option<Instant>,
    /// The time until the next is sent: it is held back, or its peer's queue was full.
    ask_again: Option<Pin<Box<Sleep>>>,
    pace: ReplyCap,
    /// Since when the service's own times are counted.
    began: Instant,
    /// Who was heard last.
    last_peer: Option<Addr>,
    /// From where datagrams have come back, which has been said.
    told: Told,
}

struct Outgoing {
    bytes: Bytes,
    to: Addr,
    done: Option<Completion>,
    /// The rule that made it.
    rule: Option<Arc<str>>,
    /// A reply that is held back.
    due: Option<Instant>,
}

enum Turn {
    Received(io::Result<(Bytes, Datagram)>),
    Sent(io::Result<usize>),
    /// A datagram came back.
    Returned(io::Result<Undelivered>),
}

impl OpenDatagram {
    async fn run(&mut self, requests: &mut mpsc::Receiver<Request>) -> ClosedBy {
        loop {
            let own = self.responder.next_time().map(|time| self.began + time);
            let timer = [self.check_drops_at, self.rest_until, own].into_iter().flatten().min();
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(Request { job: Job::Close, done, .. }) => return Some(done),
                    Some(request) => self.handle(request).await,
                    None => return None,
                },
                turn = self.turn() => self.after(turn),
                () = sleep_until(timer) => self.time_passed(),
            }
        }
    }

    async fn turn(&mut self) -> Turn {
        loop {
            if let Poll::Ready(turn) = poll_fn(|cx| Poll::Ready(self.poll_turn(cx))).await {
                return turn;
            }
            self.socket.woken(self.context.spec.options.recverr == Some(true)).await;
        }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        // What is in the error queue would be told by the next call in place of its own result.
        if self.context.spec.options.recverr == Some(true)
            && let Some(returned) = ready!(self.socket.poll_recv_error(cx))
        {
            return Poll::Ready(Turn::Returned(returned));
        }
        self.send_first = !self.send_first;
        if self.send_first
            && let Poll::Ready(sent) = self.poll_send(cx)
        {
            return Poll::Ready(Turn::Sent(sent));
        }
        if self.rest_until.is_none()
            && self.queued < PAUSE_RECEIVING_AT
            && let Poll::Ready(received) = self.socket.poll_recv_from(cx, self.context.spec.recv_size() as usize)
        {
            return Poll::Ready(Turn::Received(received));
        }
        self.poll_send(cx).map(Turn::Sent)
    }

    /// One `sendto()` of the datagram that is next.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(first) = self.outgoing.front() else { return Poll::Pending };
        if let (None, Some(due)) = (&self.ask_again, first.due.filter(|due| *due > Instant::now())) {
            self.ask_again = Some(Box::pin(sleep_until_then(due)));
        }
        if let Some(time) = &mut self.ask_again {
            ready!(time.as_mut().poll(cx));
            self.ask_again = None;
        }
        let sent = self.socket.poll_send_to(cx, &first.bytes, &first.to, first.rule.as_ref());
        if sent.is_pending() && self.socket.must_be_asked_again() {
            let time = self.ask_again.insert(Box::pin(sleep(ASK_AGAIN)));
            // It has only just begun; this makes it wake the task.
            let _ = time.as_mut().poll(cx);
        }
        sent
    }

    fn after(&mut self, turn: Turn) {
        match turn {
            Turn::Received(Ok((message, datagram))) => {
                self.check_drops_at.get_or_insert_with(|| Instant::now() + DROP_CHECK);
                if datagram.lost > 0 {
                    self.context.note(NoticeKind::DatagramCut {
                        peer: Some(datagram.from.clone()),
                        kept: datagram.len as u64,
                        lost: datagram.lost as u64,
                    });
                }
                self.told.take(&datagram.from);
                self.answer(&message, datagram.from);
            }
            Turn::Returned(Ok(Undelivered { to, errno, by, .. })) => {
                if let Some(to) = to.map(Addr::Inet)
                    && self.told.is_news(&to)
                {
                    self.context.note(NoticeKind::CameBack { to, errno: Errno(errno), by });
                }
            }
            Turn::Received(Err(error)) | Turn::Returned(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Turn::Returned(Err(error)) => self.context.report(failed("recvmsg", self.socket.local().cloned())(error)),
            Turn::Received(Err(error)) => {
                self.rest_until = Some(Instant::now() + ERROR_REST);
                self.context.report(failed("recvfrom", self.socket.local().cloned())(error));
            }
            Turn::Sent(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Turn::Sent(result) => self.sent(result),
        }
    }

    fn answer(&mut self, message: &Bytes, from: Addr) {
        let response = self.responder.on_message(service_time(&self.context.spec), message, &from);
        self.last_peer = Some(from.clone()).filter(|from| *from != Addr::Unnamed);
        self.say(response, &from);
    }

    /// It is the time at which the service says something by itself: to the usual destination, else to who was heard last.
    fn time_came(&mut self) {
        let Some(to) = self.remote.clone().or_else(|| self.last_peer.clone()) else {
            // Nobody is there to hear it.
            let nobody = Addr::UNBOUND;
            self.responder.on_time(self.began.elapsed(), service_time(&self.context.spec), &nobody);
            return;
        };
        for response in self.responder.on_time(self.began.elapsed(), service_time(&self.context.spec), &to) {
            if self.queued < PAUSE_RECEIVING_AT {
                self.say(response, &to);
            }
        }
    }

    fn say(&mut self, response: Response, from: &Addr) {
        if let Some(trouble) = response.trouble {
            self.context.note(trouble);
        }
        // A peer without an address can't be answered.
        if *from == Addr::Unnamed {
            return;
        }
        let mut due = Instant::now();
        let first = response.reply.map(|reply| (response.delay, reply));
        for (delay, bytes) in first.into_iter().chain(response.then) {
            due += delay;
            self.queued += bytes.len();
            let due = (due > Instant::now()).then_some(due);
            self.outgoing.push_back(Outgoing { bytes, to: from.clone(), done: None, rule: response.rule.clone(), due });
            self.keep_pace();
        }
    }

    fn push(&mut self, bytes: Bytes, to: Addr, done: Option<Completion>) {
        self.queued += bytes.len();
        self.outgoing.push_back(Outgoing { bytes, to, done, rule: None, due: None });
    }

    fn sent(&mut self, result: io::Result<usize>) {
        let Some(Outgoing { bytes, to, done, .. }) = self.outgoing.pop_front() else { return };
        self.queued -= bytes.len().min(self.queued);
        let result = result.map(|_| ()).map_err(|error| {
            Error::Call(CallFailure {
                call: "sendto",
                addr: Some(to),
                errno: Errno::from(&error),
                detail: Detail::Unsent(bytes.len() as u64),
            })
        });
        match (done, result) {
            (Some(done), result) => done.finish(result),
            (None, Err(error)) => self.context.report(error),
            (None, Ok(())) => {}
        }
        if self.socket.learns_address() {
            self.show();
        }
    }

    /// Two sockets that answer each other would never end: after too many replies in a second nothing is received until
    /// it is over.
    fn keep_pace(&mut self) {
        if let Some(until) = self.pace.count(Instant::now()) {
            self.rest_until = Some(until);
            if self.pace.is_news() {
                self.context.note(NoticeKind::RepliesCapped { per_second: self.pace.per_second() });
            }
        }
    }

    async fn handle(&mut self, request: Request) {
        let Request { target, job, done } = request;
        match job {
            Job::Send(bytes) => match self.destination(target.peers).await {
                // One that is too long by itself is for the system to refuse.
                Ok(to) if self.queued > 0 && self.queued + bytes.len() > MAX_QUEUED => {
                    done.finish(Err(Refused::QueueFull { peer: Some(to), queued: self.queued as u64 }.into()));
                }
                Ok(to) => self.push(bytes, to, Some(done)),
                Err(error) => done.finish(Err(error)),
            },
            Job::Apply { spec, remote } => done.finish(self.change(&spec, remote).await),
            Job::Download { .. } => done.finish(Err(Refused::NotForFiles.into())),
            Job::Open(_) | Job::Close | Job::RemoveStale(_) => done.finish(Ok(())),
            Job::Fault(_) => done.finish(Err(Error::missing(Missing::Endpoint))),
            Job::Membership { group, join } => done.finish(self.membership(*group, join).await),
            // UDP has no connection to half-close or reset.
            Job::Shutdown(_) | Job::CloseConn { .. } => {
                done.finish(Err(Error::missing(Missing::Connection)));
            }
        }
    }

    /// Goes on by another spec; refused, by the one before.
    async fn change(&mut self, spec: &EndpointSpec, remote: Option<Dest>) -> Result<(), Error> {
        let context = self.context.changed_to(spec);
        let responder = responder(&context)?;
        let remote = match remote {
            None | Some(Dest::NotOpen(_)) => None,
            Some(remote) => Some(self.destination(Peers::Dest(remote)).await?),
        };
        self.context.change(context);
        self.responder = responder;
        self.began = Instant::now();
        if self.remote != remote {
            self.remote = remote;
            self.show();
        }
        Ok(())
    }

    async fn membership(&mut self, group: Group, join: bool) -> Result<(), Error> {
        let tap = self.socket.tap();
        let Some(socket) = self.socket.socket().udp() else { return Err(multicast::not_here(group, join)) };
        if join {
            self.memberships.join(&tap, &socket, &group).await
        } else {
            self.memberships.leave(&tap, &socket, &group).await
        }
    }

    async fn destination(&self, to: Peers) -> Result<Addr, Error> {
        match to {
            Peers::All => self.remote.clone().ok_or(Error::missing(Missing::Destination)),
            Peers::Conn(_) => Err(Error::missing(Missing::Connection)),
            Peers::Dest(dest) => {
                let found = resolve::destination(&dest).await?;
                let of_socket = self.socket.local().or(self.remote.as_ref()).unwrap_or(&Addr::UNBOUND);
                found.choose(same_family(of_socket)).ok_or(Error::missing(Missing::Destination))
            }
        }
    }

    fn time_passed(&mut self) {
        let now = Instant::now();
        if self.rest_until.is_some_and(|time| time <= now) {
            self.rest_until = None;
        }
        if self.check_drops_at.is_some_and(|time| time <= now) {
            self.check_drops_at = None;
            self.check_drops();
        }
        if self.responder.next_time().is_some_and(|time| self.began + time <= now) {
            self.time_came();
        }
    }

    fn check_drops(&mut self) {
        self.drops.count(self.socket.socket().drops(), &self.context);
    }

    fn show(&self) {
        let local = self.socket.local().cloned();
        self.context.state(SocketState::Open { local, peer: self.remote.clone() });
    }

    async fn close(mut self) {
        self.check_drops();
        for Outgoing { bytes, to, done, .. } in std::mem::take(&mut self.outgoing) {
            let error = Error::Unsent { peer: Some(to), bytes: bytes.len() as u64 };
            match done {
                Some(done) => done.finish(Err(error)),
                None => self.context.report(error),
            }
        }
        // How it went is on record, and there is nobody to tell.
        let _ = self.socket.close().await;
        self.file.remove();
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
