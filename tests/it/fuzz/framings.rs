//! Bytes of a peer, cut into messages.

use std::ops::Range;

use bytes::Bytes;
use socket_lab::kinds::framing::FrameScanner;
use socket_lab::lab::TextEncoding;
use socket_lab::lab::framing::{Framing, MAX_FRAME, PREFIX_WIDTHS};
use socket_lab::service::framing::{Deframer, FrameError, Message, MessageKind, frame};

use super::campaign::{Target, fuzz};

/// Whole messages, the error, every byte after it, what was incomplete.
type Told = (Vec<(Range<u64>, Bytes)>, Option<FrameError>, Vec<u8>, Option<Message>);

fn told<'b>(mut deframer: Deframer, pieces: impl Iterator<Item = &'b [u8]>, most: usize) -> Told {
    let mut told: Told = Default::default();
    for piece in pieces {
        for message in deframer.push(Bytes::copy_from_slice(piece)) {
            match message {
                Ok(Message { range, payload, kind: MessageKind::Whole, .. }) => told.0.push((range, payload)),
                Ok(message) => told.2.extend_from_slice(&message.payload),
                Err(error) => assert_eq!(told.1.replace(error), None, "an error comes once"),
            }
        }
        assert!(deframer.waiting() <= most, "{} bytes wait", deframer.waiting());
    }
    told.3 = deframer.finish();
    told
}

/// The first bytes choose the framing.
fn chosen(input: &[u8]) -> Option<(Framing, TextEncoding, u32, &[u8])> {
    let ([kind, number, max], rest) = input.split_first_chunk()?;
    let number = usize::from(*number);
    let (framing, rest) = match kind % 6 {
        0 => (Framing::line(), rest),
        1 => {
            let (delimiter, rest) = rest.split_at_checked(1 + number % 64)?;
            (Framing::delimiter(delimiter).unwrap(), rest)
        }
        2 => (Framing::fixed(1 + number as u32), rest),
        kind => {
            let width = PREFIX_WIDTHS[number % 4];
            (Framing::length_prefix(width, kind == 3).unwrap(), rest)
        }
    };
    let encoding = if kind & 0x80 == 0 { TextEncoding::UTF_8 } else { TextEncoding::Utf16Le };
    let max = if *max == 0 { MAX_FRAME } else { u32::from(*max) };
    Some((framing, encoding, max, rest))
}

#[test]
fn any_split_of_any_stream_gives_the_same_messages() {
    let mut samples: Vec<Vec<u8>> = vec![
        b"\0\0\x10one\r\ntwo\n\nthree".to_vec(),
        b"\x80\0\x20a\0\n\0b\0\r\0\n\0".to_vec(),
        b"\x01\x01\x10\r\none\r\ntwo\r\r\nthree\r\n".to_vec(),
        b"\x01\x03\0abababababaababab".to_vec(),
        b"\x02\x03\0aaaabbbbcccc".to_vec(),
        b"\x03\0\x20\x03abc\0\x01z".to_vec(),
        b"\x03\x02\0\0\0\0\x03abc\0\0\0\0\0\0\0\x01z".to_vec(),
        b"\x04\x01\0\x03\0abc\0\0".to_vec(),
        b"\x04\x03\0\x02\0\0\0\0\0\0\0hi".to_vec(),
    ];
    samples.push([b"\0\0\x08".to_vec(), vec![b'x'; 40]].concat());
    let target = Target { name: "framings", samples, words: &["\r\n", "\n\0", "\0", "ab", "\0\0\0\u{1}"], cases: 600 };
    fuzz(target, |input| {
        let Some((framing, encoding, max, bytes)) = chosen(input) else { return false };
        let new = || Deframer::new(&framing, encoding).with_max(max);
        // A message, its end or prefix, and the piece that has just come.
        let most = max.max(256) as usize + 64 + bytes.len().min(MAX_FRAME as usize);
        let whole = told(new(), std::iter::once(bytes), most);
        for size in [1, 2, 3, 7, 64] {
            assert_eq!(told(new(), bytes.chunks(size), most), whole, "pieces of {size}");
        }
        let pieces = bytes.chunk_by(|a, b| (a ^ b) & 3 != 0);
        assert_eq!(told(new(), pieces, most), whole);

        let (messages, error, unframed, incomplete) = whole;
        let framed = messages.last().map_or(0, |(range, _)| range.end as usize);
        let rest = incomplete.map(|message| message.payload.to_vec()).unwrap_or_default();
        assert_eq!([&bytes[..framed], &unframed, &rest].concat(), bytes, "every byte comes out once");
        assert_eq!(error.map(|error| error.at() as usize), (!unframed.is_empty()).then_some(framed));
        for (_, payload) in messages.iter().take(8) {
            if let Ok(sent) = frame(&framing, encoding, payload.clone()) {
                assert!(sent.len() <= payload.len() + 64);
            }
        }
        // Bytes that were not kept, from somewhere in the stream on.
        let gap = bytes.iter().fold(0u64, |gap, byte| gap.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let mut scanner = FrameScanner::new(&framing, encoding).with_max(max).starting_at(gap);
        let (mut missing, mut frames, mut other) = (gap % 2_000, 0, scanner.clone());
        assert_eq!(scanner.skip(missing), {
            while let Some(Ok(_)) = other.next_frame_in_gap(&mut missing) {
                frames += 1;
            }
            frames
        });
        assert_eq!((scanner.position(), scanner.has_ended()), (other.position(), other.has_ended()));
        let _ = other.skip(gap);
        let mut rest = bytes;
        while let Some(Ok(frame)) = scanner.next_frame(&mut rest) {
            assert!(frame.range.start <= frame.payload.start && frame.payload.end <= frame.range.end);
        }
        !messages.is_empty()
    });
}
