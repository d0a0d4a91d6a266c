//! What a server said of a file that came only in part (RFC 9110's validators): with it the rest may be asked for, and only
//! if the file is still the same. Remembered while the program runs, not beside the `.part`: a download that is gone on
//! on another day starts over, which is never wrong, and no file of ours is left behind.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::header::{ETAG, HeaderMap, HeaderValue, LAST_MODIFIED};

/// The most parts that are remembered; the oldest leaves first.
const MAX_PARTS: usize = 1_000;

/// The longest validator that is remembered, in bytes.
const MAX_LEN: usize = 1_024;

/// By the path of the part.
#[derive(Default)]
pub struct Validators(Mutex<VecDeque<(PathBuf, HeaderValue)>>);

impl Validators {
    /// Remembers what an answer's head says of the file. What it says nothing of is forgotten.
    pub fn put(&self, done: &Path, head: &HeaderMap) {
        let mut known = self.known();
        known.retain(|(path, _)| path != done);
        let Some(validator) = of(head) else { return };
        if known.len() >= MAX_PARTS {
            known.pop_front();
        }
        known.push_back((done.to_owned(), validator));
    }

    pub fn get(&self, done: &Path) -> Option<HeaderValue> {
        self.known().iter().find(|(path, _)| path == done).map(|(_, validator)| validator.clone())
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<(PathBuf, HeaderValue)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A strong ETag, else the time of the last change; a weak ETag says nothing of single bytes.
fn of(head: &HeaderMap) -> Option<HeaderValue> {
    let strong = head.get(ETAG).filter(|etag| etag.as_bytes().starts_with(b"\""));
    strong.or_else(|| head.get(LAST_MODIFIED)).filter(|validator| validator.len() <= MAX_LEN).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(fields: &[(hyper::header::HeaderName, &'static str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_strongest_word_of_a_server_counts() {
        const DATE: &str = "Fri, 20 Nov 2026 23:00:00 GMT";
        let validators = Validators::default();
        let done = Path::new("/x.done");
        let said = |fields: &[_]| {
            validators.put(done, &head(fields));
            validators.get(done)
        };
        assert_eq!(said(&[(ETAG, "\"a\""), (LAST_MODIFIED, DATE)]), Some(HeaderValue::from_static("\"a\"")));
        assert_eq!(said(&[(ETAG, "W/\"a\""), (LAST_MODIFIED, DATE)]), Some(HeaderValue::from_static(DATE)));
        assert_eq!(said(&[(ETAG, "W/\"a\"")]), None);
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn of_too_many_parts_the_oldest_is_forgotten() {
        let validators = Validators::default();
        for number in 0..=MAX_PARTS {
            validators.put(Path::new(&number.to_string()), &head(&[(ETAG, "\"a\"")]));
        }
        assert_eq!(validators.get(Path::new("0")), None);
        assert!(validators.get(Path::new("1")).is_some());
        assert_eq!(validators.known().len(), MAX_PARTS);
    }
}
