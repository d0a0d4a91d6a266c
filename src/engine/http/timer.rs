//! hyper's clock, which does not run on while a call is held: whoever is waited for may be what is held.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use crate::engine::tap::Hold;

pub struct HoldTimer(pub Hold);

struct Sleeping(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Timer for HoldTimer {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Sleep>> {
        let hold = self.0.clone();
        Box::pin(Sleeping(Box::pin(async move { hold.sleep(time).await })))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(Instant::now()))
    }
}

impl Future for Sleeping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl Sleep for Sleeping {}
