//! Every transfer of the engine: its number, and how it is cancelled. One for the whole engine, shared.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::hashing::Hasher;
use super::validators::Validators;
use crate::trace::transfer::TransferId;

#[derive(Default)]
pub struct Registry {
    last: AtomicU64,
    running: Mutex<HashMap<TransferId, oneshot::Sender<()>>>,
    hasher: Hasher,
    validators: Validators,
}

/// Is told when the user cancels its transfer.
pub struct Cancelled(oneshot::Receiver<()>);

impl Registry {
    /// Names a new transfer. It can be cancelled until [`Self::over`].
    pub(super) fn begin(&self) -> (TransferId, Cancelled) {
        let id = TransferId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        let (cancel, cancelled) = oneshot::channel();
        self.running().insert(id, cancel);
        (id, Cancelled(cancelled))
    }

    pub(super) fn over(&self, id: TransferId) {
        self.running().remove(&id);
    }

    /// Tells the task of a running transfer to end it with a reset. One that is over stays as it is.
    pub fn cancel(&self, id: TransferId) {
        if let Some(cancel) = self.running().remove(&id) {
            // A task that no longer listens is ending.
            let _ = cancel.send(());
        }
    }

    /// Where digests are worked out.
    pub fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    /// What servers have said of downloads that were interrupted (HTTP).
    pub fn validators(&self) -> &Validators {
        &self.validators
    }

    fn running(&self) -> MutexGuard<'_, HashMap<TransferId, oneshot::Sender<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cancelled {
    /// Waits until the user cancels; for ever where that does not happen. To be awaited again and again, as in a loop
    /// around `select!`.
    pub async fn wait(&mut self) {
        if self.0.is_terminated() || (&mut self.0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
