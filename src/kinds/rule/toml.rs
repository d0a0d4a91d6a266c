//! Rules in a lab file: `rules = [{ when = …, reply = … }, …]`.

use super::when::Takes;
use super::{MAX_RULES, Rule, RuleError, RuleField, When, WhenKind};
use crate::lang::{Lang, Words};
use crate::t;
use crate::values::duration;
use crate::values::payload::format_hex;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, Table};
use crate::values::{Content, TextEncoding};

/// Reads the rules; their texts are in that encoding.
pub(crate) fn read(field: &Field<'_>, encoding: TextEncoding) -> Read<Vec<Rule>> {
    let fields = field.array(|lang| t!(lang, "lab-what-rules"))?;
    if let Some(first_too_many) = fields.get(MAX_RULES) {
        return Err(first_too_many.fault(|lang| t!(lang, "wrong-many-rules", most = MAX_RULES)));
    }
    fields.iter().map(|field| rule(field, encoding)).collect()
}

fn rule(field: &Field<'_>, encoding: TextEncoding) -> Read<Rule> {
    let table = field.table(&["name", "when", "reply", "reply_hex", "delay", "close"])?;
    let expected = |lang: Lang| t!(lang, "lab-what-when", known = lang.list(WhenKind::names()));
    let (when_field, when) = when(&table.require("when", expected)?)?;
    let reply = match table.present(&["reply", "reply_hex"])[..] {
        ["reply"] => Some(Content::Text(table.require("reply", |lang| t!(lang, "lab-what-text"))?.text()?.to_owned())),
        ["reply_hex"] => Some(Content::Hex(table.require("reply_hex", |lang| t!(lang, "lab-what-hex"))?.hex_bytes()?)),
        [] => None,
        _ => return Err(table.exclude(&["reply", "reply_hex"])),
    };
    let name = table.get("name").map(|field| field.text()).transpose()?.unwrap_or_default().to_owned();
    let close = table.get("close").map(|field| field.boolean()).transpose()?.unwrap_or(false);
    let delay = table.get("delay").map(|field| field.duration()).transpose()?.unwrap_or_default();
    let rule = Rule { name, when, reply, delay, close };
    let refused = |error: RuleError| match error.field() {
        RuleField::When => when_field.refused(&error),
        field @ (RuleField::Name | RuleField::Reply | RuleField::ReplyHex | RuleField::Delay) => {
            let field = table.get(field.key());
            field.map_or_else(|| table.fault(|lang| error.words(lang)), |field| field.refused(&error))
        }
    };
    rule.check(encoding).map_err(refused)?;
    Ok(rule)
}

/// The condition, and the field that has its text.
fn when<'t>(field: &Field<'t>) -> Read<(Field<'t>, When)> {
    if !field.is_table() {
        return Ok((field.clone(), of_kind(WhenKind::PLAIN, field)?));
    }
    let known = WhenKind::names();
    let table: Table<'t> = field.table(&known)?;
    let [name] = table.present(&known)[..] else {
        return Err(field.fault(|lang| t!(lang, "lab-exactly-one", known = lang.list(known))));
    };
    let value = table.require(name, |lang| t!(lang, "lab-what-text"))?;
    let when = of_kind(WhenKind::named(name).unwrap_or(WhenKind::PLAIN), &value)?;
    Ok((value, when))
}

fn of_kind(kind: &'static WhenKind, value: &Field<'_>) -> Read<When> {
    let written = match kind.takes {
        Takes::Text(_) | Takes::Regexp | Takes::Bytes => value.text()?,
        Takes::Nothing if value.boolean()? => "",
        Takes::Nothing => return Err(value.fault(|lang| t!(lang, "lab-any-is-true"))),
    };
    kind.of(written).map_err(|error| value.refused(&error))
}

/// The value that [`read`] reads back equal, a rule in each line.
pub(crate) fn write(rules: &[Rule]) -> String {
    if rules.is_empty() {
        return "[]".to_owned();
    }
    let mut text = "[\n".to_owned();
    for rule in rules {
        text.push_str("    ");
        text.push_str(&write_rule(rule));
        text.push_str(",\n");
    }
    text.push(']');
    text
}

fn write_rule(rule: &Rule) -> String {
    let mut parts = Vec::new();
    if !rule.name.is_empty() {
        parts.push(pair("name", &quoted(&rule.name)));
    }
    let kind = rule.when.kind();
    let value = match kind.takes {
        Takes::Text(_) | Takes::Regexp | Takes::Bytes => quoted(&rule.when.text()),
        Takes::Nothing => "true".to_owned(),
    };
    parts.push(pair("when", &inline(&[pair(kind.name, &value)])));
    match &rule.reply {
        None => {}
        Some(Content::Text(text)) => parts.push(pair("reply", &quoted(text))),
        Some(Content::Hex(bytes)) => parts.push(pair("reply_hex", &quoted(&format_hex(bytes)))),
    }
    if !rule.delay.is_zero() {
        parts.push(pair("delay", &quoted(&duration::format(rule.delay))));
    }
    if rule.close {
        parts.push(pair("close", "true"));
    }
    inline(&parts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;
    use crate::kinds::rule::{MAX_DELAY, Regexp};

    fn parse(value: &str, encoding: &str) -> Result<Vec<Rule>, String> {
        // In the table of a service, as in a lab file.
        let text = format!("service = {{ kind = \"rules\", rules = {value} }}\n");
        let document = DeTable::parse(&text).unwrap();
        let service = Field::root(document.get_ref()).any_table().unwrap().get("service").unwrap();
        read(&service.any_table().unwrap().get("rules").unwrap(), encoding.parse().unwrap()).map_err(|fault| {
            format!("{}: {}", fault.field.unwrap_or_default(), fault.message.text(Lang::En)).replace("service.", "")
        })
    }

    fn text(text: &str) -> Option<Content> {
        Some(Content::Text(text.to_owned()))
    }

    #[test]
    fn every_rule_is_read_as_it_is_documented() {
        let rules = parse(
            r#"[
                { name = "greeting", when = { contains = "hi" }, reply = "hello $1", delay = "100ms", close = true },
                { when = "exact", reply = "" },
                { when = { exact = "" } },
                { when = { starts = "GET" }, reply_hex = "00 ff" },
                { when = { ends = "!" } },
                { when = { regex = '(?P<a>\d+)' }, reply = "${a} $1 {counter}" },
                { when = { hex = "01 ?? 03" } },
                { when = { any = true } },
            ]"#,
            "utf-8",
        )
        .unwrap();
        let expected = [
            Rule {
                name: "greeting".to_owned(),
                delay: Duration::from_millis(100),
                close: true,
                ..Rule::new(When::contains("hi"), text("hello $1"))
            },
            Rule::new(When::exact("exact"), text("")),
            Rule::new(When::exact(""), None),
            Rule::new(When::starts("GET"), Some(Content::Hex(vec![0, 255]))),
            Rule::new(When::ends("!"), None),
            Rule::new(When::regex(Regexp::new(r"(?P<a>\d+)").unwrap()), text("${a} $1 {counter}")),
            Rule::new(When::hex("01??03".parse().unwrap()), None),
            Rule::new(When::any(), None),
        ];
        assert_eq!(rules, expected);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_field() {
        for (value, encoding, message) in [
            (
                "3",
                "utf-8",
                "rules: expected an array of rules, for example [{ when = { contains = \"hi\" }, reply = \"hello\" }], found 3",
            ),
            (
                "[{ reply = \"x\" }]",
                "utf-8",
                "rules[0].when: is missing: expected a text, or a table with one of exact, contains, starts, ends, regex, hex, any",
            ),
            (
                "[{ when = {} }]",
                "utf-8",
                "rules[0].when: expected exactly one of exact, contains, starts, ends, regex, hex, any",
            ),
            (
                "[{ when = { starts = \"a\", ends = \"b\" } }]",
                "utf-8",
                "rules[0].when: expected exactly one of exact, contains, starts, ends, regex, hex, any",
            ),
            (
                "[{ when = { matches = \"a\" } }]",
                "utf-8",
                "rules[0].when.matches: unknown key: expected one of exact, contains, starts, ends, regex, hex, any",
            ),
            ("[{ when = { any = false } }]", "utf-8", "rules[0].when.any: expected true: it matches every message"),
            (
                "[{ when = { contains = \"\" } }]",
                "utf-8",
                "rules[0].when.contains: an empty text would match every message: expected a text; \"any\" is for every message",
            ),
            (
                "[{ when = { regex = \"(a\" } }]",
                "utf-8",
                "rules[0].when.regex: not a regular expression: unclosed group, at character 1",
            ),
            (
                "[{ when = \"a\" }, { when = { regex = '(?s-u)^(.)' } }]",
                "latin1",
                "rules[1].when.regex: character 9 of the expression stands for a single byte because of (?-u), and messages are read as text in ISO-8859-1: leave out the (?-u), and . is a character",
            ),
            (
                "[{ when = { hex = \"0\" } }]",
                "utf-8",
                "rules[0].when.hex: the digit or ? at character 1 is half a byte: a byte has two digits, and ?? is any byte",
            ),
            (
                "[{ when = \"a\" }, { when = \"你\" }]",
                "ascii",
                "rules[1].when: '你' at character 1 can't be written in ASCII, the endpoint's encoding",
            ),
            (
                "[{ when = \"a\", reply = \"{who}\" }]",
                "utf-8",
                "rules[0].reply: \"{who}\" at character 1 is not a placeholder: expected {msg}, {len}, {host}, {port}, {counter} or {time}; write {{ for a brace",
            ),
            (
                "[{ when = { regex = \"a\" }, reply = \"$1\" }]",
                "utf-8",
                "rules[0].reply: the regular expression has no capture 1 (\"$\" at character 1)",
            ),
            (
                "[{ when = \"a\", reply = \"x\", reply_hex = \"00\" }]",
                "utf-8",
                "rules[0]: reply and reply_hex exclude each other",
            ),
            (
                "[{ when = \"a\", reply_hex = \"0\" }]",
                "utf-8",
                "rules[0].reply_hex: the hex digit at character 1 is half a byte: a byte has two",
            ),
            ("[{ when = \"a\", delay = \"61s\" }]", "utf-8", "rules[0].delay: a delay is at most 60 s"),
            ("[{ when = \"a\", name = \" a\" }]", "utf-8", "rules[0].name: a name can't begin or end with a space"),
        ] {
            assert_eq!(parse(value, encoding), Err(message.to_owned()), "{value}");
        }
        let many = format!("[{}]", "{ when = \"a\" }, ".repeat(MAX_RULES + 1));
        assert_eq!(parse(&many, "utf-8"), Err("rules[100]: a service has at most 100 rules".to_owned()));
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let when = prop_oneof![
            any::<String>().prop_map(When::exact),
            (prop::sample::select(WhenKind::ALL.to_vec()), ".+", r"\PC{0,6}[a-z]", "([0-9a-f]{2}|\\?\\?){1,9}")
                .prop_map(|(kind, text, plain, bytes)| match kind.takes {
                    Takes::Text(_) => kind.of(&text),
                    Takes::Regexp => kind.of(&regex::escape(&plain)),
                    Takes::Bytes => kind.of(&bytes),
                    Takes::Nothing => kind.of(""),
                }
                .unwrap()),
        ];
        let reply = prop_oneof![
            Just(None),
            any::<Vec<u8>>().prop_map(|bytes| Some(Content::Hex(bytes))),
            r"([^{}$]|\{msg\}|\{\{|\}\}){0,9}".prop_map(|reply| Some(Content::Text(reply))),
        ];
        let name = prop_oneof![Just(String::new()), "[a-z你\"]{1,9}"];
        (name, when, reply, 0..=MAX_DELAY.as_millis() as u64, any::<bool>()).prop_map(
            |(name, when, reply, delay, close)| Rule { name, when, reply, delay: Duration::from_millis(delay), close },
        )
    }

    proptest! {
        #[test]
        fn rules_that_were_written_are_read_back(rules in prop::collection::vec(any_rule(), 0..5)) {
            prop_assert_eq!(parse(&write(&rules), "utf-8"), Ok(rules));
        }
    }
}
