//! The condition of a breakpoint: whether it is one, and why not in words.

use crate::explain::filter;
use crate::lab::Localized;
use crate::lab::breakpoint::At;
use crate::t;
use crate::trace::filter::{Filter, Unknown};

/// Reads a condition, as [`crate::lab::breakpoint::Check`] says.
///
/// # Errors
/// It is no filter, or asks for what is not known at its place.
pub fn check(when: &str, at: Option<At>) -> Result<At, Localized> {
    let filter = Filter::parse(when).map_err(|error| Localized::said(|lang| filter::error(lang, &error)))?;
    let filter = filter.ok_or_else(|| Localized::said(|lang| t!(lang, "breakpoint-empty")))?;
    filter.stops(at).map_err(|unknown| match unknown {
        Unknown::Before(field) => Localized::said(|lang| t!(lang, "breakpoint-not-before", field = field.name())),
        Unknown::Never(field) => Localized::said(|lang| t!(lang, "breakpoint-never", field = field.name())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_stops_where_all_is_known_that_it_asks_about() {
        for (when, wanted, at) in [
            ("op == recv", None, At::Before),
            ("endpoint == server and op == send and port == 80", None, At::Before),
            ("op == recv", Some(At::After), At::After),
            ("op == recv and len < 10", None, At::After),
            ("op == send and len > 100", Some(At::Before), At::Before),
            ("errno", None, At::After),
            ("frame.function == 3", None, At::After),
            ("recv(1024)", None, At::Before),
            ("source == \"server.py:14\"", None, At::Before),
        ] {
            assert_eq!(check(when, wanted), Ok(at), "{when}");
        }
    }

    #[test]
    fn a_condition_on_what_is_not_known_there_is_refused_in_both_languages() {
        for (when, at) in [
            ("errno", Some(At::Before)),
            ("op == recv and not eof", Some(At::Before)),
            ("frame.function == 3", Some(At::Before)),
            ("seq == 7", None),
            ("bookmark", Some(At::After)),
            ("", None),
            ("op == ", None),
        ] {
            let refused = check(when, at).unwrap_err();
            for lang in crate::lang::Lang::ALL {
                assert!(!refused.text(lang).is_empty() && !refused.text(lang).contains("breakpoint-"), "{when}");
            }
        }
    }
}
