//! `[[snippets]]`: payloads under a name. Which encoding they are sent in only the endpoint knows; the rest is checked.

use std::collections::HashSet;

use crate::lab::checksum::{Check, CheckError};
use crate::lab::payload::{Input, LineEnding};
use crate::lab::snippet::{MAX_SNIPPETS, Snippet, SnippetError};
use crate::t;
use crate::values::duration;
use crate::values::toml_text::{line, quoted};
use crate::values::tree::{Fault, Field, Read, shown};

pub(super) fn read(field: &Field<'_>) -> Read<Vec<Snippet>> {
    let fields = field.array(|lang| t!(lang, "lab-what-snippets"))?;
    if let Some(first_too_many) = fields.get(MAX_SNIPPETS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-snippets", most = MAX_SNIPPETS)));
    }
    let snippets = fields.iter().map(snippet).collect::<Read<Vec<_>>>()?;
    let mut names = HashSet::new();
    for (field, snippet) in fields.iter().zip(&snippets) {
        if !names.insert(snippet.name.as_str()) {
            let name = field.any_table()?.require("name", |lang| t!(lang, "lab-what-name"))?;
            return Err(name.fault(|lang| t!(lang, "wrong-snippet-twice", name = shown(&snippet.name))));
        }
    }
    Ok(snippets)
}

fn snippet(field: &Field<'_>) -> Read<Snippet> {
    let table = field.table(&["name", "text", "hex", "checksum", "line_ending", "delay"])?;
    let name = table.require("name", |lang| t!(lang, "lab-what-name"))?;
    let (payload, input) = match table.present(&["text", "hex"])[..] {
        ["text"] => (table.require("text", |lang| t!(lang, "lab-what-text"))?, Input::Text),
        ["hex"] => (table.require("hex", |lang| t!(lang, "lab-what-hex"))?, Input::Hex),
        [] => return Err(table.fault(|lang| t!(lang, "lab-snippet-needs-content"))),
        _ => return Err(table.exclude(&["text", "hex"])),
    };
    let mut snippet = Snippet::new(name.text()?, input, payload.text()?);
    if let Some(field) = table.get("checksum") {
        let check: Result<Check, CheckError> = field.text()?.parse();
        snippet.checksum = Some(check.map_err(|error| field.refused(&error))?);
    }
    if let Some(field) = table.get("line_ending") {
        if input == Input::Hex {
            return Err(field.fault(|lang| t!(lang, "lab-hex-line-ending")));
        }
        snippet.line_ending = Some(field.one_of(&LineEnding::ALL.map(LineEnding::name), |name| name.parse().ok())?);
    }
    if let Some(field) = table.get("delay") {
        snippet.delay_after = field.duration()?;
    }
    let refused = |error: SnippetError| -> Fault {
        let field = if matches!(error, SnippetError::Name(_)) { &name } else { &payload };
        field.refused(&error)
    };
    snippet.check().map_err(refused)?;
    Ok(snippet)
}

/// The lines below a `[[snippets]]` that [`read`] reads back equal.
pub(super) fn write(text: &mut String, snippet: &Snippet) {
    line(text, "name", &quoted(&snippet.name));
    let key = if snippet.input == Input::Hex { "hex" } else { "text" };
    line(text, key, &quoted(&snippet.payload));
    if let Some(checksum) = snippet.checksum {
        line(text, "checksum", &quoted(&checksum.to_string()));
    }
    if let Some(ending) = snippet.line_ending.filter(|_| snippet.input == Input::Text) {
        line(text, "line_ending", &quoted(ending.name()));
    }
    if !snippet.delay_after.is_zero() {
        line(text, "delay", &quoted(&duration::format(snippet.delay_after)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;
    use crate::lab::checksum::Checksum;
    use crate::lab::snippet::without_macros;
    use crate::lang::Lang;

    fn parse(text: &str) -> Result<Vec<Snippet>, String> {
        let document = DeTable::parse(text).unwrap();
        let root = Field::root(document.get_ref()).any_table().unwrap();
        read(&root.get("snippets").unwrap())
            .map_err(|fault| format!("{}: {}", fault.field.unwrap_or_default(), fault.message.text(Lang::En)))
    }

    #[test]
    fn a_snippet_is_read_as_it_is_documented() {
        let snippets = parse(
            r#"
            [[snippets]]
            name = "read registers"
            hex = "01 03 00 00 00 0a"
            checksum = "crc-16/modbus"
            [[snippets]]
            name = "hello"
            text = 'no. {counter}\t{{x}}'
            line_ending = "crlf"
            delay = "100ms"
            "#,
        );
        let read = Snippet::new("read registers", Input::Hex, "01 03 00 00 00 0a");
        let hello = Snippet::new("hello", Input::Text, r"no. {counter}\t{{x}}");
        assert_eq!(
            snippets.unwrap(),
            [
                Snippet { checksum: Some(Check::usual(Checksum::CRC_16_MODBUS)), ..read },
                Snippet { line_ending: Some(LineEnding::Crlf), delay_after: Duration::from_millis(100), ..hello }
            ]
        );
    }

    #[test]
    fn what_is_no_snippet_is_refused_with_its_field() {
        for (fields, message) in [
            ("text = \"a\"", "snippets[0].name: is missing: expected a name"),
            ("name = \"\"\ntext = \"a\"", "snippets[0].name: a name can't be empty"),
            ("name = \"a\"", "snippets[0]: a snippet needs text or hex"),
            ("name = \"a\"\ntext = \"a\"\nhex = \"00\"", "snippets[0]: text and hex exclude each other"),
            (
                "name = \"a\"\ntext = \"{x}\"",
                "snippets[0].text: \"{x}\" at character 1 is not a macro: expected {counter}, {time}, {random} or {random:8}; write {{ for a brace",
            ),
            (
                "name = \"a\"\nhex = \"0\"",
                "snippets[0].hex: the hex digit at character 1 is half a byte: a byte has two",
            ),
            (
                "name = \"a\"\nhex = \"00\"\nline_ending = \"lf\"",
                "snippets[0].line_ending: hex has no line ending: it is for texts",
            ),
            (
                "name = \"a\"\nhex = \"00\"\nchecksum = \"md5\"",
                "snippets[0].checksum: \"md5\" is no checksum: expected one of sum-8, sum-16, lrc, negated-sum-16, xor-8, crc-8, crc-16/modbus, crc-16/ccitt-false, crc-16/xmodem, crc-16/kermit, crc-16/ibm-sdlc, crc-32, crc-32c, crc-64/ecma-182, crc-64/xz, fletcher-16, adler-32, internet",
            ),
            (
                "name = \"a\"\nhex = \"00\"\ndelay = \"soon\"",
                "snippets[0].delay: \"soon\" is not a duration: expected for example 2s, 100ms or 1m 30s",
            ),
            (
                "name = \"a\"\nhex = \"00\"\n[[snippets]]\nname = \"a\"\nhex = \"\"",
                "snippets[1].name: there is another snippet of the name \"a\"",
            ),
        ] {
            assert_eq!(parse(&format!("[[snippets]]\n{fields}\n")), Err(message.to_owned()), "{fields}");
        }
        let many = "[[snippets]]\n".repeat(MAX_SNIPPETS + 1);
        assert_eq!(parse(&many), Err("snippets[1000]: a lab has at most 1000 snippets".to_owned()));
    }

    proptest! {
        #[test]
        fn a_snippet_that_was_written_is_read_back(
            name in "[a-z你\"]{1,9}",
            text: String,
            bytes: Vec<u8>,
            checksum in prop::option::of(prop::sample::select(Checksum::ALL.to_vec()).prop_map(|kind| Check { from: 1, to: -1, ..Check::usual(kind) })),
            line_ending in prop::option::of(prop::sample::select(LineEnding::ALL.to_vec())),
            delay in 0u64..100_000,
        ) {
            let delay_after = Duration::from_millis(delay);
            let text = without_macros(&text.replace('\\', "\\\\"));
            let text = Snippet { checksum, line_ending, delay_after, ..Snippet::new(&name, Input::Text, text) };
            let hex = Snippet::new(format!("{name} 2"), Input::Hex, crate::lab::payload::format_hex(&bytes));
            let snippets = [text, Snippet { checksum, ..hex }];
            let mut file = String::new();
            for snippet in &snippets {
                file.push_str("[[snippets]]\n");
                write(&mut file, snippet);
            }
            prop_assert_eq!(parse(&file), Ok(snippets.to_vec()));
        }
    }
}
