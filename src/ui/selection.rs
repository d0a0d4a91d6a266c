//! What is selected, in all views alike: one thing, and where it belongs.

use std::sync::Arc;

use crate::code::Calls;
use crate::lab::EndpointId;
use crate::trace::transfer::TransferId;
use crate::trace::{Call, ConnId, StreamKey};

/// The thing that was clicked last. It carries its endpoint and connection with it, so that no view can show a call
/// beside a connection that is not its own.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    shown: Shown,
    /// Where the thing belongs; `None` where nothing is selected.
    key: Option<StreamKey>,
    /// How often something was selected, be it the same thing again.
    picks: u64,
    /// The calls of a range of rows that was marked in the table: their numbers, in order.
    marked: Option<Arc<[u64]>>,
    /// What the pointer was on in a program, as of the last frame, and as of this one.
    pointed: Option<Pointed>,
    pointing: Option<Pointed>,
}

/// The calls that a line of an endpoint's program stands for.
type Pointed = (EndpointId, Calls);

/// Alike are those that have the same thing selected.
impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown && self.key == other.key
    }
}

impl Eq for Selection {}

/// What kind of thing it is: the inspector shows this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    Nothing,
    Endpoint,
    Conn,
    /// By its number in the trace: marked in every view.
    Call(u64),
    /// By its name, as calls have it.
    Rule(String),
    Transfer(TransferId),
}

impl Selection {
    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    /// The selected call, by its number in the trace.
    pub fn call(&self) -> Option<u64> {
        match self.shown {
            Shown::Call(seq) => Some(seq),
            _ => None,
        }
    }

    /// The selected endpoint, or the one that the selected thing belongs to.
    pub fn endpoint(&self) -> Option<EndpointId> {
        self.key.map(|(endpoint, _)| endpoint)
    }

    /// The selected connection, or the one that the selected thing belongs to.
    pub fn conn(&self) -> Option<ConnId> {
        self.key.and_then(|(_, conn)| conn)
    }

    pub fn transfer(&self) -> Option<TransferId> {
        match self.shown {
            Shown::Transfer(id) => Some(id),
            _ => None,
        }
    }

    /// Whether something was selected since then, be it the same thing again.
    pub fn was_picked_since(&self, before: &Self) -> bool {
        self.picks != before.picks
    }

    fn pick(&mut self, shown: Shown, of: StreamKey) {
        let (pointed, pointing) = (self.pointed.take(), self.pointing.take());
        *self = Self { shown, key: Some(of), picks: self.picks + 1, marked: None, pointed, pointing };
    }

    /// These calls are marked, until something else is selected.
    pub fn mark(&mut self, calls: impl Iterator<Item = u64>) {
        let mut marked: Vec<u64> = calls.collect();
        marked.sort_unstable();
        self.marked = Some(marked.into());
    }

    pub fn marked(&self) -> Option<&Arc<[u64]>> {
        self.marked.as_ref()
    }

    /// A frame begins: what nobody points at in it is not pointed at after it.
    pub fn begin_frame(&mut self) {
        self.pointed = self.pointing.take();
    }

    /// The pointer is on a line of the program of an endpoint, which stands for these calls. True where it was not.
    pub fn point_at(&mut self, pointed: Option<(EndpointId, Calls)>) -> bool {
        self.pointing = pointed;
        self.pointing != self.pointed
    }

    /// Whether the pointer is on a line that has calls.
    pub fn points(&self) -> bool {
        self.pointed.is_some()
    }

    /// Whether the pointer is on the line of that call.
    pub fn points_at(&self, call: &Call) -> bool {
        self.pointed.as_ref().is_some_and(|(endpoint, calls)| call.endpoint == *endpoint && calls.has(call))
    }

    pub fn select_call(&mut self, seq: u64, of: StreamKey) {
        self.pick(Shown::Call(seq), of);
    }

    /// A connection; without a number, its endpoint.
    pub fn select_conn(&mut self, of: StreamKey) {
        let shown = if of.1.is_some() { Shown::Conn } else { Shown::Endpoint };
        self.pick(shown, of);
    }

    pub fn select_endpoint(&mut self, endpoint: EndpointId) {
        self.select_conn((endpoint, None));
    }

    pub fn select_rule(&mut self, name: &str, of: StreamKey) {
        self.pick(Shown::Rule(name.to_owned()), of);
    }

    pub fn select_transfer(&mut self, id: TransferId, of: StreamKey) {
        self.pick(Shown::Transfer(id), of);
    }

    /// From a call, a rule or a transfer to its connection, from a connection to its endpoint, from an endpoint to
    /// nothing. False where nothing was selected.
    pub fn go_up(&mut self) -> bool {
        match (&self.shown, self.key) {
            (Shown::Nothing, _) | (_, None) => return false,
            (Shown::Endpoint, _) => *self = Self { picks: self.picks, ..Self::default() },
            (Shown::Conn, Some((endpoint, _))) => self.select_endpoint(endpoint),
            (_, Some(of)) => self.select_conn(of),
        }
        true
    }

    /// The trace was emptied: what it held can't be shown any more.
    pub fn forget_call(&mut self) {
        if self.call().is_some() {
            self.go_up();
        }
    }

    pub fn forget_endpoint(&mut self, endpoint: EndpointId) {
        if self.endpoint() == Some(endpoint) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(conn: Option<u32>) -> StreamKey {
        (EndpointId(1), conn.and_then(ConnId::new))
    }

    #[test]
    fn up_leads_from_a_call_to_its_connection_its_endpoint_and_nothing() {
        let mut selection = Selection::default();
        selection.select_call(7, key(Some(2)));
        assert_eq!((selection.call(), selection.conn()), (Some(7), ConnId::new(2)));
        assert!(selection.go_up());
        assert_eq!((selection.shown(), selection.conn()), (&Shown::Conn, ConnId::new(2)));
        assert!(selection.go_up());
        assert_eq!((selection.shown(), selection.endpoint()), (&Shown::Endpoint, Some(EndpointId(1))));
        assert!(selection.go_up() && !selection.go_up());
        assert_eq!(selection, Selection::default());
    }

    #[test]
    fn a_call_of_no_connection_leads_to_its_endpoint() {
        let mut selection = Selection::default();
        selection.select_call(7, key(None));
        selection.go_up();
        assert_eq!(selection.shown(), &Shown::Endpoint);
    }

    #[test]
    fn what_is_selected_takes_the_place_of_all_that_was() {
        let mut selection = Selection::default();
        selection.select_call(7, key(Some(2)));
        selection.select_conn((EndpointId(3), ConnId::new(1)));
        assert_eq!((selection.call(), selection.conn()), (None, ConnId::new(1)));
        selection.select_endpoint(EndpointId(4));
        assert_eq!((selection.endpoint(), selection.conn()), (Some(EndpointId(4)), None));
        selection.select_transfer(TransferId(5), key(Some(1)));
        assert_eq!((selection.call(), selection.transfer()), (None, Some(TransferId(5))));
        selection.select_rule("greeting", key(None));
        assert_eq!((selection.transfer(), selection.shown()), (None, &Shown::Rule("greeting".to_owned())));
        selection.forget_endpoint(EndpointId(9));
        assert_eq!(selection.endpoint(), Some(EndpointId(1)));
        selection.forget_endpoint(EndpointId(1));
        assert_eq!(selection, Selection::default());
    }
}
