//! What a server that shares files has for all of its connections.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::registry::Registry;
use super::share::Share;
use crate::lab::EndpointSpec;
use crate::lab::transfer::FileShare;
use crate::trace::{Errno, NoticeKind};

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
    /// [`NoticeKind::NotShared`] where the folder can't be opened.
    pub async fn open(spec: &EndpointSpec, registry: &Arc<Registry>) -> Result<Option<Arc<Self>>, NoticeKind> {
        let Some((_, limits)) = spec.service.share() else { return Ok(None) };
        let limits = limits.clone();
        let what = limits.what.clone();
        let opened = tokio::task::spawn_blocking(move || Share::open(&what)).await;
        // Only a runtime that is ending doesn't get to it.
        let opened = opened.map_err(|_| NoticeKind::OpeningCancelled)?;
        let share = opened.map_err(|(path, error)| NoticeKind::NotShared { path, errno: Errno::from(&error) })?;
        let turns = Arc::new(Semaphore::new(limits.max_transfers as usize));
        Ok(Some(Arc::new(Self { share, limits, turns, registry: Arc::clone(registry) })))
    }
}
