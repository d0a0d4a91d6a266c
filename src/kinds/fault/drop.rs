//! `drop`: a datagram does not arrive.

use super::{Acts, FaultKind, Hand, Harms, Item, Stage};

pub static DROP: FaultKind =
    FaultKind { name: "drop", harms: Harms::Datagrams, acts: Acts::Flow(|_, _| Box::new(Drop)), ..FaultKind::PLAIN };

#[derive(Debug)]
struct Drop;

impl Stage for Drop {
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>) {
        match item {
            Item::Bytes(piece) if hit => {
                let bytes = piece.bytes.len() as u64;
                hand.note(piece.at, bytes).removed(bytes);
            }
            other => hand.pass(other),
        }
    }
}
