//! Numbers, bytes and times as people read them.

use super::Lang;
use crate::t;

/// `1,024`: a number that people read.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 byte`, `1,024 bytes`.
pub fn bytes(lang: Lang, count: u64) -> String {
    t!(lang, "explain-bytes", count = count, shown = number(count)).into_owned()
}

/// A time in the unit that people would choose: `13 µs`, `2.6 ms`, `2.6 s`.
pub fn time(lang: Lang, nanos: u64) -> String {
    let nanos = nanos as f64;
    if nanos < 999_500.0 {
        t!(lang, "explain-microseconds", number = figure(nanos / 1e3)).into_owned()
    } else if nanos < 999_500_000.0 {
        t!(lang, "explain-milliseconds", number = figure(nanos / 1e6)).into_owned()
    } else {
        t!(lang, "explain-seconds", number = figure(nanos / 1e9)).into_owned()
    }
}

/// One decimal below ten, none above.
fn figure(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown: Vec<String> = [0, 7, 999, 1000, 65_507, 1_234_567].into_iter().map(number).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "65,507", "1,234,567"]);
    }

    #[test]
    fn bytes_are_counted_in_the_words_of_each_language() {
        assert_eq!([bytes(Lang::En, 1), bytes(Lang::En, 1024)], ["1 byte", "1,024 bytes"]);
        assert_eq!(bytes(Lang::ZhCn, 1024), "1,024 字节");
    }

    #[test]
    fn times_are_told_in_the_unit_that_people_would_choose() {
        let shown: Vec<String> = [40, 13_200, 999_400, 999_600, 2_600_000, 2_600_000_000, 61_000_000_000]
            .into_iter()
            .map(|nanos| time(Lang::En, nanos))
            .collect();
        assert_eq!(shown, ["0.0 µs", "13 µs", "999 µs", "1.0 ms", "2.6 ms", "2.6 s", "61 s"]);
        assert_eq!(time(Lang::ZhCn, 2_600_000_000), "2.6 秒");
    }
}
