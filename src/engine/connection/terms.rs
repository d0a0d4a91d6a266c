//! What the connections of an endpoint go by: its spec with the service that was prepared for it. A change reaches open
//! connections as a request; one that has to be served in another way altogether is passed on with the bytes that came and
//! were not answered yet.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;

use crate::engine::link::error::Error;
use crate::engine::tap::{StreamSocket, Tapped};
use crate::engine::transfer::file_server::FileServer;
use crate::engine::transfer::registry::Registry;
use crate::lab::transfer::Protocol;
use crate::lab::{EndpointSpec, Localized};
use crate::lang::Words as _;
use crate::service::{Counter, Responder};

/// Prepared once for an endpoint; each connection gets a clone.
#[derive(Clone)]
pub struct Terms {
    pub spec: Arc<EndpointSpec>,
    pub responder: Responder,
    /// Servers that share files only.
    pub files: Option<Arc<FileServer>>,
    /// The user knows of a connection of this endpoint that is held open after its peer's end.
    pub held_open_told: Arc<AtomicBool>,
}

impl Terms {
    /// # Errors
    /// [`Error::Service`], and the call that could not open what is shared.
    pub async fn prepare(
        spec: &Arc<EndpointSpec>,
        counter: &Arc<Counter>,
        registry: &Arc<Registry>,
    ) -> Result<Self, Error> {
        let responder = responder(spec, counter)?;
        let files = FileServer::open(spec, registry).await?;
        Ok(Self { spec: Arc::clone(spec), responder, files, held_open_told: Arc::default() })
    }

    /// The same for an endpoint that is open; what has not changed is kept.
    ///
    /// # Errors
    /// As [`Self::prepare`]; then everything stays as it is.
    pub async fn changed(
        &self,
        spec: &Arc<EndpointSpec>,
        counter: &Arc<Counter>,
        registry: &Arc<Registry>,
    ) -> Result<Self, Error> {
        let responder = if self.answers_as(spec) { self.responder.clone() } else { responder(spec, counter)? };
        let shares_the_same = self.spec.service.share() == spec.service.share();
        let files = if shares_the_same { self.files.clone() } else { FileServer::open(spec, registry).await? };
        let held_open_told = Arc::clone(&self.held_open_told);
        Ok(Self { spec: Arc::clone(spec), responder, files, held_open_told })
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
pub fn responder(spec: &EndpointSpec, counter: &Arc<Counter>) -> Result<Responder, Error> {
    Responder::new(&spec.service, spec.encoding, Arc::clone(counter))
        .map_err(|error| Error::Service { reason: Localized::said(|lang| error.words(lang)) })
}

/// A connection that goes on under other terms.
pub struct Handover<S: StreamSocket> {
    pub tapped: Tapped<S>,
    pub terms: Terms,
    /// Came, is on record, and belongs to a message that was not complete.
    pub begun: Bytes,
}
