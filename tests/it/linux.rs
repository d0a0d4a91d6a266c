//! What the texts say of Linux, seen on it.
#![cfg(target_os = "linux")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd as _;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

/// For what must not come.
const A_WHILE: Duration = Duration::from_millis(300);
/// For what must.
const LONG: Duration = Duration::from_secs(60);

fn any() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(any()).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for end in [&client, &server] {
        end.set_read_timeout(Some(LONG)).unwrap();
    }
    (client, server)
}

/// Bytes that came, and then 0 or an error.
fn read(stream: &mut TcpStream) -> Result<Vec<u8>, ErrorKind> {
    let mut buffer = [0; 64];
    stream.read(&mut buffer).map(|len| buffer[..len].to_vec()).map_err(|error| error.kind())
}

/// Until it has come: a reset, or an end, of a peer on loopback.
fn until_readable(stream: &TcpStream) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut asked = [PollFd::new(stream, PollFlags::IN)];
    assert_eq!(poll(&mut asked, Some(&Timespec { tv_sec: 20, tv_nsec: 0 })), Ok(1));
}

#[test]
fn listen_lets_one_more_in_than_it_was_told_and_the_next_connect_just_waits() {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&any().into()).unwrap();
    listener.listen(2).unwrap();
    let addr = listener.local_addr().unwrap().as_socket().unwrap();
    let inside: Vec<_> = (0..3).map(|_| TcpStream::connect_timeout(&addr, LONG).unwrap()).collect();
    assert_eq!(TcpStream::connect_timeout(&addr, A_WHILE).unwrap_err().kind(), ErrorKind::TimedOut);
    drop(inside);
}

#[test]
fn a_buffers_size_is_doubled_and_has_a_least_one() {
    let socket = UdpSocket::bind(any()).unwrap();
    let socket = SockRef::from(&socket);
    for (asked, granted) in [(1, 2_304), (5_000, 10_000)] {
        socket.set_recv_buffer_size(asked).unwrap();
        assert_eq!(socket.recv_buffer_size().unwrap(), granted);
    }
}

#[test]
fn the_default_receive_buffer_holds_256_small_datagrams() {
    let default = std::fs::read_to_string("/proc/sys/net/core/rmem_default").unwrap();
    if default.trim() != "212992" {
        eprintln!("the default is {default} here: not looked at");
        return;
    }
    for len in [1, 100] {
        let receiver = UdpSocket::bind(any()).unwrap();
        let sender = UdpSocket::bind(any()).unwrap();
        for _ in 0..400 {
            sender.send_to(&vec![0; len], receiver.local_addr().unwrap()).unwrap();
        }
        receiver.set_nonblocking(true).unwrap();
        let held = std::iter::from_fn(|| receiver.recv(&mut [0; 128]).ok()).count();
        assert_eq!(held, 256, "of {len} bytes");
    }
}

#[test]
fn a_close_with_bytes_unread_leaves_the_reply_then_a_reset_then_the_end() {
    let (mut client, mut server) = pair();
    client.write_all(b"a request that is not read whole").unwrap();
    assert_eq!(server.read(&mut [0; 5]).unwrap(), 5);
    server.write_all(b"reply").unwrap();
    drop(server);
    assert_eq!(read(&mut client), Ok(b"reply".to_vec()));
    assert_eq!(read(&mut client), Err(ErrorKind::ConnectionReset));
    assert_eq!(read(&mut client), Ok(Vec::new()));
}

#[test]
fn who_sends_after_the_peers_close_reads_its_reply_and_ends_and_no_reset() {
    let (mut client, mut server) = pair();
    server.write_all(b"reply").unwrap();
    drop(server);
    until_readable(&client);
    client.write_all(b"late").unwrap();
    let read: Vec<_> = (0..3).map(|_| read(&mut client)).collect();
    assert_eq!(read, [Ok(b"reply".to_vec()), Ok(Vec::new()), Ok(Vec::new())]);
}

#[test]
fn what_comes_after_a_shutdown_of_reading_is_still_given() {
    let (client, mut server) = pair();
    client.shutdown(Shutdown::Read).unwrap();
    let mut client = client;
    assert_eq!(read(&mut client), Ok(Vec::new()));
    server.write_all(b"later").unwrap();
    // Loopback has delivered it with the call.
    assert_eq!(read(&mut client), Ok(b"later".to_vec()));
    assert_eq!(read(&mut client), Ok(Vec::new()));
}

#[test]
fn accept_gives_a_connection_that_was_reset_already() {
    let listener = TcpListener::bind(any()).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    let (mut server, _) = listener.accept().unwrap();
    assert_eq!(read(&mut server), Err(ErrorKind::ConnectionReset));
    assert_eq!(server.peer_addr().unwrap_err().kind(), ErrorKind::NotConnected);
}

#[test]
fn a_socket_connects_to_itself_where_both_ends_are_one_address() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&any().into()).unwrap();
    let addr = socket.local_addr().unwrap();
    socket.connect(&addr).unwrap();
    let mut stream: TcpStream = socket.into();
    stream.write_all(b"to me").unwrap();
    assert_eq!(read(&mut stream), Ok(b"to me".to_vec()));
}

#[test]
fn an_urgent_byte_is_missing_from_the_stream_and_cuts_a_recv() {
    let (client, mut server) = pair();
    SockRef::from(&client).send(b"ab").unwrap();
    SockRef::from(&client).send_out_of_band(b"!").unwrap();
    SockRef::from(&client).send(b"cd").unwrap();
    assert_eq!([read(&mut server), read(&mut server)], [Ok(b"ab".to_vec()), Ok(b"cd".to_vec())]);
}

#[test]
fn an_unconnected_socket_hears_anybody_and_a_connected_one_only_its_peer() {
    let sockets: Vec<_> = (0..3).map(|_| UdpSocket::bind(any()).unwrap()).collect();
    let [hearer, peer, other] = &sockets[..] else { unreachable!() };
    hearer.connect(peer.local_addr().unwrap()).unwrap();
    let to = hearer.local_addr().unwrap();
    other.send_to(b"other", to).unwrap();
    peer.send_to(b"peer", to).unwrap();
    hearer.set_read_timeout(Some(LONG)).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(hearer.recv(&mut buffer).unwrap(), 4);
    assert_eq!(rustix::io::ioctl_fionread(hearer.as_fd()).unwrap(), 0);
}
