//! One endpoint's task: opens it when told, runs it until it is closed, and is then ready to open it again. Requests are
//! handled one after the other.

mod client;
mod connections;
mod context;
mod datagram;
mod download;
pub mod repeat;
mod server;

use std::sync::Arc;

use tokio::sync::mpsc;

use super::link::event::SocketState;
use super::link::request::Request;
use super::socket::unix_path;
use super::tap::Tap;
use super::transfer::download_task::PendingCompletion;
use super::transfer::registry::Registry;
use crate::service::Counter;
use crate::trace::NoticeKind;
use crate::values::endpoint_kind::Role;
use context::{Carryover, EndpointContext, OpenFor, Opening};

/// Runs until `requests` has no sender any more; what is open is then closed.
pub async fn run(tap: Tap, transfers: Arc<Registry>, mut requests: mpsc::Receiver<Request>) {
    let mut counter = None;
    let mut carryover = Carryover::default();
    while let Some(request) = requests.recv().await {
        let (spec, opening) = match request {
            Request::Open { spec, remote, next_conn, done } => {
                (spec, Opening { remote, conn: next_conn, purpose: OpenFor::Open(done) })
            }
            // A client that is closed opens for its download.
            Request::Download { spec, remote, next_conn, fetch, done } if spec.kind.is_client() => {
                (spec, Opening { remote, conn: next_conn, purpose: OpenFor::Download(fetch, done) })
            }
            Request::Download { done, .. } => {
                done.finish(Err(NoticeKind::NotForFiles));
                continue;
            }
            Request::RemoveStale { path, done } => {
                let removed = tokio::task::spawn_blocking(move || unix_path::remove_stale(&path)).await;
                // Only a runtime that is ending doesn't get to it; then nobody waits for the answer.
                done.finish(removed.unwrap_or(Ok(())));
                continue;
            }
            other => {
                other.refuse_closed();
                continue;
            }
        };
        let context = EndpointContext {
            tap: tap.clone(),
            spec: Arc::from(spec),
            counter: Arc::clone(counter.get_or_insert_with(Arc::<Counter>::default)),
            transfers: Arc::clone(&transfers),
        };
        context.state(SocketState::Opening);
        let closed_by = match (context.spec.kind.role(), opening) {
            (Role::Client, opening) => client::run(&context, opening, &mut requests, &mut carryover).await,
            // Only clients open for a download.
            (Role::Server | Role::Datagram, Opening { purpose: OpenFor::Download(_, done), .. }) => {
                done.finish(Err(NoticeKind::NotForFiles));
                None
            }
            (Role::Server, Opening { conn, purpose: OpenFor::Open(done), .. }) => {
                server::run(&context, done, conn, &mut requests).await
            }
            (Role::Datagram, Opening { remote, purpose: OpenFor::Open(done), .. }) => {
                datagram::run(&context, done, remote, &mut requests).await
            }
        };
        context.state(SocketState::Closed);
        if let Some(done) = closed_by {
            done.finish(Ok(()));
        }
        // A waiter for a download finds its endpoint as it is now.
        carryover.completions.drain(..).for_each(PendingCompletion::complete);
    }
}
