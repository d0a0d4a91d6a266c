//! What goes into the placeholders of a reply.

use std::borrow::Cow;

use jiff::civil::DateTime;

use super::ReplyTrouble;
use crate::values::template::Segment;
use crate::values::{Addr, TextEncoding};

/// The values of the placeholders for one message.
pub(super) struct Filling<'a> {
    /// Put in as it came: it may be no text at all.
    pub message: &'a [u8],
    pub peer: &'a Addr,
    pub counter: u64,
    pub at: DateTime,
}

impl Filling<'_> {
    /// What stands in the place of that segment of a text.
    pub(super) fn value(&self, segment: &Segment, encoding: TextEncoding) -> Result<Cow<'_, [u8]>, ReplyTrouble> {
        let text = match segment {
            Segment::Msg => return Ok(Cow::Borrowed(self.message)),
            Segment::Len => self.message.len().to_string(),
            Segment::Host => self.peer.host(),
            Segment::Port => self.peer.port().to_string(),
            Segment::Counter => self.counter.to_string(),
            Segment::Time => self.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Segment::Text(text) => text.clone(),
        };
        encoding.encode(&text).map(Cow::Owned).map_err(ReplyTrouble::unencodable(encoding))
    }
}
