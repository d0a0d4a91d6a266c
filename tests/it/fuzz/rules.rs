//! Rules that a user or a lab file describes, and messages of a peer that they are tried on.

use jiff::civil::DateTime;
use socket_lab::lab::Content;
use socket_lab::lab::TextEncoding;
use socket_lab::lab::rule::{MAX_WHEN_CHARS, Rule, When, WhenKind};
use socket_lab::lab::service::{MAX_REPLY, ReplyTrouble, try_rules};

use super::campaign::{Target, fuzz};

/// A line for the condition (its kind and what it looks for), a line for the reply, the message.
fn parts(input: &[u8]) -> Option<(When, String, &[u8])> {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let (when, reply, message) = (lines.next()?, lines.next()?, lines.next()?);
    let when = String::from_utf8_lossy(when).replace('\u{2424}', "\n");
    let (kind, text) = when.split_once(' ').unwrap_or((&when, ""));
    let when = match WhenKind::named(kind)?.of(text) {
        Ok(when) => when,
        Err(error) => {
            assert!(error.to_string().chars().count() < 2 * MAX_WHEN_CHARS);
            return None;
        }
    };
    // Written out, it is read as the same.
    assert_eq!(when.kind().of(&when.text()).as_ref(), Ok(&when));
    Some((when, String::from_utf8_lossy(reply).into_owned(), message))
}

#[test]
fn any_rule_answers_any_message_in_time_and_within_its_limits() {
    let samples = [
        "exact quit\nbye {counter}\nquit",
        "contains 你\n{msg} {host}:{port} {time}\n你好",
        "starts HELO\n250 {{ok}}\nHELO x",
        "ends !\n{msg}{msg}{msg}\nhey!",
        r"regex ^(?P<who>\w+) (\d+)$|a(b)?",
        "regex ^(?P<who>\\w+) (\\d+)$\n${who} $2 $$ $0\nabc 12",
        "regex (?i)(a|ab)*c\n$0$1\nABABABABABABABABABc",
        "regex (?s-u:.)+\n$0\n\u{0}\u{1}x",
        "regex (x+x+)+y\n$1\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "regex \\p{L}{1,50}\n$0\nfive",
        "hex 01 ?? 0x03\nok\n\u{1}\u{2}\u{3}",
        "any \n{msg}\nanything",
    ];
    let words = &[
        "exact ",
        "contains ",
        "starts ",
        "ends ",
        "regex ",
        "hex ",
        "any ",
        "\n",
        "{msg}",
        "{host}",
        "{port}",
        "{time}",
        "{counter}",
        "{{",
        "}}",
        "{",
        "}",
        "$0",
        "$1",
        "${who}",
        "$$",
        "$",
        "(",
        ")",
        "(?P<who>",
        "(?i)",
        "(?s)",
        "(?-u)",
        "[",
        "]",
        "{2,}",
        "{50}",
        "{1000}",
        "|",
        "*",
        "+?",
        "\\b",
        "\\pL",
        "\\w",
        "[^a]",
        "??",
        "0x",
        "ff ",
        "$99",
    ];
    let samples = samples.map(|sample| sample.as_bytes().to_vec()).to_vec();
    fuzz(Target { name: "rules", samples, words, cases: 400 }, |input| {
        let Some((when, reply, message)) = parts(input) else { return false };
        let encoding = TextEncoding::OFFERED[input.len() % TextEncoding::OFFERED.len()];
        let (when_chars, reply_chars) = (when.text().chars().count(), reply.chars().count());
        let rule = Rule::new(when, Some(Content::Text(reply)));
        if let Err(error) = rule.check(encoding) {
            assert!(error.position().is_none_or(|position| position <= when_chars.max(reply_chars)), "{error:?}");
        }
        // Twice: what the first one's answer was does not matter to the second.
        let rules = [rule.clone(), rule];
        match try_rules(&rules, encoding, message, DateTime::MAX) {
            Err(_) => false,
            Ok(None) => true,
            Ok(Some(matched)) => {
                assert_eq!(matched.index, 0);
                assert!(matched.reply.as_ref().is_none_or(|reply| reply.len() <= MAX_REPLY));
                let is_troubled =
                    matches!(matched.trouble, Some(ReplyTrouble::NotEncodable { .. } | ReplyTrouble::TooLong));
                assert_ne!(matched.reply.is_some(), is_troubled);
                true
            }
        }
    });
}
