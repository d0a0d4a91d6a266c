//! What the connections of an endpoint go by: its spec with the service that was prepared for it. A change reaches open
//! connections as an order; one that has to be served in another way altogether is passed on with the bytes that came and
//! were not answered yet.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::connection::{ConnOrder, Connection, Passed};
use super::endpoint::Site;
use super::stream::Stream;
use super::tap::{StreamSocket, Tapped};
use super::transfer::{self, FileServer};
use crate::lab::transfer::Protocol;
use crate::lab::{EndpointSpec, Localized};
use crate::lang::Words as _;
use crate::service::Responder;
use crate::trace::NoticeKind;

/// Prepared once for an endpoint; each connection gets a clone.
#[derive(Clone)]
pub struct Terms {
    pub spec: Arc<EndpointSpec>,
    pub responder: Responder,
    /// Of a server that shares files.
    pub files: Option<Arc<FileServer>>,
}

impl Terms {
    /// # Errors
    /// [`NoticeKind::BadService`] and [`NoticeKind::NotShared`].
    pub async fn prepare(site: &Site) -> Result<Self, NoticeKind> {
        let responder = responder(site)?;
        Ok(Self { spec: Arc::clone(&site.spec), responder, files: FileServer::open(site).await? })
    }

    /// The same for an endpoint that is open; what has not changed is kept.
    ///
    /// # Errors
    /// As [`Self::prepare`]; then everything stays as it is.
    pub async fn changed(&self, site: &Site) -> Result<Self, NoticeKind> {
        let responder = if self.answers_as(&site.spec) { self.responder.clone() } else { responder(site)? };
        let shares_the_same = self.spec.service.share() == site.spec.service.share();
        let files = if shares_the_same { self.files.clone() } else { FileServer::open(site).await? };
        Ok(Self { spec: Arc::clone(&site.spec), responder, files })
    }

    /// How it gives files; `None` where it answers messages.
    pub fn protocol(&self) -> Option<Protocol> {
        self.files.as_ref()?;
        self.spec.service.share().map(|(protocol, _)| protocol)
    }

    /// Whether the same messages would get the same answers by that spec.
    pub fn answers_as(&self, spec: &EndpointSpec) -> bool {
        self.spec.service == spec.service && self.spec.encoding == spec.encoding
    }
}

/// The service, prepared once.
pub fn responder(site: &Site) -> Result<Responder, NoticeKind> {
    Responder::new(&site.spec.service, site.spec.encoding, Arc::clone(&site.counter))
        .map_err(|error| NoticeKind::BadService { reason: Localized::said(|lang| error.words(lang)) })
}

/// A connection that goes on under other terms.
pub struct Changed<S: StreamSocket> {
    pub tapped: Tapped<S>,
    pub terms: Terms,
    /// Came, is on record, and belongs to a message that was not complete.
    pub begun: Bytes,
}

/// Serves one connection of a server until it is closed. When `orders` has no sender any more, it is closed.
pub async fn serve(tapped: Tapped<Stream>, terms: Terms, mut orders: mpsc::Receiver<ConnOrder>) {
    let mut next = Some(Changed { tapped, terms, begun: Bytes::new() });
    while let Some(changed) = next {
        let files = changed.terms.files.clone();
        next = match (changed.terms.protocol(), files) {
            (Some(Protocol::Files), Some(files)) => transfer::serve(changed, files, &mut orders).await,
            (Some(Protocol::Http), Some(files)) => files.serve_http(changed, &mut orders).await,
            _ => match Connection::go_on(changed).run(&mut orders).await {
                Some(Passed::Changed(changed)) => Some(*changed),
                // A server's connections are never told to download.
                Some(Passed::Download { .. }) | None => None,
            },
        };
    }
}
