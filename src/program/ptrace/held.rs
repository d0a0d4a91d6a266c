//! Calls of a program that are held: the thread stands at the stop before its call, for as long as the user wants; the
//! program's other threads go on.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use super::pending::Pending;
use super::recording::Recording;
use crate::engine::tap::{Place, UpcomingCall};

/// A call that may have to wait before it is made.
pub struct HeldEntry {
    pub call: Pending,
    place: Option<Place>,
}

impl HeldEntry {
    pub fn new(call: Pending) -> Self {
        Self { call, place: None }
    }

    /// Whether it may be made now. If not, the waker is woken when it is worth asking again.
    pub fn may_pass(&mut self, recording: &Recording, waker: &Waker) -> bool {
        let (socket, conn, ends) = recording.place(&self.call);
        let recorder = &recording.recorder;
        let upcoming = UpcomingCall {
            endpoint: recorder.endpoint(),
            socket,
            conn,
            ends: &ends,
            op: &self.call.op,
            made_by: Some(&self.call.made_by),
        };
        recorder.poll_pass(&mut Context::from_waker(waker), upcoming, &mut self.place) == Poll::Ready(())
    }
}

/// Wakes the thread that follows a program.
pub fn waker(following: Thread) -> Waker {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Waker::from(Arc::new(Unpark(following)))
}
