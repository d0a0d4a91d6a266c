//! Rules in a lab file: `rules = [{ when = …, reply = … }, …]`.

use super::when::Takes;
use super::{Delay, HexReplyError, MAX_RULES, On, Part, Pick, Rule, RuleError, RuleField, RuleReply, When, WhenKind};
use crate::lang::{Lang, Words};
use crate::t;
use crate::values::TextEncoding;
use crate::values::duration;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, Table};

/// Reads the rules; their texts are in that encoding.
pub(crate) fn read(field: &Field<'_>, encoding: TextEncoding) -> Read<Vec<Rule>> {
    let fields = field.array(|lang| t!(lang, "lab-what-rules"))?;
    if let Some(first_too_many) = fields.get(MAX_RULES) {
        return Err(first_too_many.fault(|lang| t!(lang, "wrong-many-rules", most = MAX_RULES)));
    }
    fields.iter().map(|field| rule(field, encoding)).collect()
}

const KEYS: &[&str] =
    &["name", "on", "every", "when", "from", "to", "reply", "reply_hex", "replies", "pick", "then", "delay", "close"];
const ON: &[&str] = &["message", "connect"];

fn rule(field: &Field<'_>, encoding: TextEncoding) -> Read<Rule> {
    let table = field.table(KEYS)?;
    let on = on(&table)?;
    let expected = |lang: Lang| t!(lang, "lab-what-when", known = lang.list(WhenKind::names()));
    let when = match (on, table.get("when")) {
        (On::Message, _) => Some(when(&table.require("when", expected)?)?),
        (_, Some(field)) => return Err(field.fault(|lang| t!(lang, "lab-when-of-message"))),
        (_, None) => None,
    };
    let (when_field, when) = when.map_or((None, When::any()), |(field, when)| (Some(field), when));
    let text =
        |key| Ok(table.get(key).map(|field: Field<'_>| field.text()).transpose()?.unwrap_or_default().to_owned());
    let mut rule = Rule { name: text("name")?, on, from: text("from")?, to: text("to")?, ..Rule::new(when, None) };
    match table.present(&["reply", "reply_hex", "replies"])[..] {
        ["reply" | "reply_hex"] => rule.reply = reply_of(&table)?,
        ["replies"] => {
            let field = table.require("replies", |lang| t!(lang, "lab-what-replies"))?;
            let mut replies =
                field.array(|lang| t!(lang, "lab-what-replies"))?.into_iter().map(|field| one_reply(&field));
            rule.reply = replies.next().transpose()?;
            rule.others = replies.collect::<Read<_>>()?;
        }
        [] => {}
        ["reply", "reply_hex"] => return Err(table.exclude(&["reply", "reply_hex"])),
        _ => return Err(table.exclude(&["reply", "reply_hex", "replies"])),
    }
    if let Some(field) = table.get("pick") {
        rule.pick = field.one_of(&Pick::ALL.map(Pick::name), Pick::named)?;
    }
    if let Some(field) = table.get("then") {
        rule.then = field.array(|lang| t!(lang, "lab-what-then"))?.iter().map(part).collect::<Read<_>>()?;
    }
    rule.close = table.get("close").map(|field| field.boolean()).transpose()?.unwrap_or(false);
    rule.delay = table.get("delay").map(|field| delay(&field)).transpose()?.unwrap_or_default();
    let refused = |error: RuleError| match (error.field(), &when_field) {
        (RuleField::When, Some(field)) => field.refused(&error),
        (field, _) => {
            // The first of several is a reply as any other.
            let of_several =
                || table.get("replies").filter(|_| field == RuleField::Reply || field == RuleField::ReplyHex);
            let field = table.get(field.key()).or_else(of_several);
            field.map_or_else(|| table.fault(|lang| error.words(lang)), |field| field.refused(&error))
        }
    };
    rule.check(encoding).map_err(refused)?;
    Ok(rule)
}

fn on(table: &Table<'_>) -> Read<On> {
    match (table.get("on"), table.get("every")) {
        (None, None) => Ok(On::Message),
        (Some(_), Some(_)) => Err(table.exclude(&["on", "every"])),
        (None, Some(field)) => field.duration().map(On::Every),
        (Some(field), None) => field.one_of(ON, |name| match name {
            "message" => Some(On::Message),
            "connect" => Some(On::Connect),
            _ => None,
        }),
    }
}

/// The `reply` or the `reply_hex` of a table, which has one of them at most.
fn reply_of(table: &Table<'_>) -> Read<Option<RuleReply>> {
    if let Some(field) = table.get("reply") {
        return Ok(Some(RuleReply::Text(field.text()?.to_owned())));
    }
    table.get("reply_hex").map(|field| hex_reply(&field)).transpose()
}

fn hex_reply(field: &Field<'_>) -> Read<RuleReply> {
    field.text()?.parse().map(RuleReply::Hex).map_err(|error: HexReplyError| field.refused(&error))
}

/// A text, or `{ hex = "…" }`.
fn one_reply(field: &Field<'_>) -> Read<RuleReply> {
    if !field.is_table() {
        return Ok(RuleReply::Text(field.text()?.to_owned()));
    }
    let table = field.table(&["text", "hex"])?;
    match (table.get("text"), table.get("hex")) {
        (Some(text), None) => Ok(RuleReply::Text(text.text()?.to_owned())),
        (None, Some(hex)) => hex_reply(&hex),
        (None, None) => Err(field.fault(|lang| t!(lang, "lab-needs-content", what = "reply"))),
        (Some(_), Some(_)) => Err(table.exclude(&["text", "hex"])),
    }
}

fn part(field: &Field<'_>) -> Read<Part> {
    let table = field.table(&["reply", "reply_hex", "delay"])?;
    if table.present(&["reply", "reply_hex"]).len() > 1 {
        return Err(table.exclude(&["reply", "reply_hex"]));
    }
    let reply = reply_of(&table)?.ok_or_else(|| table.fault(|lang| t!(lang, "lab-what-then")))?;
    let delay = table.get("delay").map(|field| delay(&field)).transpose()?.unwrap_or_default();
    Ok(Part { reply, delay })
}

fn delay(field: &Field<'_>) -> Read<Delay> {
    // As any duration is refused where it is no text.
    let text = field.text().or_else(|_| field.duration().map(|_| ""))?;
    Delay::parse(text).map_err(|error| field.refused(&error))
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
        Takes::Text(_) | Takes::Regexp | Takes::Bytes | Takes::Frame => value.text()?,
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
    match rule.on {
        On::Message => parts.push(pair("when", &write_when(&rule.when))),
        On::Connect => parts.push(pair("on", &quoted("connect"))),
        On::Every(time) => parts.push(pair("every", &quoted(&duration::format(time)))),
    }
    for (key, state) in [("from", &rule.from), ("to", &rule.to)] {
        if !state.is_empty() {
            parts.push(pair(key, &quoted(state)));
        }
    }
    match &rule.reply {
        Some(first) if !rule.others.is_empty() => {
            let replies: Vec<String> = std::iter::once(first).chain(&rule.others).map(write_one).collect();
            parts.push(pair("replies", &format!("[{}]", replies.join(", "))));
        }
        Some(reply) => parts.push(write_reply(reply)),
        None => {}
    }
    if rule.pick != Pick::default() {
        parts.push(pair("pick", &quoted(rule.pick.name())));
    }
    if !rule.then.is_empty() {
        let then: Vec<String> = rule.then.iter().map(write_part).collect();
        parts.push(pair("then", &format!("[{}]", then.join(", "))));
    }
    if !rule.delay.is_zero() {
        parts.push(pair("delay", &quoted(&rule.delay.format())));
    }
    if rule.close {
        parts.push(pair("close", "true"));
    }
    inline(&parts)
}

fn write_when(when: &When) -> String {
    let kind = when.kind();
    let value = match kind.takes {
        Takes::Text(_) | Takes::Regexp | Takes::Bytes | Takes::Frame => quoted(&when.text()),
        Takes::Nothing => "true".to_owned(),
    };
    inline(&[pair(kind.name, &value)])
}

fn write_reply(reply: &RuleReply) -> String {
    let key = match reply {
        RuleReply::Text(_) => "reply",
        RuleReply::Hex(_) => "reply_hex",
    };
    pair(key, &quoted(&reply.written()))
}

fn write_one(reply: &RuleReply) -> String {
    let written = quoted(&reply.written());
    match reply {
        RuleReply::Text(_) => written,
        RuleReply::Hex(_) => inline(&[pair("hex", &written)]),
    }
}

fn write_part(part: &Part) -> String {
    let mut parts = vec![write_reply(&part.reply)];
    if !part.delay.is_zero() {
        parts.push(pair("delay", &quoted(&part.delay.format())));
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
    use crate::values::Content;

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
                delay: Delay::from(Duration::from_millis(100)),
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
                "rules[0].when: is missing: expected a text, or a table with one of exact, contains, starts, ends, regex, hex, frame, any",
            ),
            (
                "[{ when = {} }]",
                "utf-8",
                "rules[0].when: expected exactly one of exact, contains, starts, ends, regex, hex, frame, any",
            ),
            (
                "[{ when = { starts = \"a\", ends = \"b\" } }]",
                "utf-8",
                "rules[0].when: expected exactly one of exact, contains, starts, ends, regex, hex, frame, any",
            ),
            (
                "[{ when = { matches = \"a\" } }]",
                "utf-8",
                "rules[0].when.matches: unknown key: expected one of exact, contains, starts, ends, regex, hex, frame, any",
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

    #[test]
    fn what_a_device_needs_is_read_as_it_is_documented() {
        let rules = parse(
            r#"[
                { on = "connect", reply = "220 ready\r\n", to = "greeted" },
                { every = "1s", from = "greeted", replies = ["a", { hex = "01 {frame.id}" }], pick = "round" },
                { when = { hex = "(?? ??) 80/c0 *" }, reply_hex = "$1 00", delay = "10ms..50ms" },
                { when = { frame = "function == 3" }, then = [{ reply = "b" }, { reply_hex = "ff", delay = "5ms" }] },
            ]"#,
            "utf-8",
        )
        .unwrap();
        let hex = |text: &str| RuleReply::Hex(text.parse().unwrap());
        let millis = Duration::from_millis;
        let plain = |reply: &str| RuleReply::Text(reply.to_owned());
        let expected = [
            Rule { on: On::Connect, to: "greeted".to_owned(), ..Rule::new(When::any(), text("220 ready\r\n")) },
            Rule {
                on: On::Every(Duration::from_secs(1)),
                from: "greeted".to_owned(),
                others: vec![hex("01 {frame.id}")],
                pick: Pick::Round,
                ..Rule::new(When::any(), text("a"))
            },
            Rule {
                reply: Some(hex("$1 00")),
                delay: Delay { least: millis(10), most: millis(50) },
                ..Rule::new(When::hex("(?? ??) 80/c0 *".parse().unwrap()), None)
            },
            Rule {
                then: vec![
                    Part { reply: plain("b"), delay: Delay::default() },
                    Part { reply: hex("ff"), delay: millis(5).into() },
                ],
                ..Rule::new(WhenKind::named("frame").unwrap().of("function == 3").unwrap(), None)
            },
        ];
        assert_eq!(rules, expected);
        assert_eq!(parse(&write(&rules), "utf-8"), Ok(expected.to_vec()));
        for (value, message) in [
            ("{ on = \"connect\", when = \"a\" }", "rules[0].when: a rule that acts by itself has no when"),
            ("{ on = \"connect\", every = \"1s\" }", "rules[0]: on and every exclude each other"),
            ("{ on = \"close\" }", "rules[0].on: expected one of message, connect, found \"close\""),
            ("{ every = \"1ms\" }", "rules[0].every: expected a time from 10ms to 86400s"),
            ("{ when = \"a\", from = \" b\" }", "rules[0].from: a name can't begin or end with a space"),
            (
                "{ when = \"a\", replies = [\"{who}\"] }",
                "rules[0].replies: \"{who}\" at character 1 is not a placeholder: expected {msg}, {len}, {host}, {port}, {counter} or {time}; write {{ for a brace",
            ),
            (
                "{ when = { hex = \"(00\" } }",
                "rules[0].when.hex: the bracket at character 1 has no partner, or nothing in it: expected for example (?? ??) 00",
            ),
        ] {
            assert_eq!(parse(&format!("[{value}]"), "utf-8"), Err(message.to_owned()), "{value}");
        }
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let when = prop_oneof![
            any::<String>().prop_map(When::exact),
            (prop::sample::select(WhenKind::ALL.to_vec()), ".+", r"\PC{0,6}[a-z]", "([0-9a-f]{2}|\\?\\?){1,9}")
                .prop_map(|(kind, text, plain, bytes)| match kind.takes {
                    Takes::Text(_) => kind.of(&text),
                    Takes::Regexp => kind.of(&regex::escape(&plain)),
                    Takes::Bytes => kind.of(&bytes),
                    Takes::Frame => kind.of("function == 3 and id != 7"),
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
        let delay = (0..=MAX_DELAY.as_millis() as u64, 0..=MAX_DELAY.as_millis() as u64).prop_map(|(one, two)| Delay {
            least: Duration::from_millis(one.min(two)),
            most: Duration::from_millis(one.max(two)),
        });
        let more = prop::collection::vec(r"([^{}$]|\{msg\}){0,5}".prop_map(RuleReply::Text), 0..3);
        let on = prop_oneof![
            3 => Just(On::Message),
            1 => Just(On::Connect),
            1 => (10u64..9_000).prop_map(|millis| On::Every(Duration::from_millis(millis))),
        ];
        let pick = prop::sample::select(Pick::ALL.to_vec());
        (name, when, reply, delay, any::<bool>(), (more.clone(), more, on, pick, "[a-z]{0,3}")).prop_map(
            |(name, when, reply, delay, close, (others, then, on, pick, from))| {
                let when = if on == On::Message { when } else { When::any() };
                Rule {
                    name,
                    on,
                    from: from.clone(),
                    to: from,
                    others: if reply.is_some() { others } else { Vec::new() },
                    pick,
                    then: then.into_iter().map(|reply| Part { reply, delay }).collect(),
                    delay,
                    close,
                    ..Rule::new(when, reply)
                }
            },
        )
    }

    proptest! {
        #[test]
        fn rules_that_were_written_are_read_back(rules in prop::collection::vec(any_rule(), 0..5)) {
            prop_assert_eq!(parse(&write(&rules), "utf-8"), Ok(rules));
        }
    }
}
