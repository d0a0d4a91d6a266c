//! Command lines that reach an open server or datagram socket from a terminal, with its real address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use crate::lab::{Addr, EndpointKind};
use crate::trace::text::as_python_bytes;
use crate::values::endpoint_kind::Transport;

/// One way to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The program's name, as people know it.
    pub tool: &'static str,
    pub line: String,
}

/// The ways to reach a socket of that kind at that address; none for a client. `http`: it serves files to browsers.
pub fn lines(kind: EndpointKind, local: &Addr, http: bool) -> Vec<Reach> {
    if kind.is_client() {
        return Vec::new();
    }
    match (kind.transport(), local) {
        (Transport::Tcp, Addr::Inet(local)) => tcp(reachable(*local), http),
        (Transport::Udp, Addr::Inet(local)) => udp(reachable(*local)),
        (Transport::UnixStream, Addr::Unix(path)) => unix(path, "SOCK_STREAM", "nc -U"),
        (Transport::UnixDatagram, Addr::Unix(path)) => unix(path, "SOCK_DGRAM", "nc -uU"),
        // Not bound, or to a name that no command line can hold.
        (Transport::Tcp | Transport::Udp | Transport::UnixStream | Transport::UnixDatagram, _) => Vec::new(),
    }
}

/// Bound to every address it is reached on this machine by the loopback one.
fn reachable(local: SocketAddr) -> SocketAddr {
    let ip = match local.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, local.port())
}

fn tcp(addr: SocketAddr, http: bool) -> Vec<Reach> {
    let (ip, port) = (addr.ip(), addr.port());
    let url = if http { format!("http://{addr}/") } else { format!("telnet://{addr}") };
    let python = format!(
        "python3 -c \"import socket; s = socket.create_connection(('{ip}', {port})); s.sendall(b'hello'); \
         print(s.recv(1024))\""
    );
    let powershell = format!(
        "$c = [Net.Sockets.TcpClient]::new('{ip}', {port}); $b = [Text.Encoding]::UTF8.GetBytes('hello'); \
         $c.GetStream().Write($b, 0, $b.Length)"
    );
    vec![
        Reach { tool: "nc", line: format!("nc {ip} {port}") },
        Reach { tool: "curl", line: format!("curl {url}") },
        Reach { tool: "Python", line: python },
        Reach { tool: "PowerShell", line: powershell },
    ]
}

fn udp(addr: SocketAddr) -> Vec<Reach> {
    let (ip, port) = (addr.ip(), addr.port());
    let (family, net) = if addr.is_ipv6() { ("AF_INET6", "InterNetworkV6") } else { ("AF_INET", "InterNetwork") };
    let python = format!(
        "python3 -c \"import socket; s = socket.socket(socket.{family}, socket.SOCK_DGRAM); \
         s.sendto(b'hello', ('{ip}', {port})); print(s.recvfrom(2048))\""
    );
    let powershell = format!(
        "$u = [Net.Sockets.UdpClient]::new([Net.Sockets.AddressFamily]::{net}); \
         $b = [Text.Encoding]::UTF8.GetBytes('hello'); $u.Send($b, $b.Length, '{ip}', {port})"
    );
    vec![
        Reach { tool: "nc", line: format!("nc -u {ip} {port}") },
        Reach { tool: "Python", line: python },
        Reach { tool: "PowerShell", line: powershell },
    ]
}

fn unix(path: &Path, kind: &str, nc: &str) -> Vec<Reach> {
    // A name that is no text can't be typed, and an abstract one (Linux) has no file that these programs could name.
    let Some(path) = path.to_str().filter(|path| !path.starts_with('@')) else { return Vec::new() };
    let literal = as_python_bytes(path.as_bytes());
    let program = format!(
        "import socket; s = socket.socket(socket.AF_UNIX, socket.{kind}); s.connect({literal}); s.sendall(b\"hello\")"
    );
    vec![
        Reach { tool: "nc", line: format!("{nc} {}", quoted(path)) },
        Reach { tool: "Python", line: format!("python3 -c {}", quoted(&program)) },
    ]
}

/// One word for a POSIX shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: EndpointKind, local: &str) -> Vec<String> {
        lines(kind, &Addr::Inet(local.parse().unwrap()), false).into_iter().map(|reach| reach.line).collect()
    }

    #[test]
    fn a_server_is_reached_at_its_real_address() {
        let lines = of(EndpointKind::TCP_SERVER, "127.0.0.1:8000");
        assert_eq!(lines[..2], ["nc 127.0.0.1 8000", "curl telnet://127.0.0.1:8000"]);
        assert!(lines[2].contains("create_connection(('127.0.0.1', 8000))"));
        let any = of(EndpointKind::TCP_SERVER, "[::]:8000");
        assert_eq!(any[..2], ["nc ::1 8000", "curl telnet://[::1]:8000"], "every address is none to go to");
        assert_eq!(of(EndpointKind::UDP, "0.0.0.0:7788")[0], "nc -u 127.0.0.1 7788");
        assert_eq!(of(EndpointKind::TCP_CLIENT, "127.0.0.1:1"), [""; 0]);
    }

    #[test]
    fn a_path_with_quotes_stays_one_word() {
        let lines = lines(EndpointKind::UNIX_SERVER, &Addr::Unix("/tmp/it's mine".into()), false);
        assert_eq!(lines[0].line, r"nc -U '/tmp/it'\''s mine'");
    }

    #[cfg(unix)]
    #[test]
    fn the_python_lines_arrive() {
        use std::io::Read as _;
        use std::os::unix::net::UnixListener;
        use std::process::{Command, Stdio};

        if Command::new("python3").arg("--version").output().is_err() {
            return;
        }
        let run = |line: &str| Command::new("sh").args(["-c", line]).stdout(Stdio::null()).spawn().unwrap();
        let python = |kind, addr: &Addr| {
            let line = lines(kind, addr, false).into_iter().find(|reach| reach.tool == "Python");
            line.map(|reach| reach.line).unwrap()
        };

        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut child = run(&python(EndpointKind::TCP_SERVER, &Addr::Inet(listener.local_addr().unwrap())));
        let mut stream = listener.accept().unwrap().0;
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).unwrap();
        drop(stream);
        child.wait().unwrap();
        assert_eq!(&hello, b"hello");

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's here");
        let listener = UnixListener::bind(&path).unwrap();
        let mut child = run(&python(EndpointKind::UNIX_SERVER, &Addr::Unix(path)));
        let mut hello = String::new();
        listener.accept().unwrap().0.read_to_string(&mut hello).unwrap();
        child.wait().unwrap();
        assert_eq!(hello, "hello");
    }
}
