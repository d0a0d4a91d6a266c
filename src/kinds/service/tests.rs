//! What every service must keep to, and a bench for the tests of each.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn at() -> DateTime {
    jiff::civil::date(2026, 11, 20).at(19, 49, 6, 0)
}

pub(in crate::kinds) fn service(reply: &Reply, encoding: &str) -> Box<dyn Service> {
    reply.service(encoding.parse().unwrap()).unwrap()
}

pub(in crate::kinds) fn answer(service: &mut Box<dyn Service>, message: &Bytes) -> Answer {
    asked(service, message, &Counter::default(), false)
}

fn asked(service: &mut Box<dyn Service>, bytes: &Bytes, counter: &Counter, is_datagram: bool) -> Answer {
    let peer = Addr::Inet(([192, 0, 2, 7], 4321).into());
    service.on_message(&Message { bytes, peer: &peer, at: at(), counter, is_datagram, frame: None })
}

pub(in crate::kinds) fn ask(service: &mut Box<dyn Service>, message: &[u8]) -> Answer {
    answer(service, &Bytes::copy_from_slice(message))
}

pub(in crate::kinds) fn ask_counting(service: &mut Box<dyn Service>, message: &[u8], counter: &Counter) -> Answer {
    asked(service, &Bytes::copy_from_slice(message), counter, false)
}

pub(in crate::kinds) fn reply(service: &mut Box<dyn Service>, message: &[u8]) -> Vec<u8> {
    ask(service, message).reply.map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// A service of each kind with something in each of its fields.
pub(crate) fn one_of_each() -> Vec<Reply> {
    use crate::kinds::field::Shape;
    use crate::kinds::rule::{Rule, when};
    use crate::values::Shared;

    let value = |shape| match shape {
        Shape::Text => Value::Text(" \\ü\r\n".to_owned()),
        Shape::Template => Value::Text("{{{msg}}} {counter}".to_owned()),
        Shape::Content => Value::Content(Content::Hex(vec![0, 255])),
        Shape::Rules => {
            Value::Rules(when::tests::one_of_each().into_iter().map(|when| Rule::new(when, None)).collect())
        }
        Shape::Bytes { .. } => Value::Bytes(vec![13, 10]),
        Shape::Mark { .. } => Value::Mark(vec![11]),
        Shape::Time { most, .. } => Value::Time(most),
        Shape::Pattern => Value::Pattern("a+".to_owned()),
        Shape::Count { most, .. } => Value::Count(most),
        Shape::Number { most, .. } => Value::Number(most),
        Shape::OneNumber { of, .. } => Value::Number(of[0]),
        Shape::Choice(names) => Value::Choice(names[0]),
        Shape::Share => Value::Share(FileShare::new(Shared::Root("/srv/a b".into()))),
    };
    let of = |kind: &'static ServiceKind| {
        Reply::new(kind, Values::new(kind.fields.iter().map(|field| (field.key, value(field.shape)))))
    };
    ServiceKind::ALL.iter().map(|kind| of(kind)).collect()
}

#[test]
fn no_two_services_and_no_two_options_of_one_have_one_name() {
    let names: BTreeSet<_> = ServiceKind::ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), ServiceKind::ALL.len());
    for kind in ServiceKind::ALL {
        let keys: Vec<_> = kind.fields.iter().flat_map(Field::keys).collect();
        let different: BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len(), "{kind:?}");
        assert_eq!(ServiceKind::named(kind.name), Some(*kind));
    }
    assert_eq!(ServiceKind::named("Echo"), None);
}

#[test]
fn every_service_that_was_written_is_read_back() {
    for reply in one_of_each() {
        let kind = reply.kind();
        let options = std::iter::once(format!("kind = {:?}", kind.name))
            .chain(reply.write(TextEncoding::UTF_8, None))
            .collect::<Vec<_>>();
        let text = format!("service = {{ {} }}\n", options.join(", "));
        let document = toml::de::DeTable::parse(&text).unwrap();
        let root = tree::Field::root(document.get_ref()).any_table().unwrap();
        let field = root.get("service").unwrap();
        let read = Reply::read(&field, EndpointKind::TCP_SERVER, TextEncoding::UTF_8, None::<&Path>, &[]);
        assert_eq!(read.map_err(|fault| fault.message), Ok(reply), "{text}");
    }
}

#[test]
fn every_service_can_be_prepared_in_every_encoding_that_has_its_characters() {
    for reply in one_of_each() {
        let mut prepared = service(&reply, "utf-8");
        let clone = prepared.clone();
        let _ = ask(&mut prepared, b"hi");
        drop(clone);
        // 「ü」 is no ASCII: only what has a text is refused, and with its field.
        if let Err(error) = reply.service(TextEncoding::Ascii) {
            assert!(reply.kind().fields.iter().any(|field| field.key == error.field()), "{error}");
        }
    }
}

#[test]
fn a_text_that_the_encoding_lacks_is_refused_with_the_place() {
    let error = Reply::suffix("a😀").service("gbk".parse().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "text: '😀' at character 2 can't be written in GBK, the endpoint's encoding");
    assert_eq!(error.field(), "text");
}

/// The names in the first column of the table that begins with `kind`.
fn kinds_in_table(text: &str) -> Vec<&str> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| `kind` |")).skip(2);
    let names = rows.map_while(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name);
    names.collect()
}

#[test]
fn the_readmes_list_exactly_the_services_there_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names: Vec<_> = ServiceKind::ALL.iter().map(|kind| kind.name).collect();
    let mut readmes = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !(name.starts_with("README") && name.ends_with(".md")) {
            continue;
        }
        readmes += 1;
        assert_eq!(kinds_in_table(&std::fs::read_to_string(&path).unwrap()), names, "{name}");
    }
    assert_ne!(readmes, 0);
}
