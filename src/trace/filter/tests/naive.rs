//! The same matching said slowly: each field as a list of texts or numbers, without any of the short cuts.

use super::World;
use crate::kinds::framing::FrameValue;
use crate::lab::Addr;
use crate::trace::Op;
use crate::trace::filter::expression::{Address, Value};
use crate::trace::filter::*;

pub fn naive(expr: &Expr, call: &Call, world: &World) -> bool {
    let encoding = world.context().encoding(call.endpoint);
    let peer = match &call.op {
        Op::SendTo { to, .. } => Some(Addr::clone(to)),
        _ => call.ends.peer.clone(),
    };
    let note = world.bookmarks.note(call.seq).filter(|note| !note.is_empty()).map(str::to_owned);
    let msg = (!call.data.is_empty()).then(|| crate::trace::text::as_text(&call.data, encoding));
    let texts = |field: Field| -> Option<String> {
        match field {
            Field::Endpoint => Some(world.trace.name(call.endpoint).to_owned()),
            Field::Op => Some(call.op.name().to_owned()),
            Field::Errno => call.errno().map(|errno| errno.to_string()),
            Field::Peer => peer.as_ref().map(ToString::to_string),
            Field::Local => call.ends.local.as_ref().map(ToString::to_string),
            Field::Msg => msg.clone(),
            Field::Rule => call.rule.as_deref().map(str::to_owned),
            Field::Source => call.made_by.as_ref().and_then(|made_by| made_by.source.as_deref()).map(str::to_owned),
            Field::Note => note.clone(),
            _ => None,
        }
    };
    let numbers = |field: Field| -> Vec<i128> {
        match field {
            Field::Conn => call.conn.iter().map(|conn| conn.get().into()).collect(),
            Field::Len => vec![call.len.into()],
            Field::Result => vec![if call.errno().is_some() { -1 } else { call.len.into() }],
            Field::Port => [&peer, &call.ends.local].into_iter().flatten().map(|addr| addr.port().into()).collect(),
            Field::Offset => call.offset.iter().map(|offset| (*offset).into()).collect(),
            Field::Seq => vec![call.seq.into()],
            Field::Lost => vec![call.lost.into()],
            Field::Took => vec![call.took.into()],
            Field::At => vec![call.start.0.into()],
            _ => Vec::new(),
        }
    };
    let fields =
        |field: Field| world.frames.iter().filter(move |value| field.name() == format!("frame.{}", value.name));
    let digits = |value: &FrameValue| value.text.parse::<i128>().ok();
    let bytes = |text: &str| encoding.encode(text).ok();
    let equal = |field: Field, value: &Value| match value {
        Value::Number(number) if field.of_message().is_some() => {
            fields(field).any(|f| digits(f) == Some((*number).into()))
        }
        Value::Text(text) if field.of_message().is_some() => fields(field).any(|f| f.text == *text),
        Value::Number(number) => numbers(field).contains(&(*number).into()),
        Value::Nanos(nanos) => numbers(field).contains(&(*nanos).into()),
        Value::Op(name) => texts(field).as_deref() == Some(name),
        Value::ErrnoName(name) => texts(field).as_deref() == Some(name),
        Value::Errno(errno) => texts(field) == Some(errno.to_string()),
        Value::Address(address) => texts(field).is_some_and(|text| match address {
            Address::Inet(addr) => text == addr.to_string(),
            Address::Ip(ip) => text.rsplit_once(':').is_some_and(|(host, _)| host == ip.to_string()),
            Address::Port(port) => text.ends_with(&format!(":{port}")),
            Address::Path(_) => false,
        }),
        Value::Bytes(bytes) => call.data == *bytes,
        Value::Text(text) if field == Field::Data => bytes(text).is_some_and(|bytes| call.data == bytes),
        Value::Text(text) => texts(field).as_ref() == Some(text),
    };
    let there = |field: Field| match field.kind() {
        Kind::Number | Kind::Time => !numbers(field).is_empty(),
        Kind::Bytes => !call.data.is_empty(),
        Kind::NumberOrText => fields(field).count() > 0,
        _ => texts(field).is_some(),
    };
    match expr {
        Expr::All(parts) => parts.iter().all(|part| naive(part, call, world)),
        Expr::Any(parts) => parts.iter().any(|part| naive(part, call, world)),
        Expr::Not(part) => !naive(part, call, world),
        Expr::Has(field) => match field {
            Field::Len | Field::Lost | Field::Took => numbers(*field).iter().any(|number| *number > 0),
            Field::Result => call.errno().is_none(),
            Field::Bookmark => world.bookmarks.has(call.seq),
            Field::Eof => call.is_eof(),
            Field::Looks => call.only_looks(),
            Field::Truncated => call.is_truncated(),
            field => there(*field),
        },
        Expr::Text(part) => {
            let needle = Needle::quoted(part.as_text().unwrap()).unwrap();
            let line = |text: &str| needle.is_in_text(text);
            let who = world.trace.name(call.endpoint);
            let who = call.conn.map_or_else(|| who.to_owned(), |conn| format!("{who} #{}", conn.get()));
            line(&format!("{who}\n{call}\n{}", peer.as_ref().map(ToString::to_string).unwrap_or_default()))
                || needle.is_in_bytes(&call.data, encoding)
        }
        Expr::Compare { field, relation: Relation::Equal, value } => equal(*field, value),
        Expr::Compare { field, relation: Relation::Unequal, value } => there(*field) && !equal(*field, value),
        Expr::Compare { field, relation, value: Value::Text(text) } => fields(*field).any(|f| match relation {
            Relation::Less => f.text < *text,
            Relation::AtMost => f.text <= *text,
            Relation::More => f.text > *text,
            _ => f.text >= *text,
        }),
        Expr::Compare { field, relation, value } => {
            let numbers = |field: Field| match field.of_message() {
                Some(_) => fields(field).filter_map(digits).collect(),
                None => numbers(field),
            };
            let wanted: i128 = match value {
                Value::Number(number) => (*number).into(),
                Value::Nanos(nanos) => (*nanos).into(),
                other => panic!("{other:?} has no order"),
            };
            numbers(*field).into_iter().any(|number| match relation {
                Relation::Less => number < wanted,
                Relation::AtMost => number <= wanted,
                Relation::More => number > wanted,
                _ => number >= wanted,
            })
        }
        Expr::Contains { field: Field::Data, part } => {
            let wanted = match part.as_text() {
                Some(text) => bytes(text),
                None => Some(part.finder().needle().to_vec()),
            };
            wanted.is_some_and(|wanted| call.data.windows(wanted.len()).any(|window| window == wanted))
        }
        Expr::Contains { field: field @ Field::Frame(_), part } => {
            let text = part.as_text().unwrap().to_lowercase();
            fields(*field).any(|f| f.text.to_lowercase().contains(&text))
        }
        Expr::Contains { field, part } => {
            let text = part.as_text().unwrap().to_lowercase();
            texts(*field).is_some_and(|hay| {
                hay.to_lowercase().contains(&text)
                    || (*field == Field::Msg
                        && text.contains('\\')
                        && crate::trace::text::visible(&hay).to_lowercase().contains(&text))
            })
        }
        Expr::Matches { field: Field::Data, pattern } => !call.data.is_empty() && pattern.is_match(&call.data),
        Expr::Matches { field: field @ Field::Frame(_), pattern } => {
            fields(*field).any(|f| pattern.is_match(f.text.as_bytes()))
        }
        Expr::Matches { field, pattern } => texts(*field).is_some_and(|text| pattern.is_match(text.as_bytes())),
        Expr::In { field, values } => values.iter().any(|value| equal(*field, value)),
    }
}
