//! The argument of shutdown(2).

/// Which side `shutdown` ends (shutdown(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    Read,
    Write,
    Both,
}

impl How {
    /// The name in lab files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Both => "both",
        }
    }

    /// The constant of shutdown(2).
    pub fn c_name(self) -> &'static str {
        match self {
            Self::Read => "SHUT_RD",
            Self::Write => "SHUT_WR",
            Self::Both => "SHUT_RDWR",
        }
    }
}
