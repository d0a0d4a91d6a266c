//! A client's download: over the connection that it has, or over one of its own.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::context::EndpointContext;
use crate::engine::connection::closing::close_requested;
use crate::engine::connection::download_file;
use crate::engine::connection::request::ConnRequest;
use crate::engine::http;
use crate::engine::link::command::Dest;
use crate::engine::link::error::Error;
use crate::engine::socket::connect::connect_first;
use crate::engine::socket::stream::Stream;
use crate::engine::socket::unix_path::OwnFile;
use crate::engine::tap::{Tap, Tapped};
use crate::engine::transfer::download_task::{DownloadOutcome, DownloadTask};
use crate::engine::transfer::part_file::PartFile;
use crate::engine::transfer::registry::Cancelled;
use crate::engine::transfer::threads::blocking;
use crate::lab::EndpointSpec;
use crate::lab::transfer::Protocol;
use crate::trace::Errno;
use crate::trace::notice::{CallFailure, Refused};
use crate::trace::transfer::End;

/// Opens a connection for a download and closes it in the end. `connected` is called when it is open.
pub async fn beside(
    context: EndpointContext,
    remote: Option<Dest>,
    conn: u32,
    task: DownloadTask,
    mut cancelled: Cancelled,
    mut requests: mpsc::Receiver<ConnRequest>,
    connected: impl FnOnce(&Tap),
) -> DownloadOutcome {
    let (target, replaces_empty) = (task.fetch.save_to.clone(), task.fetch.replaces_empty);
    let may_save = move || {
        if replaces_empty {
            PartFile::remove_empty(&target)?;
        }
        PartFile::may_save(&target)
    };
    if let Err(end) = blocking(may_save).await {
        return task.failed(end, None);
    }
    let result = {
        let connecting = connect_first(&context.tap, &context.spec, remote, conn);
        tokio::pin!(connecting);
        tokio::select! {
            biased;
            by = close_requested(&mut requests) => {
                if let Some((_, part)) = by {
                    part.finish(Ok(()));
                }
                Err(Refused::OpeningCancelled.into())
            }
            () = cancelled.wait() => Err(Refused::OpeningCancelled.into()),
            result = &mut connecting => result,
        }
    };
    let (stream, tap) = match result {
        Ok(connected) => connected,
        Err(Error::Refused(Refused::OpeningCancelled)) => return task.failed(End::Cancelled, None),
        Err(error) => return task.refused(not_connected(&error), error),
    };
    connected(&tap);
    let file = OwnFile::of(tap.ends.local.as_ref().filter(|_| context.spec.local.is_some()));
    let completion = over(Tapped::new(stream, tap), &context.spec, task, cancelled, requests).await;
    file.remove();
    completion
}

/// Downloads over this connection and closes it in the end.
pub async fn over(
    tapped: Tapped<Stream>,
    spec: &Arc<EndpointSpec>,
    mut task: DownloadTask,
    cancelled: Cancelled,
    requests: mpsc::Receiver<ConnRequest>,
) -> DownloadOutcome {
    task.progress.connected(tapped.tap());
    match task.fetch.protocol {
        Protocol::Files => download_file::download(tapped, spec, task, cancelled, requests).await,
        Protocol::Http => http::download::download(tapped, spec, task, cancelled, requests).await,
    }
}

/// Why there is no connection, as far as a transfer's end can say it.
fn not_connected(error: &Error) -> End {
    match error {
        Error::Call(CallFailure { call, errno, .. }) => End::Broken { op: call, errno: *errno },
        Error::Unresolved { .. } => {
            End::Broken { op: "getaddrinfo", errno: Errno::by_name("ENOENT").unwrap_or(Errno(2)) }
        }
        _ => End::Broken { op: "connect", errno: Errno::by_name("EDESTADDRREQ").unwrap_or(Errno(89)) },
    }
}
