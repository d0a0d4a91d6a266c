//! One endpoint's task: opens it when told, runs it until it is closed, and is then ready to open it again. Orders are
//! obeyed one after the other.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::command::Dest;
use super::event::{Event, SocketState};
use super::job::Part;
use super::order::Order;
use super::tap::Tap;
use super::transfer::Fetch;
use super::transfer::registry::Registry;
use super::transfer::wanted::Settled;
use super::{client, datagram, path, server};
use crate::lab::{Addr, EndpointKind, EndpointSpec};
use crate::service::Counter;
use crate::trace::{Ends, Notice, NoticeKind};

/// An endpoint for the time from its opening to its closing.
#[derive(Clone)]
pub struct Site {
    pub tap: Tap,
    pub spec: Arc<EndpointSpec>,
    pub counter: Arc<Counter>,
    pub transfers: Arc<Registry>,
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
pub async fn run(tap: Tap, transfers: Arc<Registry>, mut orders: mpsc::Receiver<Order>) {
    let mut counter = None;
    let mut left = Left::default();
    while let Some(order) = orders.recv().await {
        let (spec, opening) = match order {
            Order::Open { spec, remote, next_conn, part } => {
                (spec, Opening { remote, conn: next_conn, wanted: Wants::Open(part) })
            }
            // A client that is closed opens for its download.
            Order::Download { spec, remote, next_conn, fetch, part } if spec.kind.is_client() => {
                (spec, Opening { remote, conn: next_conn, wanted: Wants::File(fetch, part) })
            }
            Order::Download { part, .. } => {
                part.done(Err(NoticeKind::NotForFiles));
                continue;
            }
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
            transfers: Arc::clone(&transfers),
        };
        site.state(SocketState::Opening);
        let closed_by = match (site.spec.kind, opening) {
            (EndpointKind::TcpClient | EndpointKind::UnixClient, opening) => {
                client::run(&site, opening, &mut orders, &mut left).await
            }
            // Only clients open for a download.
            (_, Opening { wanted: Wants::File(_, part), .. }) => {
                part.done(Err(NoticeKind::NotForFiles));
                None
            }
            (EndpointKind::TcpServer | EndpointKind::UnixServer, Opening { conn, wanted: Wants::Open(part), .. }) => {
                server::run(&site, part, conn, &mut orders).await
            }
            (EndpointKind::Udp | EndpointKind::UnixDatagram, Opening { remote, wanted: Wants::Open(part), .. }) => {
                datagram::run(&site, part, remote, &mut orders).await
            }
        };
        site.state(SocketState::Closed);
        if let Some(part) = closed_by {
            part.done(Ok(()));
        }
        // Whoever waits for a download finds its endpoint as it is now.
        left.settled.drain(..).for_each(Settled::tell);
    }
}

/// What a client that is closed leaves to its endpoint.
#[derive(Default)]
pub struct Left {
    /// Downloads whose commands are not done yet.
    pub settled: Vec<Settled>,
    /// The number that its next connection gets at least: a download that closes by itself may be over before the session
    /// knows that it had a connection.
    pub next_conn: u32,
}

/// What opens an endpoint.
pub struct Opening {
    pub remote: Option<Dest>,
    /// The number that the first connection gets.
    pub conn: u32,
    pub wanted: Wants,
}

/// What it is opened for.
pub enum Wants {
    Open(Part),
    /// A download, after which a client closes by itself.
    File(Box<Fetch>, Part),
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
        self.opening_before(opening, orders, Order::refuse_closed).await
    }

    /// The same; `others` gets the orders that are for an endpoint that is open.
    pub async fn opening_before<T>(
        &self,
        opening: impl Future<Output = Result<T, NoticeKind>>,
        orders: &mut mpsc::Receiver<Order>,
        mut others: impl FnMut(Order),
    ) -> Result<T, NotOpened> {
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => return opened.map_err(NotOpened::Failed),
                order = orders.recv() => match order {
                    Some(Order::Close { part }) => return Err(NotOpened::Cancelled(part)),
                    Some(Order::Open { part, .. }) => part.done(Ok(())),
                    Some(order) => others(order),
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
