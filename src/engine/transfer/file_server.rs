//! What a server that shares files has for all of its connections.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::registry::Registry;
use super::share::Share;
use crate::engine::link::error::Error;
use crate::lab::EndpointSpec;
use crate::lab::transfer::FileShare;
use crate::trace::Errno;
use crate::trace::notice::{CallFailure, Detail, Refused};

/// A file server: what it shares, and how many transfers may go on at once. One for all of an endpoint's connections.
pub struct FileServer {
    pub share: Share,
    pub limits: FileShare,
    pub turns: Arc<Semaphore>,
    pub registry: Arc<Registry>,
}

impl FileServer {
    /// Servers that share files only.
    ///
    /// # Errors
    /// The call that failed, where the folder can't be opened.
    pub async fn open(spec: &EndpointSpec, registry: &Arc<Registry>) -> Result<Option<Arc<Self>>, Error> {
        let Some((_, limits)) = spec.service.share() else { return Ok(None) };
        let limits = limits.clone();
        let what = limits.what.clone();
        let opened = tokio::task::spawn_blocking(move || Share::open(&what)).await;
        // Only a runtime that is ending doesn't get to it.
        let opened = opened.map_err(|_| Refused::OpeningCancelled)?;
        let share = opened.map_err(|(path, error)| {
            let (errno, detail) = (Errno::from(&error), Detail::Share(path));
            Error::Call(CallFailure { call: "open", addr: None, errno, detail })
        })?;
        let turns = Arc::new(Semaphore::new(limits.max_transfers as usize));
        Ok(Some(Arc::new(Self { share, limits, turns, registry: Arc::clone(registry) })))
    }
}
