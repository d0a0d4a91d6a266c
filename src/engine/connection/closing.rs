//! How a connection comes to its end.

use tokio::sync::mpsc;

use super::request::ConnRequest;
use crate::engine::link::completion::Completion;
use crate::engine::link::error::Error;
use crate::engine::tap::{StreamSocket, Tapped};
use crate::lab::EndpointSpec;

/// Closes a connection. With SO_LINGER, Linux waits in `close` even where the socket doesn't block.
pub async fn close<S: StreamSocket>(tapped: Tapped<S>, spec: &EndpointSpec, reset: bool) -> Result<(), Error> {
    let lingers = !reset && spec.options.linger.is_some_and(|time| !time.is_zero());
    tapped.close(reset, lingers).await
}

/// How the connection will be closed.
#[derive(Default)]
pub struct Closing {
    pub reset: bool,
    pub by: Option<Completion>,
}

impl Closing {
    pub fn requested(&mut self, by: Option<(bool, Completion)>) {
        if let Some((reset, done)) = by {
            self.reset = reset;
            self.by = Some(done);
        }
    }
}

/// Waits for the request that closes the connection; `None` for the end of all requests, which means the same. Others are
/// refused: what goes over this connection is a file.
pub async fn close_requested(requests: &mut mpsc::Receiver<ConnRequest>) -> Option<(bool, Completion)> {
    loop {
        match requests.recv().await?.closes() {
            Ok(closing) => return Some(closing),
            Err(request) => request.refuse_for_file(),
        }
    }
}
