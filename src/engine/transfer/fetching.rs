//! A client's download: over the connection that it has, or over one of its own.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::part_file::PartFile;
use super::receiving::{FIRST_WITHIN, RECV_SIZE, Receiving, STALLED_AFTER};
use super::registry::Cancelled;
use super::serving::line;
use super::threads;
use super::wanted::{Settled, Wanted};
use crate::engine::client::connect_first;
use crate::engine::command::Dest;
use crate::engine::connection::{self, ConnOrder};
use crate::engine::endpoint::Site;
use crate::engine::job::Part;
use crate::engine::stream::Stream;
use crate::engine::tap::{Tap, Tapped};
use crate::engine::{http, path};
use crate::lab::encoding::{Unencodable, unencodable};
use crate::lab::transfer::Protocol;
use crate::lab::{EndpointSpec, Localized};
use crate::lang::Words as _;
use crate::service::framing;
use crate::trace::transfer::{End, Refusal};
use crate::trace::{Errno, NoticeKind};

/// Opens a connection for a download and closes it in the end. `connected` is called when it is open.
pub async fn beside(
    site: Site,
    remote: Option<Dest>,
    conn: u32,
    wanted: Wanted,
    mut cancelled: Cancelled,
    mut orders: mpsc::Receiver<ConnOrder>,
    connected: impl FnOnce(&Tap),
) -> Settled {
    let (target, replaces_empty) = (wanted.fetch.save_to.clone(), wanted.fetch.replaces_empty);
    let may_save = move || {
        if replaces_empty {
            PartFile::remove_empty(&target)?;
        }
        PartFile::may_save(&target)
    };
    if let Err(end) = blocking(may_save).await {
        return wanted.failed(end, None);
    }
    let result = {
        let connecting = connect_first(&site, remote, conn);
        tokio::pin!(connecting);
        tokio::select! {
            biased;
            by = ordered_to_close(&mut orders) => {
                if let Some((_, part)) = by {
                    part.done(Ok(()));
                }
                Err(NoticeKind::OpeningCancelled)
            }
            () = cancelled.wait() => Err(NoticeKind::OpeningCancelled),
            result = &mut connecting => result,
        }
    };
    let (stream, tap) = match result {
        Ok(connected) => connected,
        Err(NoticeKind::OpeningCancelled) => return wanted.failed(End::Cancelled, None),
        Err(kind) => return wanted.refused(not_connected(&kind), kind),
    };
    connected(&tap);
    let local = tap.ends.local.clone();
    let settled = over(Tapped::new(stream, tap), &site.spec, wanted, cancelled, orders).await;
    if site.spec.local.is_some() {
        path::remove_own(local.as_ref());
    }
    settled
}

/// Downloads over this connection and closes it in the end.
pub async fn over(
    tapped: Tapped<Stream>,
    spec: &Arc<EndpointSpec>,
    mut wanted: Wanted,
    cancelled: Cancelled,
    orders: mpsc::Receiver<ConnOrder>,
) -> Settled {
    wanted.teller.connected(tapped.tap());
    match wanted.fetch.protocol {
        Protocol::Files => files(tapped, spec, wanted, cancelled, orders).await,
        Protocol::Http => http::download(tapped, spec, wanted, cancelled, orders).await,
    }
}

/// The tutorials' protocol: sends the name; what comes until the peer ends its side is the file.
async fn files(
    mut tapped: Tapped<Stream>,
    spec: &Arc<EndpointSpec>,
    wanted: Wanted,
    mut cancelled: Cancelled,
    mut orders: mpsc::Receiver<ConnOrder>,
) -> Settled {
    let mut closing = Closing::default();
    let settled = match ask(&mut tapped, spec, &wanted, &mut cancelled, &mut orders, &mut closing).await {
        Ok(part) => receive(&mut tapped, spec, wanted, part, &mut cancelled, &mut orders, &mut closing).await,
        Err((end, part)) => wanted.failed(end, part),
    };
    let closed = connection::close(tapped, spec, closing.reset).await;
    if let Some(by) = closing.by {
        by.done(closed);
    }
    settled
}

/// How the connection will be closed.
#[derive(Default)]
pub(in crate::engine) struct Closing {
    pub reset: bool,
    pub by: Option<Part>,
}

/// Makes the `.part` and then sends the name, so that no server is asked for what can't be saved.
async fn ask(
    tapped: &mut Tapped<Stream>,
    spec: &EndpointSpec,
    wanted: &Wanted,
    cancelled: &mut Cancelled,
    orders: &mut mpsc::Receiver<ConnOrder>,
    closing: &mut Closing,
) -> Result<PartFile, (End, Option<PartFile>)> {
    let mut name = name(spec, &wanted.fetch.name).map_err(|end| (end, None))?;
    let (target, earlier) = (wanted.fetch.save_to.clone(), wanted.fetch.part.clone());
    let replaces_empty = wanted.fetch.replaces_empty;
    let part = blocking(move || {
        if replaces_empty {
            PartFile::remove_empty(&target)?;
        }
        match earlier {
            Some(part) => PartFile::resume(&part, &target, 0),
            None => PartFile::create(&target),
        }
    });
    let part = part.await.map_err(|end| (end, None))?;
    while !name.is_empty() {
        let sent = tokio::select! {
            biased;
            by = ordered_to_close(orders) => {
                closing.ordered(by);
                return Err((End::Cancelled, Some(part)));
            }
            () = cancelled.wait() => {
                closing.reset = true;
                return Err((End::Cancelled, Some(part)));
            }
            sent = poll_fn(|cx| tapped.poll_send(cx, &name, None)) => sent,
            () = tokio::time::sleep(STALLED_AFTER) => {
                return Err((End::Stalled { after: STALLED_AFTER }, Some(part)));
            }
        };
        match sent {
            Ok(len) => name = name.slice(len.min(name.len())..),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let end = End::Broken { op: "send", errno: Errno::from(&error) };
                return Err((end, Some(part)));
            }
        }
    }
    Ok(part)
}

async fn receive(
    tapped: &mut Tapped<Stream>,
    spec: &EndpointSpec,
    mut wanted: Wanted,
    mut part: PartFile,
    cancelled: &mut Cancelled,
    orders: &mut mpsc::Receiver<ConnOrder>,
    closing: &mut Closing,
) -> Settled {
    let (stopper, line) = match line(tapped) {
        Ok(line) => line,
        Err((op, error)) => {
            return wanted.failed(End::Broken { op, errno: Errno::from(&error) }, Some(part));
        }
    };
    if let Err(error) = tapped.socket_mut().detach() {
        return wanted.failed(End::Broken { op: "dup", errno: Errno::from(&error) }, Some(part));
    }
    let receiving = Receiving {
        line,
        recv_size: spec.recv_size.unwrap_or(RECV_SIZE),
        offset: tapped.received(),
        first_within: FIRST_WITHIN,
        stalled_after: STALLED_AFTER,
    };
    let run = move || {
        let result = receiving.run(&mut part, &mut wanted.teller);
        // With it goes the second descriptor of the socket: closing it then is closing it.
        drop(receiving);
        match result {
            Ok(()) => wanted.complete(part),
            Err(end) => wanted.failed(end, Some(part)),
        }
    };
    let mut done = match threads::spawn("socket-lab-recv", run) {
        Ok(done) => done,
        // What was wanted has gone with it, and is told as cancelled.
        Err(_) => return Settled::nothing(),
    };
    let mut stopper = Some(stopper);
    loop {
        tokio::select! {
            biased;
            settled = &mut done => {
                drop(stopper);
                // A thread that panicked has said by now that nothing came of it.
                return settled.unwrap_or_else(|_| Settled::nothing());
            }
            by = ordered_to_close(orders), if stopper.is_some() => {
                closing.ordered(by);
                stopper = None;
            }
            () = cancelled.wait(), if stopper.is_some() => {
                closing.reset = true;
                stopper = None;
            }
        }
    }
}

impl Closing {
    pub fn ordered(&mut self, by: Option<(bool, Part)>) {
        if let Some((reset, part)) = by {
            self.reset = reset;
            self.by = Some(part);
        }
    }
}

/// The name as it goes out: in the endpoint's encoding and framing, and nothing added.
fn name(spec: &EndpointSpec, name: &str) -> Result<Bytes, End> {
    let encoding = spec.encoding;
    let not_askable = |why| End::NotAskable(Arc::new(why));
    let bytes = encoding.encode(name).map_err(|Unencodable { position, character }| {
        not_askable(Localized::said(|lang| unencodable(lang, position, character, encoding.name())))
    })?;
    let bytes = framing::frame(&spec.framing, encoding, bytes.into())
        .map_err(|error| not_askable(Localized::said(|lang| error.words(lang))))?;
    // Without a byte the server would wait for a name for ever.
    if bytes.is_empty() { Err(End::Refused(Refusal::NoName)) } else { Ok(bytes) }
}

/// Waits for the order that closes the connection; `None` for the end of all orders, which means the same. Others are
/// refused: what goes over this connection is a file.
pub(in crate::engine) async fn ordered_to_close(orders: &mut mpsc::Receiver<ConnOrder>) -> Option<(bool, Part)> {
    loop {
        match orders.recv().await? {
            ConnOrder::Close { reset, part } => return Some((reset, part)),
            order => order.refuse_for_file(),
        }
    }
}

/// Why there is no connection, as far as a transfer's end can say it.
fn not_connected(kind: &NoticeKind) -> End {
    match kind {
        NoticeKind::CallFailed { op, errno, .. } => End::Broken { op, errno: *errno },
        NoticeKind::PathTaken { errno, .. } => End::Broken { op: "bind", errno: *errno },
        NoticeKind::Unresolved { .. } => {
            End::Broken { op: "getaddrinfo", errno: Errno::by_name("ENOENT").unwrap_or(Errno(2)) }
        }
        _ => End::Broken { op: "connect", errno: Errno::by_name("EDESTADDRREQ").unwrap_or(Errno(89)) },
    }
}

/// File calls, away from the I/O thread.
pub(in crate::engine) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, End> + Send + 'static,
) -> Result<T, End> {
    // Only a runtime that is ending doesn't get to it.
    tokio::task::spawn_blocking(call).await.unwrap_or(Err(End::Cancelled))
}
