//! `fixed`: every message has the same number of bytes.

use super::{Cutter, Found, Framing, FramingKind, MAX_FRAME, Progress, Resumed, UnframeableError, counted};
use crate::kinds::field::{Field, Value, Values};
use crate::t;

pub static FIXED: FramingKind = FramingKind {
    name: "fixed",
    fields: &[LENGTH],
    example: "{ kind = \"fixed\", length = 16 }",
    cutter: |values, _| Box::new(Fixed(u64::from(length(values)))),
    frame: |values, _, payload| match (payload.len(), length(values)) {
        (len, length) if len == length as usize => Ok(payload),
        (len, length) => Err(UnframeableError::WrongLength { len, length }),
    },
    short: |lang, values| Some(t!(lang, "framing-short-fixed", length = length(values)).into_owned()),
    ..FramingKind::PLAIN
};

const LENGTH: Field = Field::number("length", 1, MAX_FRAME, "16");

fn length(values: &Values) -> u32 {
    values.number(LENGTH.key).clamp(1, MAX_FRAME)
}

#[derive(Clone, Debug)]
struct Fixed(u64);

impl Cutter for Fixed {
    fn advance(&mut self, at: &Progress, _: Option<&[u8]>, available: u64) -> (u64, Found) {
        counted(self.0.saturating_sub(at.len), available, Found::End { header: 0, trailer: 0 })
    }

    fn resume_at(&mut self, position: u64) -> Resumed {
        match position % self.0 {
            0 => Resumed::Between,
            len => Resumed::Within { len },
        }
    }

    fn fixed_length(&self) -> Option<u64> {
        Some(self.0)
    }
}

impl Framing {
    /// `length` is brought within 1 and [`MAX_FRAME`].
    pub fn fixed(length: u32) -> Self {
        Self::new(&FIXED, Values::one(LENGTH.key, Value::Number(length.clamp(1, MAX_FRAME))))
    }
}
