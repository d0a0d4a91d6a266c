//! One endpoint's task: opens it when told, runs it until it is closed, and is then ready to open it again. Requests are
//! handled one after the other.

mod client;
mod connections;
mod context;
mod datagram;
mod download;
mod drops;
mod listening;
mod relay;
pub mod repeat;
mod rules;
mod server;
mod told;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::link::command::{Job, Opening};
use super::link::event::SocketState;
use super::link::request::Request;
use super::socket::unix_path;
use super::tap::Tap;
use super::transfer::download_task::DownloadOutcome;
use super::transfer::registry::Registry;
use crate::service::Counter;
use crate::trace::notice::Refused;
use crate::values::endpoint_kind::Role;
pub use context::Bounds;
use context::{Carryover, EndpointContext, OpenFor};

/// Runs until `requests` has no sender any more; what is open is then closed.
pub async fn run(tap: Tap, transfers: Arc<Registry>, bounds: Bounds, mut requests: mpsc::Receiver<Request>) {
    let mut counter = None;
    let mut carryover = Carryover::default();
    while let Some(Request { target, job, done }) = requests.recv().await {
        let (opening, fetch) = match job {
            Job::Open(opening) => (opening, None),
            // A client that is closed opens for its download.
            Job::Download { opening, fetch } if opening.spec.kind.is_client() => (opening, Some(fetch)),
            Job::Download { .. } => {
                done.finish(Err(Refused::NotForFiles.into()));
                continue;
            }
            Job::RemoveStale(path) => {
                let removed = tokio::task::spawn_blocking(move || unix_path::remove_stale(&path)).await;
                // Only a runtime that is ending doesn't get to it; then nobody waits for the answer.
                done.finish(removed.unwrap_or(Ok(())));
                continue;
            }
            job => {
                Request { target, job, done }.refuse_closed();
                continue;
            }
        };
        let Opening { spec, remote, next_conn } = opening;
        let context = EndpointContext {
            tap: tap.clone(),
            spec,
            counter: Arc::clone(counter.get_or_insert_with(Arc::<Counter>::default)),
            transfers: Arc::clone(&transfers),
            bounds,
        };
        context.state(SocketState::Opening);
        context.counter.forget_rules();
        let running = async {
            match context.spec.kind.role() {
                Role::Client => {
                    let purpose = match fetch {
                        Some(fetch) => OpenFor::Download(fetch, done),
                        None => OpenFor::Conversation(done),
                    };
                    client::run(&context, purpose, remote, next_conn, &mut requests, &mut carryover).await
                }
                Role::Server => server::run(&context, done, next_conn, &mut requests).await,
                Role::Relay if context.spec.kind.is_stream() => {
                    relay::run(&context, done, remote, next_conn, &mut requests).await
                }
                Role::Relay => relay::datagrams::run(&context, done, remote, &mut requests).await,
                Role::Datagram => datagram::run(&context, done, remote, &mut requests).await,
            }
        };
        let closed_by = tokio::select! {
            closed_by = running => closed_by,
            never = rules::tell(&context) => match never {},
        };
        rules::tell_last(&context);
        context.state(SocketState::Closed);
        if let Some(done) = closed_by {
            done.finish(Ok(()));
        }
        // A waiter for a download finds its endpoint as it is now.
        carryover.downloads.drain(..).for_each(DownloadOutcome::complete);
    }
}
