//! An option of an endpoint, described once: for which kinds it is, and how a lab file reads and writes it. The list is
//! in [`super::endpoint_options`].

pub(super) mod client;
mod groups;
mod line;
mod peers;
mod relay;
mod service;

use std::path::Path;
use std::time::Duration;

use super::address::{Local, Remote, parse_unix_path};
use super::endpoint::{DEFAULT_BACKLOG, EndpointKind, EndpointSpec, MAX_BACKLOG, Serving};
use super::framing::Framing;
use super::group::GroupError;
use super::payload::LineEnding;
use crate::lang::Words;
use crate::t;
use crate::values::encoding::TextEncoding;
use crate::values::endpoint_kind::{Role, Transport};
use crate::values::tree::{Fault, Field, Read, Table};
use crate::values::{duration, toml_text::quoted};

use line::SYSTEM;
pub use line::{Control, Usual};

/// The longest lingering that a form takes, in seconds (a `struct linger` holds an int; nobody waits longer than a day).
const MAX_LINGER: u32 = 86_400;

/// The kinds that have an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    All,
    Servers,
    /// Stream sockets that listen.
    Listeners,
    /// Kinds that say something themselves.
    Speakers,
    /// Those of them that do so over streams.
    Conversing,
    Relays,
    Clients,
    /// Kinds that go to a remote by themselves.
    Reaching,
    Streams,
    Tcp,
    Datagrams,
    Udp,
    Inet,
}

impl For {
    pub fn has(self, kind: EndpointKind) -> bool {
        let (transport, role) = (kind.transport(), kind.role());
        match self {
            Self::All => true,
            Self::Servers => role == Role::Server,
            Self::Listeners => role.listens() && transport.is_stream(),
            Self::Speakers => role != Role::Relay,
            Self::Conversing => role != Role::Relay && transport.is_stream(),
            Self::Relays => role == Role::Relay,
            Self::Clients => role == Role::Client,
            Self::Reaching => role.reaches(),
            Self::Streams => transport.is_stream(),
            Self::Tcp => transport == Transport::Tcp,
            Self::Datagrams => role == Role::Datagram,
            Self::Udp => transport == Transport::Udp && role == Role::Datagram,
            Self::Inet => transport.is_inet(),
        }
    }

    /// An option that is for these stands at a kind that has no such thing.
    pub(super) fn refuse(self, field: &Field<'_>, kind: EndpointKind, key: &str) -> Fault {
        field.fault(|lang| {
            let kinds = EndpointKind::ALL.into_iter().filter(|kind| self.has(*kind)).map(EndpointKind::name);
            t!(lang, "lab-not-of-kind", kind = kind.name(), key = key, kinds = lang.all_of(kinds))
        })
    }
}

/// An option of an endpoint.
pub struct EndpointOption {
    /// The key in lab files.
    pub key: &'static str,
    pub of: For,
    /// The text for what is missing where an endpoint of that kind can't do without it.
    pub needed: fn(EndpointKind) -> Option<&'static str>,
    value: Value,
    /// How a form has it; `None` where it needs an editor of its own.
    pub control: Option<Control>,
}

/// Where in the endpoint an option is kept.
pub struct Place<T: 'static> {
    of: fn(&EndpointSpec) -> &T,
    of_mut: fn(&mut EndpointSpec) -> &mut T,
}

/// The [`Place`] of a field of [`EndpointSpec`].
macro_rules! place {
    ($($field:ident).+) => {
        $crate::lab::endpoint_option::Place::new(|spec| &spec.$($field).+, |spec| &mut spec.$($field).+)
    };
}
pub(super) use place;

impl<T> Place<T> {
    pub(super) const fn new(of: fn(&EndpointSpec) -> &T, of_mut: fn(&mut EndpointSpec) -> &mut T) -> Self {
        Self { of, of_mut }
    }
}

/// What stands beside an option that is read.
pub struct Beside<'r> {
    pub table: &'r Table<'r>,
    /// From which relative paths count.
    pub folder: Option<&'r Path>,
}

/// Reads an option of an endpoint whose kind, name and earlier options are known.
pub type Reader = fn(&Beside<'_>, &Field<'_>, &mut EndpointSpec) -> Read<()>;
/// An option as TOML, with paths as seen from that folder; nothing where it is as by default.
pub type Writer = fn(&EndpointSpec, Option<&Path>) -> Option<String>;

/// What an option holds.
enum Value {
    /// On, off, or left to the system.
    Switch(Place<Option<bool>>),
    /// A whole number, or left to a default.
    Number {
        least: u32,
        most: u32,
        place: Place<Option<u32>>,
    },
    Own(Reader, Writer),
}

impl EndpointOption {
    const fn new(key: &'static str, of: For, value: Value) -> Self {
        Self { key, of, needed: |_| None, value, control: None }
    }

    pub(super) const fn switch(key: &'static str, of: For, place: Place<Option<bool>>) -> Self {
        Self::new(key, of, Value::Switch(place))
    }

    pub(super) const fn number(key: &'static str, of: For, least: u32, most: u32, place: Place<Option<u32>>) -> Self {
        Self::new(key, of, Value::Number { least, most, place })
    }

    pub(super) const fn own(key: &'static str, of: For, read: Reader, write: Writer) -> Self {
        Self::new(key, of, Value::Own(read, write))
    }

    pub(super) const fn shown(self, control: Control) -> Self {
        Self { control: Some(control), ..self }
    }

    /// Kinds for which `needed` has a text can't do without it.
    pub(super) const fn needed(self, needed: fn(EndpointKind) -> Option<&'static str>) -> Self {
        Self { needed, ..self }
    }

    /// Reads it from the endpoint's table, where it may stand.
    ///
    /// # Errors
    /// A value that can't be.
    pub(crate) fn read(&self, beside: &Beside<'_>, spec: &mut EndpointSpec) -> Read<()> {
        let Some(field) = beside.table.get(self.key) else { return Ok(()) };
        match &self.value {
            Value::Switch(place) => *(place.of_mut)(spec) = Some(field.boolean()?),
            Value::Number { least, most, place } => *(place.of_mut)(spec) = Some(field.integer_u32(*least..=*most)?),
            Value::Own(read, _) => read(beside, &field, spec)?,
        }
        Ok(())
    }

    /// The value as TOML; nothing where it is as by default.
    pub(crate) fn write(&self, spec: &EndpointSpec, folder: Option<&Path>) -> Option<String> {
        match &self.value {
            Value::Switch(place) => (place.of)(spec).map(|on| on.to_string()),
            Value::Number { place, .. } => (place.of)(spec).map(|number| number.to_string()),
            Value::Own(_, write) => write(spec, folder),
        }
    }
}

/// A string that a parser of its own reads.
fn parsed<T, E: Words>(field: &Field<'_>, parse: impl FnOnce(&str) -> Result<T, E>) -> Read<T> {
    parse(field.text()?).map_err(|error| field.refused(&error))
}

fn in_quotes(value: &impl ToString) -> String {
    quoted(&value.to_string())
}

pub(super) const LOCAL: EndpointOption = EndpointOption::own(
    "local",
    For::All,
    |_, field, spec| {
        spec.local = Some(if spec.kind.is_unix() {
            parsed(field, |text| parse_unix_path(text).map(Local::Path))?
        } else {
            parsed(field, str::parse)?
        });
        Ok(())
    },
    |spec, _| spec.local.as_ref().map(in_quotes),
)
// A Unix socket's clients find it by its path, so there is none by default.
.needed(|kind| (kind.is_server() && kind.is_unix()).then_some("lab-what-socket-path"));

pub(super) const REMOTE: EndpointOption = EndpointOption::own(
    "remote",
    For::Reaching,
    |_, field, spec| {
        // A stream relay may have another kind of socket on its other side.
        let parse = match (spec.kind.is_relay() && spec.kind.is_stream(), spec.kind.is_unix()) {
            (true, _) => Remote::parse,
            (false, true) => Remote::parse_unix,
            (false, false) => Remote::parse_inet,
        };
        spec.remote = Some(parsed(field, parse)?);
        Ok(())
    },
    |spec, _| spec.remote.as_ref().map(in_quotes),
)
.needed(|kind| match (kind.is_client(), kind.is_unix()) {
    (true, true) => Some("lab-what-unix-remote"),
    (true, false) => Some("lab-what-remote"),
    (false, _) => None,
});

const SERVINGS: [Serving; 2] = [Serving::Concurrent, Serving::OneAtATime];

pub(super) const SERVING: EndpointOption = EndpointOption::own(
    "serving",
    For::Servers,
    |_, field, spec| {
        let named = |name: &str| SERVINGS.into_iter().find(|serving| serving.name() == name);
        spec.server.serving = field.one_of(&SERVINGS.map(Serving::name), named)?;
        Ok(())
    },
    |spec, _| (spec.server.serving != Serving::default()).then(|| quoted(spec.server.serving.name())),
);

pub(super) const BACKLOG: EndpointOption = EndpointOption::own(
    "backlog",
    For::Listeners,
    |_, field, spec| {
        spec.server.backlog = field.integer_u32(0..=MAX_BACKLOG)?;
        Ok(())
    },
    |spec, _| (spec.server.backlog != DEFAULT_BACKLOG).then(|| spec.server.backlog.to_string()),
)
.shown(Control::line("", "opt-backlog", "opt-backlog-tip", Usual::Number(|_| DEFAULT_BACKLOG)).by(
    |spec| spec.server.backlog.to_string(),
    |text, lang, spec| {
        spec.server.backlog = line::number(text, lang, 0, MAX_BACKLOG)?.unwrap_or(DEFAULT_BACKLOG);
        Ok(())
    },
));

pub(super) const ENCODING: EndpointOption = EndpointOption::own(
    "encoding",
    For::All,
    |_, field, spec| {
        spec.encoding = parsed(field, str::parse)?;
        Ok(())
    },
    |spec, _| (spec.encoding != TextEncoding::default()).then(|| quoted(&spec.encoding.name().to_ascii_lowercase())),
);

pub(super) const PEERS: EndpointOption = EndpointOption::own(
    "peers",
    For::Datagrams,
    |_, field, spec| {
        spec.datagram.peers = peers::read(field, spec.kind)?;
        Ok(())
    },
    |spec, _| (!spec.datagram.peers.is_empty()).then(|| peers::write(&spec.datagram.peers)),
);

pub(super) const FRAMING: EndpointOption = EndpointOption::own(
    "framing",
    For::Streams,
    |_, field, spec| {
        spec.stream.framing = Framing::read(field, spec.encoding)?;
        Ok(())
    },
    |spec, _| spec.stream.framing.is_some().then(|| spec.stream.framing.write(spec.encoding)),
);

pub(super) const LINE_ENDING: EndpointOption = EndpointOption::own(
    "line_ending",
    For::Speakers,
    |_, field, spec| {
        spec.line_ending = field.one_of(&LineEnding::ALL.map(LineEnding::name), |name| name.parse().ok())?;
        Ok(())
    },
    |spec, _| (spec.line_ending != LineEnding::default()).then(|| quoted(spec.line_ending.name())),
);

pub(super) const SERVICE: EndpointOption = EndpointOption::own("service", For::Speakers, service::read, service::write);

/// Written in the table of the service.
pub(super) const CLOSE_AFTER_REPLY: EndpointOption = EndpointOption::own(
    "close_after_reply",
    For::Speakers,
    |_, field, spec| {
        spec.service.close_after_reply = field.boolean()?;
        Ok(())
    },
    |_, _| None,
);

/// Written in the table of the service.
pub(super) const QUIT: EndpointOption = EndpointOption::own(
    "quit",
    For::Speakers,
    |_, field, spec| {
        spec.service.quit = service::quit_words(field, spec.encoding)?;
        Ok(())
    },
    |_, _| None,
);

pub(super) const HOLD: EndpointOption = EndpointOption::own(
    "hold",
    For::All,
    |_, field, spec| {
        spec.hold = field.boolean()?;
        Ok(())
    },
    |spec, _| spec.hold.then(|| "true".to_owned()),
);

pub(super) const LINGER: EndpointOption = EndpointOption::own(
    "linger",
    For::Streams,
    |_, field, spec| {
        let linger = field.duration()?;
        if linger.subsec_nanos() != 0 {
            return Err(field.fault(|lang| t!(lang, "lab-linger")));
        }
        spec.options.linger = Some(linger);
        Ok(())
    },
    |spec, _| spec.options.linger.map(|linger| quoted(&duration::format(linger))),
)
.shown(Control::line("SO_LINGER", "", "opt-linger-tip", Usual::Text("opt-linger-hint")).by(
    |spec| spec.options.linger.map(|linger| linger.as_secs().to_string()).unwrap_or_default(),
    |text, lang, spec| {
        let seconds = line::number(text, lang, 0, MAX_LINGER)?;
        spec.options.linger = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        Ok(())
    },
));

pub(super) const MULTICAST_TTL: EndpointOption = EndpointOption::own(
    "multicast_ttl",
    For::Udp,
    |_, field, spec| {
        spec.options.multicast_ttl = u8::try_from(field.integer_u32(0..=u8::MAX.into())?).ok();
        Ok(())
    },
    |spec, _| spec.options.multicast_ttl.map(|ttl| ttl.to_string()),
)
.shown(Control::line("MULTICAST_TTL", "", "opt-multicast-ttl-tip", SYSTEM).by(
    |spec| line::written(spec.options.multicast_ttl.as_ref()),
    |text, lang, spec| {
        let ttl = line::number(text, lang, 0, u8::MAX.into())?;
        spec.options.multicast_ttl = ttl.and_then(|ttl| u8::try_from(ttl).ok());
        Ok(())
    },
));

pub(super) const MULTICAST_INTERFACE: EndpointOption = EndpointOption::own(
    "multicast_interface",
    For::Udp,
    |_, field, spec| {
        spec.options.multicast_interface = Some(parsed(field, str::parse)?);
        Ok(())
    },
    |spec, _| spec.options.multicast_interface.as_ref().map(in_quotes),
)
.shown(Control::line("MULTICAST_IF", "", "opt-multicast-if-tip", SYSTEM).by(
    |spec| line::written(spec.options.multicast_interface.as_ref()),
    |text, lang, spec| {
        let text = Some(text.trim()).filter(|text| !text.is_empty());
        let interface = text.map(|text| text.parse().map_err(|error: GroupError| error.sentence(lang)));
        spec.options.multicast_interface = interface.transpose()?;
        Ok(())
    },
));

pub(super) const GROUPS: EndpointOption = EndpointOption::own(
    "groups",
    For::Udp,
    |_, field, spec| {
        spec.datagram.groups = groups::read(field)?;
        Ok(())
    },
    |spec, _| (!spec.datagram.groups.is_empty()).then(|| groups::write(&spec.datagram.groups)),
)
.shown(Control::line("", "opt-groups", "opt-groups-tip", Usual::Text("opt-groups-hint")).by(
    |spec| spec.datagram.groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    |text, lang, spec| {
        spec.datagram.groups = groups::of_line(text, lang)?;
        Ok(())
    },
));

/// With it the kind is known: it has been read.
pub(super) const PROTOCOL: EndpointOption = EndpointOption::own(
    "protocol",
    For::Relays,
    |_, _, _| Ok(()),
    |spec, _| (spec.kind.is_relay() && spec.kind != EndpointKind::RELAY).then(|| quoted(spec.kind.protocol())),
);

pub(super) const SEED: EndpointOption = EndpointOption::own(
    "seed",
    For::Relays,
    |_, field, spec| {
        // TOML's integers end at 2^63 - 1.
        spec.relay.seed = field.integer(0..=i64::MAX as u64)?;
        Ok(())
    },
    |spec, _| (spec.relay.seed != 0).then(|| spec.relay.seed.to_string()),
);

pub(super) const FAULTS: EndpointOption = EndpointOption::own("faults", For::Relays, relay::read, relay::write);
