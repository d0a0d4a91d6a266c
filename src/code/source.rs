//! The lines of a program as they are written, each with the calls that it makes.

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::trace::{Call, Op, SocketOption};

/// The longest line of a comment, in columns: within what each formatter allows.
const COMMENT_COLUMNS: usize = 78;

/// A finished program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub text: String,
    /// Which calls each line makes, by the line's number from 0.
    pub calls: Vec<Option<Calls>>,
}

/// The calls of the trace that a line stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Calls {
    /// All of the endpoint with that C name.
    Named(&'static str),
    /// The same where one line of a library makes several calls.
    Several(&'static [&'static str]),
    /// Those that set this option.
    Option(SocketOption),
    /// Those with that name that a listening socket makes.
    OfListener(&'static str),
    /// Those with that name that a server's connections make.
    OfConnection(&'static str),
    /// Those of a stretch, by their numbers.
    Numbered(Vec<u64>),
}

impl Calls {
    /// Whether a call of the endpoint is one of them.
    pub fn has(&self, call: &Call) -> bool {
        let name = call.op.name();
        match self {
            Self::Named(named) => name == *named,
            Self::Several(names) => names.contains(&name),
            Self::Option(sought) => matches!(&call.op, Op::SetSockOpt { option, .. } if option == sought),
            Self::OfListener(named) => name == *named && call.conn.is_none(),
            Self::OfConnection(named) => name == *named && call.conn.is_some(),
            // In the order of the trace.
            Self::Numbered(numbers) => numbers.binary_search(&call.seq).is_ok(),
        }
    }

    /// Whether calls of that C name are among them; of a stretch, that is not known.
    pub fn are_called(&self, sought: &str) -> bool {
        match self {
            Self::Named(name) | Self::OfListener(name) | Self::OfConnection(name) => *name == sought,
            Self::Several(names) => names.contains(&sought),
            Self::Option(_) => sought == "setsockopt",
            Self::Numbered(_) => false,
        }
    }
}

impl Code {
    /// The line that stands for a call of the endpoint, from 0.
    pub fn line_of(&self, call: &Call) -> Option<usize> {
        self.calls.iter().position(|calls| calls.as_ref().is_some_and(|calls| calls.has(call)))
    }

    /// How many columns its widest line takes.
    pub fn columns(&self) -> usize {
        self.text.lines().map(width).max().unwrap_or(0)
    }
}

pub(super) struct Source {
    pub lang: Lang,
    comment: &'static str,
    indent: &'static str,
    depth: usize,
    lines: Vec<(String, Option<Calls>)>,
    /// What was left out: sentences for the first lines.
    notes: Vec<String>,
    marked: Option<Calls>,
}

impl Source {
    pub fn new(language: &super::Language, lang: Lang) -> Self {
        let (comment, indent) = (language.comment, language.indent);
        Self { lang, comment, indent, depth: 0, lines: Vec::new(), notes: Vec::new(), marked: None }
    }

    /// A line of the program; an empty one is empty.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        let line = if text.is_empty() { String::new() } else { format!("{}{text}", self.indent.repeat(self.depth)) };
        self.lines.push((line, self.marked.clone()));
    }

    /// Whether a line of that text has room in as many columns.
    pub fn fits(&self, text: &str, columns: usize) -> bool {
        self.indent.len() * self.depth + width(text) <= columns
    }

    /// Lines as they stand, set in by the present depth; each begins with as many of [`Self::indent`] as it is deep.
    pub fn lines(&mut self, text: &str) {
        text.lines().for_each(|line| self.line(line));
    }

    pub fn blank(&mut self) {
        self.lines.push((String::new(), None));
    }

    /// What comes first begins without an empty line.
    pub fn drop_first_blank(&mut self) {
        if self.lines.first().is_some_and(|(line, _)| line.is_empty()) {
            self.lines.remove(0);
        }
    }

    pub fn comment(&mut self, text: impl AsRef<str>) {
        let set_in = self.indent.len() * self.depth + self.comment.len() + 1;
        for line in wrapped(text.as_ref(), COMMENT_COLUMNS.saturating_sub(set_in)) {
            let comment = self.comment;
            self.line(format!("{comment} {line}").trim_end());
        }
    }

    /// A comment and the line that makes the call.
    pub fn call(&mut self, name: &'static str, comment: impl AsRef<str>, text: impl AsRef<str>) {
        self.calls(Calls::Named(name), comment, text);
    }

    /// The same for what is more than one name.
    pub fn calls(&mut self, calls: Calls, comment: impl AsRef<str>, text: impl AsRef<str>) {
        self.comment(comment);
        self.marked(calls, |source| source.line(text));
    }

    /// The lines that `write` writes make these calls.
    pub fn marked(&mut self, calls: Calls, write: impl FnOnce(&mut Self)) {
        // What a stretch of a trace says of its calls is more exact than their names.
        let before = self.marked.clone();
        self.marked.get_or_insert(calls);
        write(self);
        self.marked = before;
    }

    /// The lines from here on make these calls, those that have calls of their own too.
    pub fn mark(&mut self, calls: Option<Calls>) {
        self.marked = calls;
    }

    /// What follows is set in, until [`Self::end`].
    pub fn begin(&mut self) {
        self.depth += 1;
    }

    pub fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// What was left out; said once.
    pub fn note(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.notes.contains(&sentence) {
            self.notes.push(sentence);
        }
    }

    /// The lines of another part behind these, with what it left out.
    pub fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
        other.notes.into_iter().for_each(|sentence| self.note(sentence));
    }

    /// Puts the first lines in front: what the program is, how it is run, what was left out.
    pub fn finish(mut self, first: &[&str], about: &[String], left_out: &[String]) -> Code {
        let body = std::mem::take(&mut self.lines);
        let notes = std::mem::take(&mut self.notes);
        first.iter().for_each(|line| self.line(line));
        about.iter().for_each(|sentence| self.comment(sentence));
        let left_out: Vec<&String> = left_out.iter().chain(&notes).collect();
        if !left_out.is_empty() {
            self.comment("");
            let title = t!(self.lang, "code-left-out");
            self.comment(title);
            for sentence in left_out {
                self.comment(format!("- {sentence}"));
            }
        }
        self.lines.extend(body);
        while self.lines.last().is_some_and(|(line, _)| line.is_empty()) {
            self.lines.pop();
        }
        let (lines, calls): (Vec<_>, Vec<_>) = self.lines.into_iter().unzip();
        Code { text: lines.join("\n") + "\n", calls }
    }
}

/// A text that can stand in a comment of any of the languages: of one line, with nothing hidden, and without what would
/// carry the comment on to the next line (a backslash at its end, also as the trigraph that means one) or end it. Java
/// looks for `\u` in comments too, before it looks for their ends.
fn comment_safe(text: &str) -> String {
    let shown = visible(text).replace("??/", "? ?/").replace("*/", "* /").replace("\\u", "\\ u");
    let is_continued = shown.ends_with('\\');
    if is_continued { shown + "." } else { shown }
}

/// How many columns a character takes, as the formatters count.
pub(super) fn columns(character: char) -> usize {
    let is_wide = matches!(u32::from(character),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f000..=0x1faff | 0x20000..=0x3fffd);
    if is_wide { 2 } else { 1 }
}

pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Breaks at blanks, and between Chinese characters where no sign of punctuation would begin a line.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(&visible(text)) {
        if !line.is_empty() && width(&line) + width(word.trim_end()) > most {
            lines.push(std::mem::take(&mut line));
        }
        // A word that is longer than a line is cut: it can only be a name that somebody else has chosen.
        for character in word.chars() {
            if width(&line) >= most {
                lines.push(std::mem::take(&mut line));
            }
            if !(line.is_empty() && character == ' ') {
                line.push(character);
            }
        }
    }
    lines.push(line);
    lines.iter().map(|line| comment_safe(line.trim_end())).collect()
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut begin = 0;
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    for pair in characters.windows(2) {
        let ((_, before), (at, next)) = (pair[0], pair[1]);
        let closes = matches!(next, '，' | '。' | '：' | '；' | '、' | '）' | '”' | '！' | '？');
        let opens = matches!(before, '（' | '“');
        let between_wide = (columns(before) == 2 || columns(next) == 2) && !closes && !opens && next != ' ';
        if (before == ' ' && next != ' ') || between_wide {
            words.push(&text[begin..at]);
            begin = at;
        }
    }
    words.push(&text[begin..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_ends_with_its_line_whatever_is_in_it() {
        for text in [
            "a\nimport os",
            "a\r\nb",
            "ends in \\",
            "??/",
            "a\u{2028}b",
            "\u{202e}abc",
            "*/ int x;",
            "\0",
            "\\u000a int x;",
            "\\\\u000a",
        ] {
            for line in wrapped(text, 20) {
                assert!(!line.ends_with('\\') && !line.contains("??/") && !line.contains("*/"), "{line:?}");
                assert!(!line.contains("\\u"), "{line:?}");
                assert!(line.chars().all(|c| !crate::lang::visible::is_hidden(c)), "{line:?}");
            }
        }
    }

    #[test]
    fn comments_are_broken_at_blanks_and_between_chinese_characters() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("一二三四，五", 8), ["一二三", "四，五"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
