//! What a socket said: the one door to the bytes of a call.
//!
//! Views, words and generated programs ask here. A call's own `data` is for what shows or keeps the call as the system
//! had it: exports, trace files, limits of memory, the pairing of datagrams. A layer between the two, as TLS is one, has
//! its place here, and nobody who asks needs to know of it.

use bytes::Bytes;

use super::call::Call;
use super::store::Trace;

/// What one call said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'t> {
    /// As much of it as was kept.
    pub bytes: &'t Bytes,
    /// How many bytes it was.
    pub len: u64,
    /// Where its first byte stands in all that this direction of the stream said.
    pub offset: Option<u64>,
}

impl Payload<'_> {
    /// How many bytes of it were not kept.
    pub fn missing(&self) -> u64 {
        self.len.saturating_sub(self.bytes.len() as u64)
    }

    /// Only its beginning was kept.
    pub fn is_cut(&self) -> bool {
        self.missing() > 0
    }

    /// Nothing of it was kept, or it said nothing.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Trace {
    /// What a call of this trace said.
    pub fn said<'t>(&'t self, call: &'t Call) -> Payload<'t> {
        Payload { bytes: &call.data, len: call.len, offset: call.offset }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::trace::{Op, Outcome};

    #[test]
    fn what_was_not_kept_is_counted() {
        let trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let call = Call {
            len: 10,
            data: Bytes::from_static(b"abc"),
            offset: Some(7),
            ..Call::sample(Op::Recv { max: 10 }, Outcome::Ok(10))
        };
        let said = trace.said(&call);
        assert_eq!((said.bytes.as_ref(), said.len, said.offset, said.missing()), (&b"abc"[..], 10, Some(7), 7));
        assert!(said.is_cut() && !said.is_empty());
        let whole = Call { len: 3, ..call };
        assert!(!trace.said(&whole).is_cut());
    }
}
