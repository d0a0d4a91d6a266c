//! Conditions of a request (RFC 9110, 13): whether the client has the file already, or wants it only as it was.

use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE};

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    pub etag: Option<&'a HeaderValue>,
    /// In whole seconds, as HTTP's dates are.
    pub modified: Option<SystemTime>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Send,
    NotModified,
    PreconditionFailed,
    /// A condition can't be read; nothing is sent that the client may not want.
    BadRequest(&'static str),
}

impl State<'_> {
    /// What becomes of a GET or HEAD with these fields, in the order of RFC 9110, 13.2.2.
    pub fn outcome(&self, fields: &HeaderMap) -> Outcome {
        if let Some(wanted) = fields.get(IF_MATCH) {
            match self.is_one_of(wanted, strongly_equal) {
                None => return Outcome::BadRequest("Unparseable If-Match header"),
                Some(false) => return Outcome::PreconditionFailed,
                Some(true) => {}
            }
        } else if let (Some(modified), Some(since)) = (self.modified, fields.get(IF_UNMODIFIED_SINCE)) {
            match date(since) {
                None => return Outcome::BadRequest("Unparseable If-Unmodified-Since"),
                Some(since) if modified > since => return Outcome::PreconditionFailed,
                Some(_) => {}
            }
        }
        // A list that can't be read counts as none.
        if let Some(known) = fields.get(IF_NONE_MATCH).and_then(|known| self.is_one_of(known, weakly_equal)) {
            return if known { Outcome::NotModified } else { Outcome::Send };
        }
        match (self.modified, fields.get(IF_MODIFIED_SINCE)) {
            (Some(modified), Some(since)) => match date(since) {
                None => Outcome::BadRequest("Unparseable If-Modified-Since"),
                Some(since) if modified <= since => Outcome::NotModified,
                Some(_) => Outcome::Send,
            },
            _ => Outcome::Send,
        }
    }

    /// Whether a part may be sent; `None`: there is no condition on it. A date never suffices: a file may change twice in a
    /// second.
    pub fn keeps_range(&self, fields: &HeaderMap) -> Option<bool> {
        let wanted = fields.get(IF_RANGE)?;
        Some(self.etag.is_some_and(|etag| strongly_equal(wanted.as_bytes(), etag.as_bytes())))
    }

    /// Whether the list of entity tags has this one; `None` where it can't be read.
    fn is_one_of(&self, list: &HeaderValue, equal: fn(&[u8], &[u8]) -> bool) -> Option<bool> {
        let mut rest = list.as_bytes().trim_ascii();
        if rest == b"*" {
            return Some(true);
        }
        let mut found = false;
        while !rest.is_empty() {
            let opening = if rest.starts_with(b"W/") { 2 } else { 0 };
            // A quotation mark can't be escaped within a tag.
            let inside = rest[opening..].strip_prefix(b"\"")?;
            let len = opening + inside.iter().position(|byte| *byte == b'"')? + 2;
            let (tag, behind) = rest.split_at(len);
            found |= self.etag.is_some_and(|etag| equal(tag, etag.as_bytes()));
            let behind = behind.trim_ascii_start();
            rest = behind.strip_prefix(b",").unwrap_or(behind).trim_ascii_start();
        }
        Some(found)
    }
}

fn weakly_equal(one: &[u8], other: &[u8]) -> bool {
    let opaque = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_owned();
    opaque(one) == opaque(other)
}

fn strongly_equal(one: &[u8], other: &[u8]) -> bool {
    one == other && !one.starts_with(b"W/")
}

fn date(field: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(field.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderName;

    const EARLIER: &str = "Fri, 20 Nov 2026 22:59:59 GMT";
    const THEN: &str = "Fri, 20 Nov 2026 23:00:00 GMT";

    fn outcome(fields: &[(HeaderName, &'static str)]) -> Outcome {
        let etag = HeaderValue::from_static("\"a\"");
        let state = State { etag: Some(&etag), modified: date(&HeaderValue::from_static(THEN)) };
        state.outcome(&fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn a_client_that_has_this_state_is_told_so() {
        for tags in ["\"a\"", "W/\"a\"", "*", "\"b\", \"a\"", "\"b\",W/\"a\"", "\"b\" \"a\""] {
            assert_eq!(outcome(&[(IF_NONE_MATCH, tags)]), Outcome::NotModified, "{tags}");
        }
        assert_eq!(outcome(&[(IF_MODIFIED_SINCE, THEN)]), Outcome::NotModified);
        assert_eq!(outcome(&[(IF_MODIFIED_SINCE, EARLIER)]), Outcome::Send);
        assert_eq!(outcome(&[(IF_MODIFIED_SINCE, "yesterday")]), Outcome::BadRequest("Unparseable If-Modified-Since"));
    }

    #[test]
    fn an_entity_tag_has_more_weight_than_a_date() {
        assert_eq!(outcome(&[(IF_NONE_MATCH, "\"b\""), (IF_MODIFIED_SINCE, THEN)]), Outcome::Send);
        assert_eq!(outcome(&[(IF_NONE_MATCH, "b"), (IF_MODIFIED_SINCE, THEN)]), Outcome::NotModified);
        assert_eq!(outcome(&[(IF_MATCH, "\"a\""), (IF_UNMODIFIED_SINCE, EARLIER)]), Outcome::Send);
    }

    #[test]
    fn a_client_that_wants_another_state_gets_nothing() {
        for tags in ["\"b\"", "W/\"a\"", "\"b\", \"c\""] {
            assert_eq!(outcome(&[(IF_MATCH, tags)]), Outcome::PreconditionFailed, "{tags}");
        }
        assert_eq!(outcome(&[(IF_MATCH, "*")]), Outcome::Send);
        assert_eq!(outcome(&[(IF_MATCH, "\"a")]), Outcome::BadRequest("Unparseable If-Match header"));
        assert_eq!(outcome(&[(IF_UNMODIFIED_SINCE, EARLIER)]), Outcome::PreconditionFailed);
        assert_eq!(outcome(&[(IF_UNMODIFIED_SINCE, THEN)]), Outcome::Send);
    }

    #[test]
    fn the_rest_of_a_file_is_given_only_for_its_strong_tag() {
        let etag = HeaderValue::from_static("\"a\"");
        let state = State { etag: Some(&etag), modified: date(&HeaderValue::from_static(THEN)) };
        let keeps = |value| state.keeps_range(&HeaderMap::from_iter([(IF_RANGE, HeaderValue::from_static(value))]));
        assert_eq!(["\"a\"", "\"b\"", "W/\"a\"", THEN].map(keeps), [Some(true), Some(false), Some(false), Some(false)]);
        assert_eq!(state.keeps_range(&HeaderMap::new()), None);
    }
}
