//! The connections of one endpoint: a server's many, a client's one. Passes orders on to those that they are for.

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::command::Peers;
use super::connection::{ConnOrder, Connection};
use super::job::Part;
use super::order::Order;
use super::tap::StreamSocket;
use crate::trace::notice::Missing;
use crate::trace::{ConnId, NoticeKind};

/// The most orders that wait for one connection.
const MAX_ORDERS: usize = 64;

#[derive(Default)]
pub struct Hub {
    orders: BTreeMap<ConnId, mpsc::Sender<ConnOrder>>,
    tasks: JoinSet<ConnId>,
}

impl Hub {
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    pub fn spawn<S: StreamSocket + Send + 'static>(&mut self, id: ConnId, connection: Connection<S>) {
        let (sender, receiver) = mpsc::channel(MAX_ORDERS);
        self.orders.insert(id, sender);
        self.tasks.spawn(async move {
            connection.run(receiver).await;
            id
        });
    }

    /// Waits until a connection has ended; for ever where there is none.
    pub async fn ended(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok(id)) => {
                self.orders.remove(&id);
            }
            // A task that panicked has no id to give: whoever's order channel is closed is gone.
            Some(Err(_)) => self.orders.retain(|_, orders| !orders.is_closed()),
            None => std::future::pending().await,
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
            Order::Open { part, .. } | Order::Close { part } | Order::RemoveStale { part, .. } => part.done(Ok(())),
            Order::Membership { group, join, part } => part.done(Err(super::groups::not_here(*group, join))),
        }
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
    pub async fn close_all(&mut self) {
        // A connection without a sender of orders closes, even where its queue of orders is full.
        self.orders.clear();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl ConnOrder {
    fn refuse(self, kind: NoticeKind) {
        match self {
            Self::Send { part, .. } | Self::Shutdown { part, .. } | Self::Close { part, .. } => part.done(Err(kind)),
        }
    }
}
