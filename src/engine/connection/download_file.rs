//! A client's download under the tutorials' protocol: it sends a name; what comes until the peer ends its side is the file.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::closing::{Closing, close, close_requested};
use super::request::ConnRequest;
use super::serve_file::line;
use crate::engine::socket::stream::Stream;
use crate::engine::tap::Tapped;
use crate::engine::transfer::download_task::{DownloadOutcome, DownloadTask};
use crate::engine::transfer::part_file::PartFile;
use crate::engine::transfer::receiving::{FIRST_WITHIN, RECV_SIZE, Receiving, STALLED_AFTER};
use crate::engine::transfer::registry::Cancelled;
use crate::engine::transfer::threads::{self, blocking};
use crate::lab::encoding::{Unencodable, unencodable};
use crate::lab::{EndpointSpec, Localized};
use crate::lang::Words as _;
use crate::service::framing;
use crate::trace::Errno;
use crate::trace::transfer::{End, Refusal};

/// Downloads over this connection and closes it in the end.
pub async fn download(
    mut tapped: Tapped<Stream>,
    spec: &Arc<EndpointSpec>,
    task: DownloadTask,
    mut cancelled: Cancelled,
    mut requests: mpsc::Receiver<ConnRequest>,
) -> DownloadOutcome {
    let mut closing = Closing::default();
    let completion = match ask(&mut tapped, spec, &task, &mut cancelled, &mut requests, &mut closing).await {
        Ok(part) => receive(&mut tapped, spec, task, part, &mut cancelled, &mut requests, &mut closing).await,
        Err((end, part)) => task.failed(end, part),
    };
    let closed = close(tapped, spec, closing.reset).await;
    if let Some(by) = closing.by {
        by.finish(closed);
    }
    completion
}

/// Makes the `.part` and then sends the name, so that no server is asked for what can't be saved.
async fn ask(
    tapped: &mut Tapped<Stream>,
    spec: &EndpointSpec,
    task: &DownloadTask,
    cancelled: &mut Cancelled,
    requests: &mut mpsc::Receiver<ConnRequest>,
    closing: &mut Closing,
) -> Result<PartFile, (End, Option<PartFile>)> {
    let mut name = name(spec, &task.fetch.name).map_err(|end| (end, None))?;
    let (target, earlier) = (task.fetch.save_to.clone(), task.fetch.part.clone());
    let replaces_empty = task.fetch.replaces_empty;
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
    let hold = tapped.tap().hold().clone();
    while !name.is_empty() {
        let sent = tokio::select! {
            biased;
            by = close_requested(requests) => {
                closing.requested(by);
                return Err((End::Cancelled, Some(part)));
            }
            () = cancelled.wait() => {
                closing.reset = true;
                return Err((End::Cancelled, Some(part)));
            }
            sent = poll_fn(|cx| tapped.poll_send(cx, &name, None)) => sent,
            () = hold.sleep(STALLED_AFTER) => {
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
    mut task: DownloadTask,
    mut part: PartFile,
    cancelled: &mut Cancelled,
    requests: &mut mpsc::Receiver<ConnRequest>,
    closing: &mut Closing,
) -> DownloadOutcome {
    let (stopper, line) = match line(tapped) {
        Ok(line) => line,
        Err((op, error)) => {
            return task.failed(End::Broken { op, errno: Errno::from(&error) }, Some(part));
        }
    };
    if let Err(error) = tapped.socket_mut().detach() {
        return task.failed(End::Broken { op: "dup", errno: Errno::from(&error) }, Some(part));
    }
    let receiving = Receiving {
        line,
        recv_size: spec.recv_size.unwrap_or(RECV_SIZE),
        offset: tapped.received(),
        first_within: FIRST_WITHIN,
        stalled_after: STALLED_AFTER,
    };
    let run = move || {
        let result = receiving.run(&mut part, &mut task.progress);
        // With it goes the second descriptor of the socket: closing it then is closing it.
        drop(receiving);
        match result {
            Ok(()) => task.complete(part),
            Err(end) => task.failed(end, Some(part)),
        }
    };
    let mut done = match threads::spawn("socket-lab-recv", run) {
        Ok(done) => done,
        // The request has gone with it, and is reported as cancelled.
        Err(_) => return DownloadOutcome::Nothing,
    };
    let mut stopper = Some(stopper);
    loop {
        tokio::select! {
            biased;
            completion = &mut done => {
                drop(stopper);
                // A thread that panicked has said by now that nothing came of it.
                return completion.unwrap_or_else(|_| DownloadOutcome::Nothing);
            }
            by = close_requested(requests), if stopper.is_some() => {
                closing.requested(by);
                stopper = None;
            }
            () = cancelled.wait(), if stopper.is_some() => {
                closing.reset = true;
                stopper = None;
            }
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
    let bytes = framing::frame(&spec.stream.framing, encoding, bytes.into())
        .map_err(|error| not_askable(Localized::said(|lang| error.words(lang))))?;
    // Without a byte the server would wait for a name for ever.
    if bytes.is_empty() { Err(End::Refused(Refusal::NoName)) } else { Ok(bytes) }
}
