//! A file of a program's source, line by line.

use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Without its folder, as calls have it.
    pub name: Arc<str>,
    text: Arc<str>,
    /// Where each line begins.
    starts: Vec<usize>,
}

/// `server.py:14`: the file's name, and the line's number from 1.
pub fn parts(source: &str) -> Option<(&str, usize)> {
    let (name, line) = source.rsplit_once(':')?;
    Some((name, line.parse().ok().filter(|line| *line > 0)?))
}

impl SourceFile {
    pub(super) fn new(name: Arc<str>, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let starts = starts.filter(|start| *start < text.len()).collect();
        Self { name, text: text.into(), starts }
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// By its number from 1.
    pub fn line(&self, number: usize) -> Option<&str> {
        let place = number.checked_sub(1)?;
        let start = *self.starts.get(place)?;
        let end = self.starts.get(place + 1).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_the_numbers_of_its_lines() {
        let file = SourceFile::new("a.py".into(), "one\r\n\nthree");
        assert_eq!((file.len(), file.line(0), file.line(4)), (3, None, None));
        assert_eq!([1, 2, 3].map(|number| file.line(number).unwrap()), ["one", "", "three"]);
        assert_eq!(SourceFile::new("a.py".into(), "one\n").len(), 1);
        assert!(SourceFile::new("a.py".into(), "").is_empty());
    }

    #[test]
    fn a_place_is_a_file_and_a_line() {
        assert_eq!(parts("server.py:14"), Some(("server.py", 14)));
        assert_eq!(parts("a:b.c:2"), Some(("a:b.c", 2)));
        assert_eq!((parts("server.py"), parts("a.py:x"), parts("a.py:0")), (None, None, None));
    }
}
