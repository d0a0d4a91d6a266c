//! One line for the shell that sends a payload: for `nc`, `socat`, `curl`, Python and bash itself.

use super::plan::Place;

/// A longer line is none that anybody pastes, and the system takes no word of 128 KiB: 64 KiB.
const LONGEST: usize = 64 * 1024;
/// What a shell hands through a pipe at once: more would be two datagrams.
const MOST_AT_ONCE: usize = 4_096;

/// What sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Nc,
    Socat,
    Curl,
    Python,
    Bash,
}

impl Tool {
    /// In the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Nc, Self::Socat, Self::Curl, Self::Python, Self::Bash];

    /// The program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nc => "nc",
            Self::Socat => "socat",
            Self::Curl => "curl",
            Self::Python => "python3",
            Self::Bash => "bash",
        }
    }

    /// The line that sends the bytes to that place; `None` where this program can't go there, or the line would be too long.
    pub fn line(self, to: &Place, is_stream: bool, bytes: &[u8]) -> Option<String> {
        if bytes.len() > LONGEST {
            return None;
        }
        self.whole_line(to, is_stream, bytes).filter(|line| line.len() <= LONGEST)
    }

    fn whole_line(self, to: &Place, is_stream: bool, bytes: &[u8]) -> Option<String> {
        let printf = format!("printf '{}'", printed(bytes));
        Some(match (self, to, is_stream) {
            (_, Place::Inet { port: None, .. } | Place::Path(None), _) => return None,
            // curl speaks telnet, in which this byte begins a command and is sent twice.
            (Self::Curl, _, _) if bytes.contains(&0xff) => return None,
            (Self::Nc | Self::Socat | Self::Bash, _, false) if bytes.len() > MOST_AT_ONCE => return None,
            // A pipe through which nothing comes is no datagram.
            (Self::Nc | Self::Socat | Self::Bash, _, false) if bytes.is_empty() => return None,
            // bash writes a line at a time, each of which would be a datagram.
            (Self::Bash, _, false) if bytes.contains(&b'\n') => return None,
            (Self::Nc, Place::Inet { host, port: Some(port) }, true) => {
                format!("{printf} | nc -N {} {port}", quoted(host))
            }
            (Self::Nc, Place::Inet { host, port: Some(port) }, false) => {
                format!("{printf} | nc -u -w 1 {} {port}", quoted(host))
            }
            (Self::Nc, Place::Path(Some(path)), true) => format!("{printf} | nc -N -U {}", quoted(path)),
            (Self::Nc, Place::Path(Some(path)), false) => format!("{printf} | nc -u -U -w 1 {}", quoted(path)),
            (Self::Socat, Place::Inet { host, port: Some(port) }, _) => {
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                let kind = if is_stream { "TCP" } else { "UDP" };
                format!("{printf} | socat -t 1 - {}", quoted(&format!("{kind}:{host}:{port}")))
            }
            (Self::Socat, Place::Path(Some(path)), _) => {
                // What has a meaning for socat in an address is written with a backslash.
                let path: String = path
                    .chars()
                    .flat_map(|c| if ":,!\\\"'([{".contains(c) { vec!['\\', c] } else { vec![c] })
                    .collect();
                let kind = if is_stream { "UNIX-CONNECT" } else { "UNIX-SENDTO" };
                format!("{printf} | socat -t 1 - {}", quoted(&format!("{kind}:{path}")))
            }
            (Self::Curl, Place::Inet { host, port: Some(port) }, true) => {
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                format!("{printf} | curl -s -N -m 5 {}", quoted(&format!("telnet://{host}:{port}")))
            }
            (Self::Python, to, _) => python(to, is_stream, bytes),
            (Self::Bash, Place::Inet { host, port: Some(port) }, _) => {
                let kind = if is_stream { "tcp" } else { "udp" };
                let path = quoted(&format!("/dev/{kind}/{host}/{port}"));
                let answer = if is_stream { "; timeout 1 cat <&3" } else { "" };
                format!("exec 3<>{path}; {printf} >&3{answer}; exec 3>&-")
            }
            (Self::Curl | Self::Bash, Place::Path(_), _) | (Self::Curl, _, false) => return None,
        })
    }
}

/// Bytes as printf(1) takes them within single quotes: three octal digits end an escape whatever follows.
fn printed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'%' => out.push_str("%%"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' | b'\'' => out.push_str(&format!("\\{byte:03o}")),
            // A first minus would be taken for an option.
            b'-' if out.is_empty() => out.push_str("\\055"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out
}

/// A word of the shell, in single quotes where it needs them.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@%+=".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn python(to: &Place, is_stream: bool, bytes: &[u8]) -> String {
    let literal = |bytes: &[u8]| {
        let mut out = String::from("b\"");
        for byte in bytes {
            match byte {
                b'\n' => out.push_str("\\n"),
                b'\r' => out.push_str("\\r"),
                b'\t' => out.push_str("\\t"),
                b'\\' => out.push_str("\\\\"),
                b'"' | b'\'' => out.push_str(&format!("\\x{byte:02x}")),
                0x20..=0x7e => out.push(char::from(*byte)),
                _ => out.push_str(&format!("\\x{byte:02x}")),
            }
        }
        out + "\""
    };
    let (family, place) = match to {
        Place::Inet { host, port } => {
            let family = if host.contains(':') { "AF_INET6" } else { "AF_INET" };
            (family, format!("({}.decode(), {})", literal(host.as_bytes()), port.unwrap_or_default()))
        }
        Place::Path(path) => {
            let path = path.as_deref().unwrap_or_default();
            let bytes = match path.strip_prefix('@') {
                Some(name) => [b"\0", name.as_bytes()].concat(),
                None => path.as_bytes().to_vec(),
            };
            ("AF_UNIX", literal(&bytes))
        }
    };
    let kind = if is_stream { "SOCK_STREAM" } else { "SOCK_DGRAM" };
    let data = literal(bytes);
    let rest = match is_stream {
        true => format!("s.connect({place}); s.sendall({data}); s.settimeout(1); print(s.recv(65536))"),
        false => format!("s.sendto({data}, {place})"),
    };
    format!("python3 -c 'from socket import *; s = socket({family}, {kind}); {rest}'")
}
