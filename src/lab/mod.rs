//! What the user asked for: the lab as plain data, and the file that it is saved in.
//!
//! Nothing here opens a socket, reads a clock or knows a window. The only I/O is [`file::load`] and [`file::save`].

use std::sync::Arc;

pub mod breakpoint;
pub mod change;
pub mod client_options;
pub mod endpoint;
pub mod endpoint_option;
pub mod endpoint_options;
pub mod examples;
pub mod file;
pub mod layout;
pub mod lesson;
pub mod link;
pub mod program;
mod references;
pub mod snippet;
pub mod step;
pub mod transfer;

pub use crate::kinds::service::{Reply, ServiceSpec};
pub use crate::kinds::{framing, rule, service};
pub use breakpoint::Breakpoint;
pub use change::{Applies, Fixed, applies};
pub use endpoint::{EndpointId, EndpointKind, EndpointSpec, Serving, SocketOptions};
pub use layout::Layout;
pub use lesson::Lesson;
pub use link::Link;
pub use program::ProgramSpec;
pub use snippet::Snippet;
pub use step::{Action as StepAction, Step};

/// The vocabulary that the document is written in.
pub use crate::values::{
    Addr, Content, Group, HostPort, Interface, Local, Localized, Remote, TextEncoding, address, checksum, content,
    duration, encoding, group, name, payload, peer, template,
};

/// The document: what is saved as `*.lab.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lab {
    pub title: Localized,
    /// What the lab is about, for its readers.
    pub note: Localized,
    /// What is to be learnt with it.
    pub lesson: Option<Arc<Lesson>>,
    pub endpoints: Vec<EndpointSpec>,
    pub programs: Vec<ProgramSpec>,
    /// Payloads under a name, sent by a click.
    pub snippets: Vec<Snippet>,
    pub steps: Vec<Step>,
    /// Where time is to stand still.
    pub breakpoints: Vec<Breakpoint>,
    /// The link between its clients and its servers; `None`: as the machine itself has it.
    pub link: Option<Link>,
    /// How the window's panes are arranged; `None` lets the window choose.
    pub layout: Option<Layout>,
}

impl Lab {
    /// The endpoint of that name.
    pub fn endpoint(&self, name: &str) -> Option<&EndpointSpec> {
        self.endpoints.iter().find(|endpoint| endpoint.name == name)
    }

    /// A name that no endpoint has yet: `base`, else `base 2`, `base 3` …
    pub fn free_name(&self, base: &str) -> String {
        free_name(base, |name| self.endpoint(name).is_some())
    }
}

/// A name that is not taken: `base`, else `base 2`, `base 3` …
pub fn free_name(base: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    (2u32..).map(|n| format!("{base} {n}")).find(|name| !taken(name)).unwrap_or_else(|| base.to_owned())
}
