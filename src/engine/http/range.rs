//! What a client may write into `Range` (RFC 9110, 14.1.2), put so that http-serve 0.4 understands it: that adds one to
//! the last position without a look at its size, finds no bytes where more than there are were asked for from the end,
//! and gives zero bytes of it as if they were a part.

use hyper::header::HeaderValue;

/// The same ranges of a file of that length, or nothing where these are none.
pub fn mended(range: &HeaderValue, len: u64) -> Option<HeaderValue> {
    let ranges = range.to_str().ok()?.strip_prefix("bytes=")?;
    let mut mended = Vec::new();
    for range in ranges.split(',').map(str::trim).filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-')?;
        mended.push(match (first, last) {
            ("", "") => return None,
            ("", count) => match number(count)? {
                0 => continue,
                count if count >= len => "0-".to_owned(),
                count => format!("-{count}"),
            },
            (first, "") => format!("{}-", number(first)?),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if first > last {
                    return None;
                }
                format!("{first}-{}", last.min(len))
            }
        });
    }
    // Of no bytes at all there is no part.
    let mended = if mended.is_empty() { format!("{len}-") } else { mended.join(",") };
    HeaderValue::try_from(format!("bytes={mended}")).ok()
}

/// What is too large for a number is larger than any file.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_what_is_beyond_the_end_is_cut_off() {
        let huge = "0-99999999999999999999999999";
        let most = "0-18446744073709551615";
        for (asked, means) in [
            ("0-0", Some("0-0")),
            ("5-", Some("5-")),
            ("100-", Some("100-")),
            ("-10", Some("-10")),
            ("-100", Some("0-")),
            ("-500", Some("0-")),
            ("-0", Some("100-")),
            (most, Some("0-100")),
            (huge, Some("0-100")),
            ("0-9, 20-29 ,, -5", Some("0-9,20-29,-5")),
            ("-0,3-4", Some("3-4")),
            ("9-3", None),
            ("+1-2", None),
            ("-", None),
            ("1", None),
            ("x-y", None),
            ("1-2-3", None),
        ] {
            let asked = HeaderValue::try_from(format!("bytes={asked}")).unwrap();
            let means = means.map(|means| HeaderValue::try_from(format!("bytes={means}")).unwrap());
            assert_eq!(mended(&asked, 100), means, "{asked:?}");
        }
        assert_eq!(mended(&HeaderValue::from_static("lines=1-2"), 100), None);
        assert_eq!(mended(&HeaderValue::from_static("bytes=-5"), 0), Some(HeaderValue::from_static("bytes=0-")));
    }
}
