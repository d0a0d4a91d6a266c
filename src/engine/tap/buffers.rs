//! Where bytes are received, and where they are copied to: this thread's own memory, so that an idle connection holds no
//! buffer, and a payload of a few bytes needs no allocation.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};

/// Payloads up to this length lie together in blocks; a longer one has memory of its own. 4 KiB.
const LONGEST_TOGETHER: usize = 4 * 1024;

/// The length of a block, which goes when none of its payloads is kept any more. As calls leave the trace in the order in
/// which they came, that is soon after the first of them has left.
const BLOCK: usize = 64 * 1024;

/// A buffer that is so full is kept as it is: 3 quarters.
fn is_full(buffer: &Vec<u8>) -> bool {
    buffer.len() >= buffer.capacity() / 4 * 3
}

thread_local! {
    /// Where streams are received.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// The rest of the block that was begun last.
    static REST: RefCell<BytesMut> = RefCell::new(BytesMut::new());
}

/// Calls `receive` with this thread's receive buffer, `len` bytes of it.
pub fn with_scratch<T>(len: usize, receive: impl FnOnce(&mut [u8]) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < len {
            scratch.resize(len, 0);
        }
        receive(&mut scratch[..len])
    })
}

/// Calls `receive` with this thread's buffer for streams.
pub fn with_room<T>(receive: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    ROOM.with_borrow_mut(receive)
}

/// What was received into it, to be kept and shared. Where there is much of it, it is not copied.
pub fn kept(room: &mut Vec<u8>) -> Bytes {
    if room.len() > LONGEST_TOGETHER && is_full(room) { std::mem::take(room).into() } else { copied(room) }
}

/// The bytes, to be kept and shared.
pub fn copied(bytes: &[u8]) -> Bytes {
    if bytes.len() > LONGEST_TOGETHER {
        return Bytes::copy_from_slice(bytes);
    }
    REST.with_borrow_mut(|rest| {
        if rest.capacity() < bytes.len() {
            *rest = BytesMut::with_capacity(BLOCK);
        }
        rest.extend_from_slice(bytes);
        rest.split().freeze()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_copied_stays_what_it_was(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6_000), 0..60)) {
            let kept: Vec<Bytes> = payloads.iter().map(|payload| copied(payload)).collect();
            for (kept, payload) in kept.iter().zip(&payloads) {
                prop_assert_eq!(kept, payload);
            }
        }

        #[test]
        fn what_is_received_stays_what_it_was(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6_000), 0..60)) {
            let receive = |payload: &Vec<u8>| with_room(|room| {
                room.clear();
                room.reserve_exact(6_000);
                room.extend_from_slice(payload);
                kept(room)
            });
            let kept: Vec<Bytes> = payloads.iter().map(receive).collect();
            for (kept, payload) in kept.iter().zip(&payloads) {
                prop_assert_eq!(kept, payload);
            }
        }
    }
}
