//! What was said on a connection, written elsewhere.

use std::io::{self, Write};

use bytes::Bytes;

use super::{Direction, Follow};
use crate::lab::TextEncoding;
use crate::trace::Trace;
use crate::trace::text::StreamDecoder;

impl Follow {
    /// The bytes in order, to be written elsewhere: of one side, or of both. Nothing is copied.
    pub fn pieces(&self, trace: &Trace, only: Option<Direction>) -> Vec<Piece> {
        let mut next: [Option<u64>; 2] = [None; 2];
        let seqs = trace.of_socket(self.socket);
        let calls = seqs.into_iter().flatten().filter_map(|seq| trace.get(*seq));
        let mut pieces = Vec::new();
        for (call, said) in calls.map(|call| (call, trace.said(call))).filter(|(_, said)| said.len > 0) {
            let side = if call.op.sends() { Direction::Sent } else { Direction::Received };
            if !(call.op.sends() || call.op.receives()) || only.is_some_and(|only| only != side) {
                continue;
            }
            let next = &mut next[side as usize];
            let offset = said.offset.unwrap_or(next.unwrap_or(0));
            let missing = offset.saturating_sub(next.unwrap_or(0));
            *next = Some(offset + said.bytes.len() as u64);
            pieces.push(Piece { side, missing, bytes: said.bytes.clone() });
        }
        pieces
    }
}

/// The bytes of one call, for saving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub side: Direction,
    /// How many bytes before it were not kept.
    pub missing: u64,
    pub bytes: Bytes,
}

/// Writes the bytes as they are.
///
/// # Errors
/// What the writer says.
pub fn write_bytes(pieces: &[Piece], out: &mut dyn Write) -> io::Result<()> {
    pieces.iter().try_for_each(|piece| out.write_all(&piece.bytes))
}

/// Writes both sides as text, each turn under a line that says whose it is. `name` gives those words, and those for
/// bytes that are missing.
///
/// # Errors
/// What the writer says.
pub fn write_text(
    pieces: &[Piece],
    encoding: TextEncoding,
    names: &[String; 2],
    missing: &dyn Fn(u64) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut decoders = [StreamDecoder::new(encoding), StreamDecoder::new(encoding)];
    let mut last = None;
    let mut text = String::new();
    let mut ends_line = true;
    for piece in pieces {
        text.clear();
        if piece.missing > 0 || last != Some(piece.side) {
            if !ends_line {
                out.write_all(b"\n")?;
            }
            if piece.missing > 0 {
                decoders[piece.side as usize].finish(&mut text);
                writeln!(out, "{text}[{}]", missing(piece.missing))?;
                text.clear();
            }
            let arrow = if piece.side == Direction::Sent { '→' } else { '←' };
            writeln!(out, "{arrow} {}", names[piece.side as usize])?;
            last = Some(piece.side);
        }
        decoders[piece.side as usize].push(&piece.bytes, &mut text);
        out.write_all(text.as_bytes())?;
        ends_line = text.ends_with('\n');
    }
    for decoder in &mut decoders {
        text.clear();
        decoder.finish(&mut text);
        out.write_all(text.as_bytes())?;
    }
    if ends_line { Ok(()) } else { out.write_all(b"\n") }
}
