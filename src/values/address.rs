//! Addresses: as a user writes them ([`HostPort`], [`Remote`]) and as a socket has them ([`Addr`]).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::lang::visible::visible;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The longest host name that is accepted, in bytes (RFC 1035, section 2.3.4).
pub const MAX_HOST_LEN: usize = 253;

/// The address of a socket as the operating system reports it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Addr {
    /// IPv4 or IPv6 address and port.
    Inet(SocketAddr),
    /// A Unix socket's path; an abstract name (Linux) is shown with a leading `@`, as `ss` and `lsof` do.
    Unix(PathBuf),
    /// A Unix socket that was never bound.
    Unnamed,
}

impl Addr {
    /// The unspecified IPv4 address and port 0: what a socket has before it is bound.
    pub const UNBOUND: Self = Self::Inet(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));

    pub fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(addr) => Some(*addr),
            Self::Unix(_) | Self::Unnamed => None,
        }
    }

    /// The host part as text: `127.0.0.1`, `::1` (no brackets), or the path.
    pub fn host(&self) -> String {
        match self {
            Self::Inet(addr) => addr.ip().to_string(),
            Self::Unix(path) => path.display().to_string(),
            Self::Unnamed => String::new(),
        }
    }

    /// The port; 0 for Unix sockets.
    pub fn port(&self) -> u16 {
        self.inet().map_or(0, |addr| addr.port())
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        Self::Inet(addr)
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(addr) => addr.fmt(f),
            // A peer has chosen it.
            Self::Unix(path) => visible(&path.to_string_lossy()).fmt(f),
            Self::Unnamed => f.write_str("(unnamed)"),
        }
    }
}

/// Why a typed address was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    Empty,
    NoPort(String),
    BadPort(String),
    BadIpv6(String),
    BadHost(String),
    PortZero,
    NoPath,
    PathTooLong(String),
    NulInPath,
}

impl Words for AddressError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Empty => t!(lang, "wrong-address-empty"),
            Self::NoPort(text) => t!(lang, "wrong-address-no-port", text = text.as_str()),
            Self::BadPort(text) => t!(lang, "wrong-port", text = text.as_str()),
            Self::BadIpv6(text) => t!(lang, "wrong-ipv6", text = text.as_str()),
            Self::BadHost(text) => t!(lang, "wrong-host", text = text.as_str()),
            Self::PortZero => t!(lang, "wrong-port-zero"),
            Self::NoPath => t!(lang, "wrong-path-empty"),
            Self::PathTooLong(text) => t!(lang, "wrong-path-long", text = text.as_str(), most = MAX_UNIX_PATH),
            Self::NulInPath => t!(lang, "wrong-path-nul"),
        }
        .into_owned()
    }
}

error_in_words!(AddressError);

/// The longest path of a Unix socket, in bytes: `sun_path` has 108 with its final NUL (unix(7)).
pub const MAX_UNIX_PATH: usize = 107;

/// The path of a Unix socket as typed; `@name` is an abstract name (Linux).
///
/// # Errors
/// [`AddressError::NoPath`], [`AddressError::PathTooLong`] and [`AddressError::NulInPath`].
pub fn parse_unix_path(text: &str) -> Result<PathBuf, AddressError> {
    if text.is_empty() || text == "@" {
        return Err(AddressError::NoPath);
    }
    if text.contains('\0') {
        return Err(AddressError::NulInPath);
    }
    if text.len() > MAX_UNIX_PATH {
        return Err(AddressError::PathTooLong(text.to_owned()));
    }
    Ok(PathBuf::from(text))
}

/// Where an endpoint's socket is bound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Local {
    Inet(HostPort),
    /// The path of a Unix socket.
    Path(PathBuf),
}

impl Local {
    /// 127.0.0.1 and any free port.
    pub const LOOPBACK: Self = Self::Inet(HostPort::LOOPBACK);

    pub fn inet(&self) -> Option<&HostPort> {
        match self {
            Self::Inet(local) => Some(local),
            Self::Path(_) => None,
        }
    }

    pub fn is_path(&self, path: &Path) -> bool {
        matches!(self, Self::Path(own) if own == path)
    }

    /// True where only programs on this machine can reach it.
    pub fn is_of_this_machine(&self) -> bool {
        self.inet().is_none_or(HostPort::is_loopback)
    }
}

impl From<HostPort> for Local {
    fn from(local: HostPort) -> Self {
        Self::Inet(local)
    }
}

/// `host:port`; a path is parsed by [`parse_unix_path`], since a text doesn't tell which of the two it is.
impl FromStr for Local {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        text.parse().map(Self::Inet)
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(local) => local.fmt(f),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// A host (IP address or a name still to be resolved) and a port, written `host:port` or `[ipv6]:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    pub host: Host,
    pub port: u16,
}

/// The host of a [`HostPort`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    Ip(IpAddr),
    /// A name, resolved when the endpoint is opened.
    Name(String),
}

impl HostPort {
    /// 127.0.0.1 and any free port: where an endpoint is bound unless the user says otherwise.
    pub const LOOPBACK: Self = Self { host: Host::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST)), port: 0 };

    pub fn new(host: Host, port: u16) -> Self {
        Self { host, port }
    }

    /// True where only programs on this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Ip(ip) => ip.is_loopback(),
            Host::Name(name) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl Host {
    /// `""` means all IPv4 addresses, as in Python's `bind(("", 7890))`.
    ///
    /// # Errors
    /// [`AddressError::BadIpv6`] and [`AddressError::BadHost`] with the text that was refused.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Ok(Self::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(ip));
        }
        if text.contains(':') {
            return Err(AddressError::BadIpv6(text.to_owned()));
        }
        // Names are looked up by the system, which knows more spellings than RFC 952; what can't be a name is refused.
        let plausible = text.len() <= MAX_HOST_LEN
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
            && !text.starts_with('.')
            && !text.contains("..")
            && !looks_like_ipv4(text);
        if plausible { Ok(Self::Name(text.to_owned())) } else { Err(AddressError::BadHost(text.to_owned())) }
    }
}

/// `256.1.1.1`, `1.2.3`: digits and dots only, so a mistyped address and not a name.
fn looks_like_ipv4(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

impl FromStr for HostPort {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (inside, after) = rest.split_once(']').ok_or_else(|| AddressError::BadIpv6(text.to_owned()))?;
            let ip: Ipv6Addr = parse_ipv6(inside)?;
            let port = after.strip_prefix(':').ok_or_else(|| AddressError::NoPort(text.to_owned()))?;
            (Host::Ip(IpAddr::V6(ip)), port)
        } else {
            let (host, port) = text.rsplit_once(':').ok_or_else(|| AddressError::NoPort(text.to_owned()))?;
            if host.contains(':') {
                return Err(AddressError::BadIpv6(text.to_owned()));
            }
            (Host::parse(host)?, port)
        };
        Ok(Self { host, port: parse_port(port)? })
    }
}

fn parse_ipv6(text: &str) -> Result<Ipv6Addr, AddressError> {
    text.parse().map_err(|_| AddressError::BadIpv6(text.to_owned()))
}

/// A port as typed: decimal digits only (`+80`, `0x50` and ` 80` are not ports).
///
/// # Errors
/// [`AddressError::BadPort`] with the text that was refused.
pub fn parse_port(text: &str) -> Result<u16, AddressError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| AddressError::BadPort(text.to_owned()))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Ip(ip) => SocketAddr::new(*ip, self.port).fmt(f),
            Host::Name(name) => write!(f, "{name}:{}", self.port),
        }
    }
}

/// Where a client connects to or a datagram goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Remote {
    /// `@name`: the actual address of another endpoint of this lab, known once that one is open.
    Endpoint(String),
    /// `host:port`
    Inet(HostPort),
    /// The path of a Unix socket.
    Path(PathBuf),
}

impl Remote {
    /// `@name` or `host:port` (the port may not be 0).
    ///
    /// # Errors
    /// [`AddressError`] with the text that was refused.
    pub fn parse_inet(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('@') {
            return if name.is_empty() { Err(AddressError::Empty) } else { Ok(Self::Endpoint(name.to_owned())) };
        }
        let target: HostPort = text.parse()?;
        if target.port == 0 { Err(AddressError::PortZero) } else { Ok(Self::Inet(target)) }
    }

    /// Either: what has a slash in it is a path.
    ///
    /// # Errors
    /// [`AddressError`] with the text that was refused.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let is_path = text.contains('/') || text.trim().starts_with("@@");
        if is_path { Self::parse_unix(text) } else { Self::parse_inet(text) }
    }

    /// `@name` of an endpoint, or the path of a Unix socket (`@@name` is the abstract name `@name`).
    ///
    /// # Errors
    /// [`AddressError`] with the text that was refused.
    pub fn parse_unix(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        match text.strip_prefix('@') {
            Some(name) if name.starts_with('@') => Ok(Self::Path(parse_unix_path(name)?)),
            Some("") => Err(AddressError::NoPath),
            Some(name) => Ok(Self::Endpoint(name.to_owned())),
            None => Ok(Self::Path(parse_unix_path(text)?)),
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(name) => write!(f, "@{name}"),
            Self::Inet(target) => target.fmt(f),
            // A second @ distinguishes an abstract name from an endpoint's.
            Self::Path(path) if path.to_str().is_some_and(|path| path.starts_with('@')) => {
                write!(f, "@{}", path.display())
            }
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_back() {
        for text in ["127.0.0.1:8000", "[::1]:0", "localhost:65535", "a-b.example:1", "[fe80::1]:80"] {
            let parsed: HostPort = text.parse().unwrap();
            assert_eq!(parsed.to_string(), text);
        }
    }

    #[test]
    fn empty_host_means_all_ipv4_addresses() {
        let parsed: HostPort = ":7890".parse().unwrap();
        assert_eq!(parsed.to_string(), "0.0.0.0:7890");
    }

    #[test]
    fn what_is_not_a_port_is_refused() {
        for port in ["65536", "-1", "http", "", "+80", " 80", "8 0", "99999999999999999999", "0x50"] {
            // Blanks around a whole address are no matter; within it they are.
            if !port.starts_with(' ') {
                assert!(format!("127.0.0.1:{port}").parse::<HostPort>().is_err(), "{port:?}");
            }
            assert_eq!(parse_port(port), Err(AddressError::BadPort(port.to_owned())));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in ["", "  ", "127.0.0.1", "256.0.0.1:80", "1.2.3:80", "::1:80", "[::1]", "[::g]:1", "a b:1", "..:1"] {
            assert!(text.parse::<HostPort>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_path_is_told_from_an_endpoint_and_must_fit() {
        for text in ["/tmp/chat.sock", "chat.sock", "@server", "@@abstract"] {
            assert_eq!(Remote::parse_unix(text).map(|remote| remote.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Remote::parse_unix("@@abstract"), Ok(Remote::Path("@abstract".into())));
        assert!(parse_unix_path(&"x".repeat(MAX_UNIX_PATH)).is_ok());
        assert!(matches!(parse_unix_path(&"x".repeat(MAX_UNIX_PATH + 1)), Err(AddressError::PathTooLong(_))));
        assert_eq!(parse_unix_path(""), Err(AddressError::NoPath));
        assert_eq!(parse_unix_path("a\0b"), Err(AddressError::NulInPath));
    }

    #[test]
    fn a_remote_is_an_endpoint_or_an_address_with_a_port() {
        assert_eq!(Remote::parse_inet("@server"), Ok(Remote::Endpoint("server".to_owned())));
        assert_eq!(Remote::parse_inet("127.0.0.1:0"), Err(AddressError::PortZero));
        assert!(Remote::parse_inet("@").is_err());
    }
}
