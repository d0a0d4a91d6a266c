//! The connections of one endpoint: a server's many, a client's one. Passes orders on to those that they are for.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::command::Peers;
use super::connection::ConnOrder;
use super::job::Part;
use super::order::Order;
use super::terms::Terms;
use super::transfer::wanted::Settled;
use crate::trace::notice::Missing;
use crate::trace::{ConnId, NoticeKind};

/// The most orders that wait for one connection.
const MAX_ORDERS: usize = 64;

/// Sends to all of them in their order: each has its turn before the next is told, which the runtime would not keep to.
pub async fn send_in_order(all: Vec<mpsc::Sender<ConnOrder>>, bytes: Bytes, part: Part) {
    let is_empty = all.is_empty();
    for orders in all {
        let order = ConnOrder::Send { bytes: bytes.clone(), part: part.split() };
        // One that has just ended drops its part, which then says so.
        if let Err(mpsc::error::TrySendError::Full(order)) = orders.try_send(order) {
            order.refuse(NoticeKind::Busy);
        }
        drop(orders);
        tokio::task::yield_now().await;
    }
    part.done(if is_empty { Err(NoticeKind::NoSuchTarget { what: Missing::Connection }) } else { Ok(()) });
}

#[derive(Default)]
pub struct Hub {
    orders: BTreeMap<ConnId, mpsc::Sender<ConnOrder>>,
    tasks: JoinSet<(ConnId, Option<Settled>)>,
}

impl Hub {
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    pub fn has(&self, conn: ConnId) -> bool {
        self.orders.contains_key(&conn)
    }

    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Begins a connection's task, which ends when its orders have no sender any more. What it gives back, a download
    /// whose command is not done yet, comes out of [`Self::ended`].
    pub fn spawn<F>(&mut self, id: ConnId, task: impl FnOnce(mpsc::Receiver<ConnOrder>) -> F)
    where
        F: Future<Output = Option<Settled>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(MAX_ORDERS);
        self.orders.insert(id, sender);
        let task = task(receiver);
        self.tasks.spawn(async move { (id, task.await) });
    }

    /// Waits until a connection has ended; for ever where there is none.
    pub async fn ended(&mut self) -> Option<Settled> {
        match self.tasks.join_next().await {
            Some(Ok((id, settled))) => {
                self.orders.remove(&id);
                settled
            }
            // A task that panicked has no id to give: whoever's order channel is closed is gone.
            Some(Err(_)) => {
                self.orders.retain(|_, orders| !orders.is_closed());
                None
            }
            None => std::future::pending().await,
        }
    }

    /// Gives one connection an order; it comes back where there is no such connection.
    pub fn give(&self, conn: ConnId, order: ConnOrder) -> Result<(), ConnOrder> {
        match self.orders.get(&conn) {
            Some(orders) => orders.try_send(order).map_err(mpsc::error::TrySendError::into_inner),
            None => Err(order),
        }
    }

    /// Passes an order on that is not [`Order::Open`] or [`Order::Close`], which are the endpoint's own.
    pub fn pass_on(&self, order: Order) {
        match order {
            Order::Send { to: Peers::All, bytes, part } => {
                self.to(None, part, |part| ConnOrder::Send { bytes: bytes.clone(), part });
            }
            Order::Send { to: Peers::Conn(conn), bytes, part } => {
                self.to(Some(conn), part, |part| ConnOrder::Send { bytes: bytes.clone(), part });
            }
            Order::Send { to: Peers::Dest(_), part, .. } => {
                part.done(Err(NoticeKind::NoSuchTarget { what: Missing::Connection }));
            }
            Order::Shutdown { conn, how, part } => self.to(conn, part, |part| ConnOrder::Shutdown { how, part }),
            Order::CloseConn { conn, reset, part } => self.to(conn, part, |part| ConnOrder::Close { reset, part }),
            Order::Download { part, .. } => part.done(Err(NoticeKind::NotForFiles)),
            Order::Open { part, .. }
            | Order::Close { part }
            | Order::RemoveStale { part, .. }
            | Order::Apply { part, .. } => part.done(Ok(())),
            Order::Membership { group, join, part } => part.done(Err(super::groups::not_here(*group, join))),
        }
    }

    /// The terms of all connections change. One that has just ended has no need of them.
    pub fn change(&self, terms: &Terms, part: &Part) {
        for orders in self.orders.values() {
            let order = ConnOrder::Apply { terms: Box::new(terms.clone()), part: part.split() };
            match orders.try_send(order) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(order)) => order.refuse(NoticeKind::Busy),
                Err(mpsc::error::TrySendError::Closed(order)) => order.obeyed(),
            }
        }
    }

    /// The ways to all connections, the oldest first.
    pub fn all(&self) -> Vec<mpsc::Sender<ConnOrder>> {
        self.orders.values().cloned().collect()
    }

    fn to(&self, conn: Option<ConnId>, part: Part, order: impl Fn(Part) -> ConnOrder) {
        let meant = match conn {
            Some(conn) => self.orders.range(conn..=conn),
            None => self.orders.range(..),
        };
        let mut found = false;
        for (_, orders) in meant {
            found = true;
            // One that has just ended drops its part, which then says so.
            if let Err(mpsc::error::TrySendError::Full(order)) = orders.try_send(order(part.split())) {
                order.refuse(NoticeKind::Busy);
            }
        }
        part.done(if found { Ok(()) } else { Err(NoticeKind::NoSuchTarget { what: Missing::Connection }) });
    }

    /// Closes every connection and waits until that is done.
    pub async fn close_all(&mut self) -> Vec<Settled> {
        // A connection without a sender of orders closes, even where its queue of orders is full.
        self.orders.clear();
        let mut settled = Vec::new();
        while let Some(ended) = self.tasks.join_next().await {
            settled.extend(ended.ok().and_then(|(_, settled)| settled));
        }
        settled
    }
}
