//! `json`: a message is an object or an array. Braces and brackets are counted, but for those in strings; white space and
//! record separators (RFC 7464) stand between messages.

use super::{Aside, Cutter, Found, FramingKind, Progress, Resumed, within};

pub static JSON: FramingKind =
    FramingKind { name: "json", cutter: |_, _| Box::new(Json::default()), ..FramingKind::PLAIN };

/// What stands between messages is reported in pieces of at most this length.
const MOST_ASIDE: u64 = 64 * 1024;

#[derive(Clone, Debug, Default)]
struct Json {
    /// How many braces and brackets are open.
    depth: u64,
    is_string: bool,
    is_escaped: bool,
    /// Something came that is neither a message nor white space.
    is_noise: bool,
}

impl Json {
    /// The bytes before a message, up to the first of one.
    fn outside(&mut self, at: &Progress, bytes: &[u8]) -> (u64, Found) {
        let most = MOST_ASIDE.min(u64::from(at.max));
        let aside = |len, is_noise: bool| Found::Aside(Aside { len, is_padding: !is_noise });
        for (index, byte) in within(bytes, most.saturating_sub(at.len)).iter().enumerate() {
            let (before, used) = (at.len + index as u64, index as u64 + 1);
            if matches!(byte, b'{' | b'[') {
                self.depth = 1;
                let is_noise = std::mem::take(&mut self.is_noise);
                return (used, if before == 0 { Found::More } else { aside(before, is_noise) });
            }
            self.is_noise |= !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e);
            if before + 1 == most {
                return (used, aside(most, std::mem::take(&mut self.is_noise)));
            }
        }
        (bytes.len() as u64, Found::More)
    }

    /// How many bytes there are up to the end of the message.
    fn find_end(&mut self, bytes: &[u8]) -> Option<u64> {
        for (index, byte) in bytes.iter().enumerate() {
            if self.is_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.is_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.is_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth -= 1,
                _ => {}
            }
            if self.depth == 0 {
                return Some(index as u64 + 1);
            }
        }
        None
    }
}

impl Cutter for Json {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let Some(bytes) = bytes else {
            // Nobody knows how many braces were in them.
            *self = Self { is_noise: true, ..Self::default() };
            return (available, Found::More);
        };
        if self.depth == 0 {
            if at.len >= MOST_ASIDE.min(u64::from(at.max)) {
                let is_padding = !std::mem::take(&mut self.is_noise);
                return (0, Found::Aside(Aside { len: at.len, is_padding }));
            }
            return self.outside(at, bytes);
        }
        let room = u64::from(at.max).saturating_sub(at.len);
        match self.find_end(within(bytes, room)) {
            Some(used) => (used, Found::End { header: 0, trailer: 0 }),
            None if available <= room => (available, Found::More),
            None => (0, at.too_long()),
        }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        self.is_noise = true;
        Resumed::Between
    }

    fn aside(&self, len: u64) -> Option<Aside> {
        (self.depth == 0).then_some(Aside { len, is_padding: !self.is_noise })
    }
}
