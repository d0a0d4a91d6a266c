//! Of whom the user has been told already.

use std::collections::HashSet;

use crate::lab::Addr;

/// Of more addresses than this the user is not told that datagrams came back from there; each is on record.
const MAX_TOLD: usize = 64;

/// Addresses of which something has been said once.
#[derive(Debug, Default)]
pub struct Told(HashSet<Addr>);

impl Told {
    /// True for the first time.
    pub fn is_news(&mut self, addr: &Addr) -> bool {
        self.0.len() < MAX_TOLD && self.0.insert(addr.clone())
    }

    /// It may be said again.
    pub fn take(&mut self, addr: &Addr) {
        self.0.remove(addr);
    }
}
