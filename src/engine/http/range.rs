//! `Range` (RFC 9110, 14): which bytes of a file a client asks for.

use std::ops::Range;

use hyper::header::HeaderValue;

/// What a `Range` field asks of a file of a known length.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// The whole file: there is no such field, or it is none that can be understood, which counts as none.
    Whole,
    /// These bytes, none of them empty, in the order of the field. At least one.
    Parts(Vec<Range<u64>>),
    /// Only bytes that the file does not have.
    Nothing,
}

/// Reads the field for a file of that length. Parts that are not there are left out; what lies beyond the end is cut off.
pub fn asked(field: Option<&HeaderValue>, len: u64) -> Asked {
    match field.and_then(|field| parts(field.to_str().ok()?, len)) {
        None => Asked::Whole,
        Some(parts) if parts.is_empty() => Asked::Nothing,
        Some(parts) => Asked::Parts(parts),
    }
}

fn parts(field: &str, len: u64) -> Option<Vec<Range<u64>>> {
    let mut parts = Vec::new();
    for part in field.strip_prefix("bytes=")?.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let part = match part.split_once('-')? {
            ("", count) => len - number(count)?.min(len)..len,
            (first, "") => number(first)?..len,
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if first > last {
                    return None;
                }
                first..last.saturating_add(1).min(len)
            }
        };
        if !part.is_empty() {
            parts.push(part);
        }
    }
    Some(parts)
}

/// What is too large for a number is larger than any file.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(field: &'static str, len: u64) -> Asked {
        asked(Some(&HeaderValue::from_static(field)), len)
    }

    /// First and last byte of each part, as the field has them.
    fn parts_of(field: &'static str) -> Vec<(u64, u64)> {
        match of(field, 100) {
            Asked::Parts(parts) => parts.into_iter().map(|part| (part.start, part.end - 1)).collect(),
            other => panic!("{field}: {other:?}"),
        }
    }

    #[test]
    fn what_is_asked_for_is_given_and_what_is_beyond_the_end_is_cut_off() {
        for (field, parts) in [
            ("bytes=0-0", &[(0, 0)][..]),
            ("bytes=5-", &[(5, 99)]),
            ("bytes=-10", &[(90, 99)]),
            ("bytes=-100", &[(0, 99)]),
            ("bytes=-500", &[(0, 99)]),
            ("bytes=0-18446744073709551615", &[(0, 99)]),
            ("bytes=0-99999999999999999999999999", &[(0, 99)]),
            ("bytes=0-9, 20-29 ,, -5", &[(0, 9), (20, 29), (95, 99)]),
            ("bytes=-0,3-4", &[(3, 4)]),
            ("bytes=200-300,3-4", &[(3, 4)]),
        ] {
            assert_eq!(parts_of(field), parts, "{field}");
        }
    }

    #[test]
    fn bytes_that_are_not_there_are_nothing() {
        for field in ["bytes=100-", "bytes=1000-2000", "bytes=-0", "bytes=", "bytes=99999999999999999999999999-"] {
            assert_eq!(of(field, 100), Asked::Nothing, "{field}");
        }
        assert_eq!(of("bytes=-5", 0), Asked::Nothing);
        assert_eq!(of("bytes=0-", 0), Asked::Nothing);
    }

    #[test]
    fn what_is_no_range_asks_for_the_whole() {
        for field in ["bytes=9-3", "bytes=+1-2", "bytes=-", "bytes=1", "bytes=x-y", "bytes=1-2-3", "lines=1-2", "1-2"] {
            assert_eq!(of(field, 100), Asked::Whole, "{field}");
        }
        assert_eq!(asked(None, 100), Asked::Whole);
    }
}
