//! The calls that only programs make.

pub use crate::values::call_names::OTHER_NAMES;

/// A call that has no meaning to the lab's views beside its name and arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherCall {
    /// One of [`OTHER_NAMES`].
    pub name: &'static str,
    /// By their names, as text.
    pub args: Vec<(&'static str, String)>,
}

/// The names of arguments of other calls: those of a trace file are looked up here.
pub const ARGUMENT_NAMES: [&str; 20] = [
    "domain",
    "type",
    "protocol",
    "level",
    "name",
    "value",
    "addr",
    "backlog",
    "how",
    "len",
    "max",
    "flags",
    "command",
    "timeout",
    "fds",
    "count",
    "newfd",
    "op",
    "ee_errno",
    "ee_offender",
];

/// The name of that text among known ones.
pub fn known(names: &[&'static str], text: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| *name == text)
}

/// A datagram that came back, as the call that read the error queue of its socket has it (ip(7), IP_RECVERR).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameBack<'c> {
    /// The errno's name.
    pub errno: &'c str,
    /// The address of who has said so.
    pub by: Option<&'c str>,
}

impl OtherCall {
    /// The call that takes a message from the error queue.
    pub fn error_queue(came_back: Option<CameBack<'_>>) -> Self {
        let mut args = vec![("flags", "MSG_ERRQUEUE".to_owned())];
        if let Some(CameBack { errno, by }) = came_back {
            args.push(("ee_errno", errno.to_owned()));
            args.extend(by.map(|by| ("ee_offender", by.to_owned())));
        }
        Self { name: "recvmsg", args }
    }

    /// What such a call says.
    pub fn came_back(&self) -> Option<CameBack<'_>> {
        let argument = |name| self.args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        Some(CameBack { errno: argument("ee_errno")?, by: argument("ee_offender") })
    }

    /// Whether it only waits for a socket to become ready: it explains a wait, and many in a row hide what they explain.
    pub fn only_waits(&self) -> bool {
        const WAITS: [&str; 7] = ["poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"];
        WAITS.contains(&self.name)
    }
}
