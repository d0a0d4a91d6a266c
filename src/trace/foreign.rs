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
pub const ARGUMENT_NAMES: [&str; 18] = [
    "domain", "type", "protocol", "level", "name", "value", "addr", "backlog", "how", "len", "max", "flags", "command",
    "timeout", "fds", "count", "newfd", "op",
];

/// The name of that text among known ones.
pub fn known(names: &[&'static str], text: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| *name == text)
}

impl OtherCall {
    /// Whether it only waits for a socket to become ready: it explains a wait, and many in a row hide what they explain.
    pub fn only_waits(&self) -> bool {
        const WAITS: [&str; 7] = ["poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"];
        WAITS.contains(&self.name)
    }
}
