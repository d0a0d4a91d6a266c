//! What the files of all languages need while they write: names for bytes, arguments, and what a plan makes necessary.

use super::plan::{Body, Case, Conversation, Family, Framing, Part, Place, Plan, Role, Style, When};
use crate::t;
use crate::values::template::Segment;

/// Bytes under the names that they have in a program.
#[derive(Debug, Default)]
pub(super) struct Constants(Vec<(String, Vec<u8>)>);

impl Constants {
    /// The name of those bytes: `NAME`, else `NAME_2` …
    pub fn name(&mut self, base: &str, bytes: &[u8]) -> String {
        let is_of = |name: &str| name.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        let same_base = self.0.iter().filter(|(name, _)| is_of(name));
        if let Some((name, _)) = same_base.clone().find(|(_, known)| known == bytes) {
            return name.clone();
        }
        let name = match same_base.count() {
            0 => base.to_owned(),
            number => format!("{base}_{}", number + 1),
        };
        self.0.push((name.clone(), bytes.to_vec()));
        name
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}

/// An argument of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub name: &'static str,
    pub kind: ArgumentKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArgumentKind {
    /// `None`: it must be given.
    Text(Option<String>),
    Port(Option<u16>),
}

impl Argument {
    pub fn is_required(&self) -> bool {
        matches!(self.kind, ArgumentKind::Text(None) | ArgumentKind::Port(None))
    }
}

/// Where the socket goes to, and where it is bound: what is not known beforehand comes first.
pub(super) fn arguments(plan: &Plan) -> Vec<Argument> {
    let socket = &plan.socket;
    let of = |place: &Place, names: [&'static str; 3]| match place {
        Place::Inet { host, port } => vec![
            // Where the port is not known, the host before it must be written too.
            Argument { name: names[0], kind: ArgumentKind::Text(port.map(|_| host.clone())) },
            Argument { name: names[1], kind: ArgumentKind::Port(*port) },
        ],
        Place::Path(path) => vec![Argument { name: names[2], kind: ArgumentKind::Text(path.clone()) }],
    };
    match (&socket.remote, &socket.local) {
        (Some(remote), local) => {
            let second = local.iter().flat_map(|local| of(local, ["LOCAL_HOST", "LOCAL_PORT", "LOCAL_PATH"]));
            of(remote, ["HOST", "PORT", "PATH"]).into_iter().chain(second).collect()
        }
        (None, Some(local)) => of(local, ["HOST", "PORT", "PATH"]),
        (None, None) => Vec::new(),
    }
}

/// The names of the constants with the address that the socket is bound to.
pub(super) fn local_names(plan: &Plan) -> [&'static str; 3] {
    if plan.socket.remote.is_some() { ["LOCAL_HOST", "LOCAL_PORT", "LOCAL_PATH"] } else { ["HOST", "PORT", "PATH"] }
}

/// What the user is told to give the program: `HOST PORT [LOCAL_HOST LOCAL_PORT]`.
pub(super) fn usage(arguments: &[Argument]) -> String {
    let shown = arguments.iter().map(|argument| match argument.is_required() {
        true => argument.name.to_owned(),
        false => format!("[{}]", argument.name),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// What needs no loop, thread or helper unless the plan has it.
impl Conversation {
    pub fn has_upper(&self) -> bool {
        self.parts().any(|part| matches!(part, Part::Upper))
    }

    pub fn has_filled(&self, sought: &Segment) -> bool {
        self.parts().any(|part| matches!(part, Part::Filled(segment) if segment == sought))
    }

    pub fn has_framing(&self) -> bool {
        self.framing != Framing::None
    }

    pub fn has_delay(&self) -> bool {
        self.cases.iter().any(|case| !case.delay.is_zero())
    }

    pub fn has_regexp(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.when, When::Regexp(_)))
    }

    /// Something is done with a message beside showing it.
    pub fn answers(&self) -> bool {
        !self.cases.is_empty()
    }

    pub fn replies(&self) -> bool {
        self.cases.iter().any(|case| case.reply.is_some())
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        self.cases.iter().flat_map(Case::parts)
    }

    /// Whether that reply may turn out to have no byte: then there is nothing to send on a stream.
    pub fn may_be_empty(&self, parts: &[Part]) -> bool {
        !parts.iter().any(|part| match part {
            Part::Bytes(bytes) => !bytes.is_empty(),
            Part::Filled(Segment::Host) | Part::Upper | Part::Capture(_) => false,
            Part::Filled(_) => true,
            Part::Message => !self.has_framing(),
        })
    }

    /// Who types takes turns with the peer.
    pub fn takes_turns(&self) -> bool {
        self.typed.is_some() && self.style == Style::Plain
    }
}

impl Plan {
    pub fn conversation(&self) -> Option<&Conversation> {
        match &self.body {
            Body::Conversation(conversation) => Some(conversation),
            Body::Script(_) => None,
        }
    }

    pub fn is_unix(&self) -> bool {
        self.socket.family == Family::Unix
    }

    pub fn is_stream(&self) -> bool {
        self.role != Role::Datagram
    }

    /// What the program is, for its first lines.
    pub fn about(&self, lang: crate::lang::Lang) -> Vec<String> {
        let name = self.name.as_str();
        let what = match (self.role, self.is_unix(), self.conversation().is_some()) {
            (_, _, false) => t!(lang, "code-about-script", name = name),
            (Role::Server, false, _) => t!(lang, "code-about-tcp-server", name = name),
            (Role::Client, false, _) => t!(lang, "code-about-tcp-client", name = name),
            (Role::Datagram, false, _) => t!(lang, "code-about-udp", name = name),
            (Role::Server, true, _) => t!(lang, "code-about-unix-server", name = name),
            (Role::Client, true, _) => t!(lang, "code-about-unix-client", name = name),
            (Role::Datagram, true, _) => t!(lang, "code-about-unix-datagram", name = name),
        };
        vec![t!(lang, "code-written").into_owned(), what.into_owned()]
    }
}
