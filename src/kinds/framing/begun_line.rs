//! A line that a cutter is reading.

use super::{Found, Progress, within};

/// How many bytes were read, and what that gave.
type Taken<T> = (u64, T);

/// The beginning of a line whose end has not come: its first bytes only where it is longer than `MOST`.
#[derive(Clone, Debug, Default)]
pub(super) struct BegunLine<const MOST: usize>(Vec<u8>);

impl<const MOST: usize> BegunLine<MOST> {
    /// Reads up to the line feed: how many bytes that took, and the line with it where it has come.
    ///
    /// # Errors
    /// What the cutter gives instead, where the message becomes too long.
    pub fn read(
        &mut self,
        at: &Progress,
        bytes: &[u8],
        available: u64,
    ) -> Result<Taken<Option<Vec<u8>>>, Taken<Found>> {
        let room = u64::from(at.max).saturating_sub(at.len);
        let bytes = within(bytes, room);
        let found = memchr::memchr(b'\n', bytes);
        let piece = found.map_or(bytes, |at| &bytes[..=at]);
        let space = MOST.saturating_sub(self.0.len());
        self.0.extend_from_slice(piece.get(..space).unwrap_or(piece));
        match found {
            Some(_) => Ok((piece.len() as u64, Some(std::mem::take(&mut self.0)))),
            None if available <= room => Ok((piece.len() as u64, None)),
            None => Err((0, at.too_long())),
        }
    }

    /// Bytes of it are missing.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
