//! `framing = …` of an endpoint: a name, or a table with what it needs.

use crate::lab::TextEncoding;
use crate::lab::framing::{Delimiter, FixedLength, Framing, MAX_FRAME, PrefixWidth};
use crate::lab::payload::format_hex;
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, Table, one_of};

/// Reads `"line"`, `{ kind = "delimiter", text = ";" }` …; a delimiter's text is in that encoding.
pub(super) fn read(field: &Field<'_>, encoding: TextEncoding) -> Read<Framing> {
    let known = Framing::KINDS;
    let is_kind = |name: &str| Framing::KINDS.into_iter().find(|kind| *kind == name);
    if !field.is_table() {
        return match field.one_of(&known, is_kind)? {
            "none" => Ok(Framing::None),
            "line" => Ok(Framing::Line),
            kind => {
                let example = match kind {
                    "delimiter" => "{ kind = \"delimiter\", text = \";\" }",
                    "fixed" => "{ kind = \"fixed\", length = 16 }",
                    _ => "{ kind = \"length-prefix\", bytes = 2, endian = \"big\" }",
                };
                Err(field.fault(|lang| t!(lang, "lab-framing-table", example = example)))
            }
        };
    }
    let table = field.any_table()?;
    let kind = table.require("kind", |lang| one_of(lang, &known))?.one_of(&known, is_kind)?;
    let options: &[&str] = match kind {
        "delimiter" => &["text", "hex"],
        "fixed" => &["length"],
        "length-prefix" => &["bytes", "endian"],
        _ => &[],
    };
    table.allow(&[&["kind"], options].concat())?;
    match kind {
        "none" => Ok(Framing::None),
        "line" => Ok(Framing::Line),
        "delimiter" => delimiter(&table, encoding),
        "fixed" => {
            let length = table.require("length", |lang| t!(lang, "lab-what-length"))?;
            let fixed = FixedLength::new(length.integer_u32(1..=MAX_FRAME)?);
            Ok(Framing::Fixed(fixed.map_err(|error| length.refused(&error))?))
        }
        _ => length_prefix(&table),
    }
}

fn delimiter(table: &Table<'_>, encoding: TextEncoding) -> Read<Framing> {
    let (field, bytes) = match table.present(&["text", "hex"])[..] {
        ["text"] => {
            let field = table.require("text", |lang| t!(lang, "lab-what-text"))?;
            let text = field.encodable(encoding)?;
            // `encodable` has seen that it can be.
            (field, encoding.encode(&text).unwrap_or_default())
        }
        ["hex"] => {
            let field = table.require("hex", |lang| t!(lang, "lab-what-hex"))?;
            let bytes = field.hex_bytes()?;
            (field, bytes)
        }
        [] => return Err(table.fault(|lang| t!(lang, "lab-delimiter-needs-content"))),
        _ => return Err(table.exclude(&["text", "hex"])),
    };
    Delimiter::new(&bytes).map(Framing::Delimiter).map_err(|error| field.refused(&error))
}

fn length_prefix(table: &Table<'_>) -> Read<Framing> {
    let bytes = table.require("bytes", |lang| one_of(lang, &["1", "2", "4", "8"]))?;
    let width =
        bytes.integer(0..=u64::MAX).and_then(|width| PrefixWidth::new(width).map_err(|error| bytes.refused(&error)))?;
    let endian = |name: &str| match name {
        "big" => Some(true),
        "little" => Some(false),
        _ => None,
    };
    // The order of the network is the usual one.
    let big_endian =
        table.get("endian").map(|field| field.one_of(&["big", "little"], endian)).transpose()?.unwrap_or(true);
    Ok(Framing::LengthPrefix { width, big_endian })
}

/// The value that [`read`] reads back equal, for an endpoint with that encoding.
pub(super) fn write(framing: &Framing, encoding: TextEncoding) -> String {
    let kind = pair("kind", &quoted(framing.kind()));
    match framing {
        Framing::None | Framing::Line => quoted(framing.kind()),
        Framing::Delimiter(delimiter) => {
            let option = match plain_text(delimiter.bytes(), encoding) {
                Some(text) => pair("text", &quoted(text)),
                None => pair("hex", &quoted(&format_hex(delimiter.bytes()))),
            };
            inline(&[kind, option])
        }
        Framing::Fixed(length) => inline(&[kind, pair("length", &length.get().to_string())]),
        Framing::LengthPrefix { width, big_endian } => {
            let endian = if *big_endian { "big" } else { "little" };
            inline(&[kind, pair("bytes", &width.bytes().to_string()), pair("endian", &quoted(endian))])
        }
    }
}

/// Bytes that are easier to read as a text.
fn plain_text(bytes: &[u8], encoding: TextEncoding) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t'));
    (is_plain && encoding.encode(text).as_deref() == Ok(bytes)).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;
    use crate::lab::framing::MAX_DELIMITER;
    use crate::lang::Lang;

    fn parse(value: &str, encoding: TextEncoding) -> Result<Framing, String> {
        let text = format!("framing = {value}\n");
        let document = DeTable::parse(&text).unwrap();
        let root = Field::root(document.get_ref()).any_table().unwrap();
        read(&root.get("framing").unwrap(), encoding)
            .map_err(|fault| format!("{}: {}", fault.field.unwrap_or_default(), fault.message.text(Lang::En)))
    }

    fn utf8(value: &str) -> Framing {
        parse(value, TextEncoding::UTF_8).unwrap()
    }

    fn delimiter(bytes: &[u8]) -> Framing {
        Framing::Delimiter(Delimiter::new(bytes).unwrap())
    }

    #[test]
    fn every_framing_is_read_as_it_is_documented() {
        assert_eq!(utf8("\"none\""), Framing::None);
        assert_eq!(utf8("\"line\""), Framing::Line);
        assert_eq!(utf8("{ kind = \"line\" }"), Framing::Line);
        assert_eq!(utf8("{ kind = \"delimiter\", hex = \"0d 0a 0d 0a\" }"), delimiter(b"\r\n\r\n"));
        assert_eq!(utf8(r#"{ kind = "delimiter", text = "\r\n\r\n" }"#), delimiter(b"\r\n\r\n"));
        let gbk = parse("{ kind = \"delimiter\", text = \"你\" }", "gbk".parse().unwrap());
        assert_eq!(gbk, Ok(delimiter(b"\xc4\xe3")));
        assert_eq!(utf8("{ kind = \"fixed\", length = 16 }"), Framing::Fixed(FixedLength::new(16).unwrap()));
        let prefix = |width, big_endian| Framing::LengthPrefix { width, big_endian };
        let little = utf8("{ kind = \"length-prefix\", bytes = 2, endian = \"little\" }");
        assert_eq!(little, prefix(PrefixWidth::Two, false));
        assert_eq!(utf8("{ kind = \"length-prefix\", bytes = 8 }"), prefix(PrefixWidth::Eight, true));
    }

    #[test]
    fn what_is_no_framing_is_refused_with_its_field() {
        for (value, message) in [
            ("\"lines\"", "framing: expected one of none, line, delimiter, fixed, length-prefix, found \"lines\""),
            ("3", "framing: expected a string, found 3"),
            ("\"fixed\"", "framing: expected a table, for example { kind = \"fixed\", length = 16 }"),
            ("{ length = 3 }", "framing.kind: is missing: expected one of none, line, delimiter, fixed, length-prefix"),
            ("{ kind = \"line\", length = 3 }", "framing.length: unknown key: expected one of kind"),
            ("{ kind = \"delimiter\" }", "framing: a delimiter needs text or hex"),
            ("{ kind = \"delimiter\", text = \"\" }", "framing.text: a delimiter has at least one byte"),
            ("{ kind = \"delimiter\", text = \";\", hex = \"3b\" }", "framing: text and hex exclude each other"),
            ("{ kind = \"fixed\", length = 0 }", "framing.length: expected a whole number from 1 to 16777216, found 0"),
            (
                "{ kind = \"fixed\", length = 16777217 }",
                "framing.length: expected a whole number from 1 to 16777216, found 16777217",
            ),
            ("{ kind = \"length-prefix\" }", "framing.bytes: is missing: expected one of 1, 2, 4, 8"),
            (
                "{ kind = \"length-prefix\", bytes = 3 }",
                "framing.bytes: a length prefix has 1, 2, 4 or 8 bytes, and not 3",
            ),
            (
                "{ kind = \"length-prefix\", bytes = 2, endian = \"middle\" }",
                "framing.endian: expected one of big, little, found \"middle\"",
            ),
        ] {
            assert_eq!(parse(value, TextEncoding::UTF_8), Err(message.to_owned()), "{value}");
        }
        let long = format!("{{ kind = \"delimiter\", text = \"{}\" }}", "a".repeat(MAX_DELIMITER + 1));
        assert!(parse(&long, TextEncoding::UTF_8).unwrap_err().contains("at most 64 bytes"));
        let lacking = parse("{ kind = \"delimiter\", text = \"你\" }", TextEncoding::Ascii).unwrap_err();
        assert!(lacking.starts_with("framing.text: '你' at character 1 can't be written in ASCII"), "{lacking}");
    }

    proptest! {
        #[test]
        fn a_framing_that_was_written_is_read_back(
            bytes in prop::collection::vec(any::<u8>(), 1..=MAX_DELIMITER),
            text in "[ -~\r\n\t]{1,20}",
            length in 1..=MAX_FRAME,
            width in prop::sample::select(PrefixWidth::ALL.to_vec()),
            big_endian: bool,
            encoding in prop::sample::select(TextEncoding::OFFERED.to_vec()),
        ) {
            for framing in [
                Framing::None,
                Framing::Line,
                delimiter(&bytes),
                delimiter(text.as_bytes()),
                Framing::Fixed(FixedLength::new(length).unwrap()),
                Framing::LengthPrefix { width, big_endian },
            ] {
                prop_assert_eq!(parse(&write(&framing, encoding), encoding), Ok(framing));
            }
        }
    }
}
