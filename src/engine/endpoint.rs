//! One endpoint's task: opens it when told, runs it until it is closed, and is then ready to open it again. Orders are
//! obeyed one after the other.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::event::{Event, SocketState};
use super::job::Part;
use super::order::Order;
use super::tap::Tap;
use super::{client, datagram, path, server};
use crate::lab::{Addr, EndpointKind, EndpointSpec};
use crate::service::Counter;
use crate::trace::{Ends, Notice, NoticeKind};

/// An endpoint for the time from its opening to its closing.
pub struct Site {
    pub tap: Tap,
    pub spec: Arc<EndpointSpec>,
    pub counter: Arc<Counter>,
}

/// How an endpoint came to be closed: by an order, which is then done, or by itself.
pub type ClosedBy = Option<Part>;

/// Why an endpoint did not open.
pub enum NotOpened {
    Failed(NoticeKind),
    /// A `Close` came first.
    Cancelled(Part),
    /// The program ends.
    Abandoned,
}

impl From<NoticeKind> for NotOpened {
    fn from(kind: NoticeKind) -> Self {
        Self::Failed(kind)
    }
}

/// Runs until `orders` has no sender any more; what is open is then closed.
pub async fn run(tap: Tap, mut orders: mpsc::Receiver<Order>) {
    let mut counter = None;
    while let Some(order) = orders.recv().await {
        let (spec, remote, next_conn, part) = match order {
            Order::Open { spec, remote, next_conn, part } => (spec, remote, next_conn, part),
            Order::RemoveStale { path, part } => {
                let removed = tokio::task::spawn_blocking(move || path::remove_stale(&path)).await;
                // Only a runtime that is ending doesn't get to it; then nobody waits for the answer.
                part.done(removed.unwrap_or(Ok(())));
                continue;
            }
            other => {
                other.refuse_closed();
                continue;
            }
        };
        let site = Site {
            tap: tap.clone(),
            spec: Arc::from(spec),
            counter: Arc::clone(counter.get_or_insert_with(Arc::<Counter>::default)),
        };
        site.state(SocketState::Opening);
        let closed_by = match site.spec.kind {
            EndpointKind::TcpServer | EndpointKind::UnixServer => {
                server::run(&site, part, next_conn, &mut orders).await
            }
            EndpointKind::TcpClient | EndpointKind::UnixClient => {
                client::run(&site, part, remote, next_conn, &mut orders).await
            }
            EndpointKind::Udp | EndpointKind::UnixDatagram => datagram::run(&site, part, remote, &mut orders).await,
        };
        site.state(SocketState::Closed);
        if let Some(part) = closed_by {
            part.done(Ok(()));
        }
    }
}

impl Site {
    pub fn state(&self, state: SocketState) {
        self.tap.events.send(Event::Endpoint { endpoint: self.tap.endpoint, state });
    }

    pub fn note(&self, kind: NoticeKind) {
        let notice = Notice { at: self.tap.clock.now(), endpoint: Some(self.tap.endpoint), conn: None, kind };
        self.tap.events.send(Event::Notice(notice));
    }

    /// The tap of a socket with these addresses that belongs to no connection.
    pub fn tap_at(&self, local: Option<Addr>) -> Tap {
        self.tap.with(None, Ends { local, peer: None })
    }

    /// Waits for an opening, which may take long (names, connections), while orders keep being answered.
    pub async fn opening<T>(
        &self,
        opening: impl Future<Output = Result<T, NoticeKind>>,
        orders: &mut mpsc::Receiver<Order>,
    ) -> Result<T, NotOpened> {
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => return opened.map_err(NotOpened::Failed),
                order = orders.recv() => match order {
                    Some(Order::Close { part }) => return Err(NotOpened::Cancelled(part)),
                    Some(Order::Open { part, .. }) => part.done(Ok(())),
                    Some(order) => order.refuse_closed(),
                    None => return Err(NotOpened::Abandoned),
                },
            }
        }
    }

    /// Says how an opening failed, and what closed the endpoint.
    pub fn not_opened(&self, why: NotOpened, opened: Part) -> ClosedBy {
        match why {
            NotOpened::Failed(kind) => {
                // The state first: whoever waits for the job finds the endpoint closed.
                self.state(SocketState::Closed);
                opened.done(Err(kind));
                None
            }
            NotOpened::Cancelled(part) => {
                opened.done(Err(NoticeKind::OpeningCancelled));
                Some(part)
            }
            NotOpened::Abandoned => {
                opened.done(Err(NoticeKind::OpeningCancelled));
                None
            }
        }
    }
}
