//! `[[endpoints.faults]]`: each fault as a table.

use super::spec::{Direction, FaultSpec, Knob, MAX_FAULTS, MAX_NTH, Mark, Options};
use super::{FaultKind, Harms};
use crate::t;
use crate::values::duration;
use crate::values::name;
use crate::values::toml_text::{pair, quoted};
use crate::values::tree::{Field, Read, Table, one_of};
use crate::values::{Portion, Rate, Span};

/// The options that every fault has.
const COMMON: [&str; 9] = ["kind", "name", "on", "probability", "nth", "share", "client", "first", "from"];

/// What the words `uniform` and `normal` of `spread` stand for.
const SPREADS: [(&str, bool); 2] = [("uniform", false), ("normal", true)];

impl Knob {
    pub const ALL: [Self; 6] = [Self::Delay, Self::Jitter, Self::Spread, Self::Rate, Self::Size, Self::After];

    /// Its key in lab files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Jitter => "jitter",
            Self::Spread => "spread",
            Self::Rate => "rate",
            Self::Size => "size",
            Self::After => "after",
        }
    }
}

/// The faults of a relay of datagrams, or of streams.
pub fn read(field: &Field<'_>, datagrams: bool) -> Read<Vec<FaultSpec>> {
    let fields = field.array(|lang| t!(lang, "lab-what-faults"))?;
    if let Some(first_too_many) = fields.get(MAX_FAULTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-faults", most = MAX_FAULTS)));
    }
    fields.iter().map(|field| read_one(&field.any_table()?, datagrams, &[])).collect()
}

/// One; `besides` are keys that the table may have as well.
pub fn read_one(table: &Table<'_>, datagrams: bool, besides: &[&'static str]) -> Read<FaultSpec> {
    let known: Vec<&str> = FaultKind::ALL.iter().map(|kind| kind.name).collect();
    let kind_field = table.require("kind", |lang| one_of(lang, &known))?;
    let kind = kind_field.one_of(&known, FaultKind::named)?;
    if !kind.is_for(datagrams) {
        return Err(kind_field.fault(|lang| match kind.harms {
            Harms::Datagrams => t!(lang, "lab-fault-of-datagrams", kind = kind.name),
            Harms::Streams | Harms::Both => t!(lang, "lab-fault-of-streams", kind = kind.name),
        }));
    }
    let mut keys = COMMON.to_vec();
    keys.push("until");
    keys.extend(kind.has_direction().then_some("direction"));
    keys.extend(kind.knobs.iter().map(|knob| knob.key()));
    keys.extend(besides);
    table.allow(&keys)?;

    let mut spec = FaultSpec::new(kind);
    if let Some(field) = table.get("name") {
        name::check(field.text()?).map_err(|error| field.refused(&error))?;
        spec.name = Some(field.text()?.to_owned());
    }
    if let Some(field) = table.get("on") {
        spec.on = field.boolean()?;
    }
    if let Some(field) = table.get("direction") {
        spec.direction = field.one_of(&Direction::ALL.map(Direction::name), Direction::named)?;
    }
    spec.given = options(table)?;
    spec.probability = table.get("probability").map(|field| Portion::read(&field)).transpose()?;
    spec.share = table.get("share").map(|field| Portion::read(&field)).transpose()?;
    if let Some(field) = table.get("nth") {
        spec.nth = ordinals(&field)?;
    }
    if let Some(field) = table.get("client") {
        let address = field.text()?.parse().ok();
        spec.client = Some(address.ok_or_else(|| field.unexpected(|lang| t!(lang, "lab-what-ip")))?);
    }
    spec.first = table.get("first").map(|field| field.integer_u32(1..=u32::MAX)).transpose()?;
    spec.from = table.get("from").map(|field| mark(&field)).transpose()?;
    spec.until = table.get("until").map(|field| mark(&field)).transpose()?;
    Ok(spec)
}

fn options(table: &Table<'_>) -> Read<Options> {
    let parsed = |field: &Field<'_>| field.text()?.parse::<Rate>().map_err(|error| field.refused(&error));
    let spread = |field: &Field<'_>| {
        let named = |name: &str| SPREADS.iter().find(|(known, _)| *known == name).map(|(_, normal)| *normal);
        field.one_of(&SPREADS.map(|(name, _)| name), named)
    };
    Ok(Options {
        delay: table.get("delay").map(|field| field.duration()).transpose()?,
        jitter: table.get("jitter").map(|field| field.duration()).transpose()?,
        normal: table.get("spread").map(|field| spread(&field)).transpose()?,
        rate: table.get("rate").map(|field| parsed(&field)).transpose()?,
        size: table.get("size").map(|field| Span::read(&field)).transpose()?,
        after: table.get("after").map(|field| mark(&field)).transpose()?,
    })
}

/// `[3, 5]` or `3`.
fn ordinals(field: &Field<'_>) -> Read<Vec<u64>> {
    if field.is_integer() {
        return Ok(vec![field.integer(1..=u64::MAX)?]);
    }
    let fields = field.array(|lang| t!(lang, "lab-what-ordinals"))?;
    match fields.get(MAX_NTH) {
        _ if fields.is_empty() => Err(field.unexpected(|lang| t!(lang, "lab-what-ordinals"))),
        Some(first_too_many) => Err(first_too_many.fault(|lang| t!(lang, "lab-many-ordinals", most = MAX_NTH))),
        None => fields.iter().map(|field| field.integer(1..=u64::MAX)).collect(),
    }
}

/// A number of bytes, a duration, or `"3 calls"`.
fn mark(field: &Field<'_>) -> Read<Mark> {
    if field.is_integer() {
        return Ok(Mark::Bytes(field.integer(0..=u64::MAX)?));
    }
    let text = field.text()?;
    match parse_mark(text) {
        Some(mark) => Ok(mark),
        None => Ok(Mark::Time(field.duration()?)),
    }
}

/// `"3 calls"`, or a number of bytes.
fn parse_mark(text: &str) -> Option<Mark> {
    let text = text.trim();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let calls = text.strip_suffix("calls").or_else(|| text.strip_suffix("call"));
    match calls {
        Some(number) => digits(number.trim()).map(Mark::Calls),
        None => digits(text).map(Mark::Bytes),
    }
}

impl std::str::FromStr for Mark {
    type Err = duration::DurationError;

    /// As in a lab file; a plain number counts bytes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_mark(text).map_or_else(|| duration::parse(text).map(Self::Time), Ok)
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time(time) => f.write_str(&duration::format(*time)),
            Self::Bytes(bytes) => write!(f, "{bytes}"),
            Self::Calls(1) => f.write_str("1 call"),
            Self::Calls(calls) => write!(f, "{calls} calls"),
        }
    }
}

fn write_mark(mark: Mark) -> String {
    match mark {
        Mark::Bytes(bytes) => bytes.to_string(),
        Mark::Time(_) | Mark::Calls(_) => quoted(&mark.to_string()),
    }
}

/// Its parts, `kind` first, which [`read_one`] reads back equal.
pub fn write(spec: &FaultSpec) -> Vec<String> {
    let mut parts = vec![pair("kind", &quoted(spec.kind.name))];
    parts.extend(spec.name.as_ref().map(|name| pair("name", &quoted(name))));
    parts.extend((!spec.on).then(|| pair("on", "false")));
    if spec.kind.has_direction() && spec.direction != Direction::Both {
        parts.push(pair("direction", &quoted(spec.direction.name())));
    }
    let Options { delay, jitter, normal, rate, size, after } = spec.given;
    let time = |key, value| pair(key, &quoted(&duration::format(value)));
    parts.extend(delay.map(|delay| time("delay", delay)));
    parts.extend(jitter.map(|jitter| time("jitter", jitter)));
    let spread = |normal| SPREADS.iter().find(|(_, known)| *known == normal).map_or("uniform", |(name, _)| *name);
    parts.extend(normal.map(|normal| pair("spread", &quoted(spread(normal)))));
    parts.extend(rate.map(|rate| pair("rate", &quoted(&rate.to_string()))));
    parts.extend(size.map(|size| pair("size", &size.write())));
    parts.extend(after.map(|after| pair("after", &write_mark(after))));
    parts.extend(spec.probability.map(|portion| pair("probability", &portion.write())));
    if !spec.nth.is_empty() {
        let all: Vec<String> = spec.nth.iter().map(ToString::to_string).collect();
        parts.push(pair("nth", &format!("[{}]", all.join(", "))));
    }
    parts.extend(spec.share.map(|share| pair("share", &share.write())));
    parts.extend(spec.client.map(|client| pair("client", &quoted(&client.to_string()))));
    parts.extend(spec.first.map(|first| pair("first", &first.to_string())));
    parts.extend(spec.from.map(|from| pair("from", &write_mark(from))));
    parts.extend(spec.until.map(|until| pair("until", &write_mark(until))));
    parts
}
