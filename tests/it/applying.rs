//! A changed endpoint that is open: what it answers changes at once, on open and on new connections, and no byte is lost.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::support::bench::{Bench, CLIENT, ROOM, SERVER, client_of, server, udp};
use crate::support::pump_until;
use bytes::Bytes;
use socket_lab::engine::{Command, Error, Event, Job, Peers};
use socket_lab::lab::Content;
use socket_lab::lab::framing::Framing;
use socket_lab::lab::rule::{Rule, When};
use socket_lab::lab::service::{Reply, ServiceKind};
use socket_lab::lab::transfer::{FileShare, Shared};
use socket_lab::lab::{Addr, EndpointId, EndpointSpec, Fixed, ServiceSpec};
#[cfg(unix)]
use socket_lab::lab::{EndpointKind, Local};
use socket_lab::session::{Action, Session};
use socket_lab::trace::{ConnId, Op};
use socket_lab::values::How;

fn connect(local: &Addr) -> TcpStream {
    let stream = TcpStream::connect(local.inet().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn read(stream: &mut impl Read, len: usize) -> String {
    let mut buffer = vec![0; len];
    stream.read_exact(&mut buffer).unwrap();
    String::from_utf8(buffer).unwrap()
}

fn apply(bench: &mut Bench, endpoint: EndpointId, spec: &EndpointSpec) -> Result<(), Error> {
    let spec = Arc::new(spec.clone());
    bench.command(|job| Command::new(job, endpoint, Job::Apply { spec, remote: None }))
}

/// Waits until a connection of the server has received exactly that with one call.
fn until_recv(bench: &mut Bench, bytes: &[u8]) {
    bench.until(|event| match event {
        Event::Call { call, .. } if call.endpoint == SERVER && call.op.receives() => (call.data == bytes).then_some(()),
        _ => None,
    });
}

/// One of each kind of service.
fn services(folder: &Path) -> Vec<Reply> {
    let share = || FileShare::new(Shared::Root(folder.to_owned()));
    let services = vec![
        Reply::manual(),
        Reply::echo(),
        Reply::suffix(" SB".to_owned()),
        Reply::upper(),
        Reply::constant(Content::Text("always".to_owned())),
        Reply::template("<{msg}>".to_owned()),
        Reply::of_rules(vec![Rule::new(When::any(), Some(Content::Text("ruled".to_owned())))]),
        Reply::files(share()),
        Reply::http(share()),
    ];
    assert_eq!(services.iter().map(Reply::kind).collect::<Vec<_>>(), ServiceKind::ALL);
    services
}

/// Talks to a server and sees that it answers by that service. Files end the connection.
fn talk(bench: &mut Bench, stream: &mut TcpStream, conn: u32, service: &Reply) {
    let answer = match service.kind().name {
        "manual" => {
            stream.write_all(b"quiet").unwrap();
            until_recv(bench, b"quiet");
            bench.send(SERVER, Peers::Conn(ConnId::new(conn).unwrap()), b"by hand").unwrap();
            return assert_eq!(read(stream, 7), "by hand");
        }
        "files" => {
            stream.write_all(b"f.txt").unwrap();
            let mut all = String::new();
            stream.read_to_string(&mut all).unwrap();
            return assert_eq!(all, "content");
        }
        "http" => {
            stream.write_all(b"GET /f.txt HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut all = String::new();
            while !all.ends_with("\r\n\r\ncontent") {
                all += &read(stream, 1);
            }
            return assert!(all.starts_with("HTTP/1.1 200"), "{all}");
        }
        "echo" => "hi",
        "suffix" => "hi SB",
        "upper" => "HI",
        "constant" => "always",
        "template" => "<hi>",
        "rules" => "ruled",
        other => panic!("{other} is not talked to"),
    };
    stream.write_all(b"hi").unwrap();
    assert_eq!(read(stream, answer.len()), answer, "{:?}", service.kind());
}

#[test]
fn every_service_gives_way_to_every_other_on_open_and_new_connections() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.txt"), "content").unwrap();
    for before in services(folder.path()) {
        for after in services(folder.path()).into_iter().filter(|after| *after != before) {
            let mut bench = Bench::new();
            let mut spec = server(before.clone());
            let local = bench.open_server(spec.clone());
            let mut open = connect(&local);
            // A file ends its connection: of such a server one is open that has not asked yet.
            if before.kind().name != "files" {
                talk(&mut bench, &mut open, 1, &before);
            }
            spec.service = ServiceSpec::new(after.clone());
            apply(&mut bench, SERVER, &spec).unwrap();
            talk(&mut bench, &mut open, 1, &after);
            talk(&mut bench, &mut connect(&local), 2, &after);
        }
    }
}

#[test]
fn a_message_half_received_is_answered_whole_under_the_new_framing() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.stream.framing = Framing::line();
    let local = bench.open_server(spec.clone());
    let mut stream = connect(&local);
    stream.write_all(b"ab").unwrap();
    until_recv(&mut bench, b"ab");
    spec.stream.framing = Framing::delimiter(b";").unwrap();
    spec.service = ServiceSpec::new(Reply::upper());
    apply(&mut bench, SERVER, &spec).unwrap();
    stream.write_all(b"c;").unwrap();
    assert_eq!(read(&mut stream, 4), "ABC;");
    stream.write_all(b"de").unwrap();
    until_recv(&mut bench, b"de");
    spec.stream.framing = Framing::none();
    apply(&mut bench, SERVER, &spec).unwrap();
    assert_eq!(read(&mut stream, 2), "DE", "without framing what has come is a message");
}

#[test]
fn a_request_half_received_is_answered_once_the_server_speaks_http() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.txt"), "content").unwrap();
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    spec.stream.framing = Framing::delimiter(b";").unwrap();
    let local = bench.open_server(spec.clone());
    let mut stream = connect(&local);
    stream.write_all(b"GET /f.txt HT").unwrap();
    until_recv(&mut bench, b"GET /f.txt HT");
    spec.service = ServiceSpec::new(Reply::http(FileShare::new(Shared::Root(folder.path().to_owned()))));
    apply(&mut bench, SERVER, &spec).unwrap();
    stream.write_all(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert!(all.starts_with("HTTP/1.1 200") && all.ends_with("content"), "{all}");
}

#[test]
fn quit_words_the_size_of_recv_and_the_close_after_a_reply_change_at_once() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    let local = bench.open_server(spec.clone());
    let mut stream = connect(&local);
    stream.write_all(b"bye").unwrap();
    assert_eq!(read(&mut stream, 3), "bye");
    spec.recv_size = Some(2);
    apply(&mut bench, SERVER, &spec).unwrap();
    stream.write_all(b"abcd").unwrap();
    assert_eq!(read(&mut stream, 4), "abcd");
    until_recv(&mut bench, b"ab");
    until_recv(&mut bench, b"cd");
    let sizes: Vec<Op> = bench.calls().filter(|call| call.op.receives()).map(|call| call.op.clone()).collect();
    assert_eq!(sizes[1..], [Op::Recv { max: 2 }, Op::Recv { max: 2 }]);
    spec.recv_size = None;
    spec.service.quit = vec!["bye".to_owned()];
    apply(&mut bench, SERVER, &spec).unwrap();
    let mut second = connect(&local);
    stream.write_all(b"bye").unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    spec.service.close_after_reply = true;
    apply(&mut bench, SERVER, &spec).unwrap();
    second.write_all(b"once").unwrap();
    let mut all = String::new();
    second.read_to_string(&mut all).unwrap();
    assert_eq!(all, "once");
}

#[test]
fn a_datagram_socket_and_a_client_answer_by_their_new_service() {
    let mut bench = Bench::new();
    let mut room = udp(Some("127.0.0.1:0"));
    room.service = ServiceSpec::new(Reply::echo());
    let at = bench.open(ROOM, room.clone(), None).unwrap().unwrap().inet().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let ask = || {
        socket.send_to(b"hi", at).unwrap();
        let mut buffer = [0; 16];
        let len = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    };
    assert_eq!(ask(), "hi");
    room.service = ServiceSpec::new(Reply::upper());
    apply(&mut bench, ROOM, &room).unwrap();
    assert_eq!(ask(), "HI");

    let local = bench.open_server(server(Reply::manual()));
    let mut client = client_of(&local);
    bench.open_client(client.clone());
    client.service = ServiceSpec::new(Reply::suffix("!".to_owned()));
    apply(&mut bench, CLIENT, &client).unwrap();
    bench.send(SERVER, Peers::All, b"ping").unwrap();
    until_recv(&mut bench, b"ping!");
}

#[cfg(unix)]
#[test]
fn a_unix_server_and_a_unix_datagram_socket_answer_by_their_new_service_at_once() {
    use std::os::unix::net::{UnixDatagram, UnixStream};

    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let at = |name: &str| folder.path().join(name);
    let unix = |kind, name: &str, reply| {
        let mut spec = EndpointSpec::new(name, kind);
        spec.local = Some(Local::Path(at(name)));
        spec.service = ServiceSpec::new(reply);
        spec
    };
    let mut bench = Bench::new();
    let mut stream_server = unix(EndpointKind::UNIX_SERVER, "stream", Reply::echo());
    bench.open(SERVER, stream_server.clone(), None).unwrap();
    let join = || {
        let stream = UnixStream::connect(at("stream")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    };
    let mut open = join();
    open.write_all(b"hi").unwrap();
    assert_eq!(read(&mut open, 2), "hi");
    stream_server.service = ServiceSpec::new(Reply::upper());
    apply(&mut bench, SERVER, &stream_server).unwrap();
    for stream in [&mut open, &mut join()] {
        stream.write_all(b"hi").unwrap();
        assert_eq!(read(stream, 2), "HI");
    }

    let mut room = unix(EndpointKind::UNIX_DATAGRAM, "room", Reply::echo());
    bench.open(ROOM, room.clone(), None).unwrap();
    let guest = UnixDatagram::bind(at("guest")).unwrap();
    guest.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let ask = || {
        guest.send_to(b"hi", at("room")).unwrap();
        let mut buffer = [0; 16];
        let len = guest.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..len].to_vec()).unwrap()
    };
    assert_eq!(ask(), "hi");
    room.service = ServiceSpec::new(Reply::suffix("!".to_owned()));
    apply(&mut bench, ROOM, &room).unwrap();
    assert_eq!(ask(), "hi!");
}

#[test]
fn what_waits_for_the_next_opening_and_what_is_refused_leave_the_server_as_it_is() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::echo());
    let local = bench.open_server(spec.clone());
    let mut stream = connect(&local);
    spec.server.backlog = 1;
    spec.local = "127.0.0.1:1".parse().ok();
    spec.service = ServiceSpec::new(Reply::upper());
    apply(&mut bench, SERVER, &spec).unwrap();
    talk(&mut bench, &mut stream, 1, &Reply::upper());
    talk(&mut bench, &mut connect(&local), 2, &Reply::upper());
    spec.service = ServiceSpec::new(Reply::suffix("😀".to_owned()));
    spec.encoding = "gbk".parse().unwrap();
    assert!(matches!(apply(&mut bench, SERVER, &spec), Err(Error::Service { .. })));
    talk(&mut bench, &mut stream, 1, &Reply::upper());
    // A closed one has nothing to change before it is opened.
    assert_eq!(apply(&mut bench, CLIENT, &client_of(&local)), Ok(()));
}

#[test]
fn what_is_sent_to_all_goes_out_in_the_order_of_the_connections() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
    let mut clients: Vec<TcpStream> = Vec::new();
    for _ in 0..20 {
        clients.push(connect(&local));
        bench.until(|event| matches!(event, Event::Call { call, .. } if call.op == Op::Accept).then_some(()));
    }
    for _ in 0..5 {
        bench.send(SERVER, Peers::All, b"all").unwrap();
    }
    let order: Vec<u32> = bench.calls().filter(|call| call.op.sends()).map(|call| call.conn.unwrap().get()).collect();
    assert_eq!(order, (1..=20).cycle().take(100).collect::<Vec<u32>>());
}

#[cfg(target_os = "linux")]
#[test]
fn after_its_own_shutdown_of_reading_a_socket_still_gets_what_comes() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
    let mut stream = connect(&local);
    stream.write_all(b"before").unwrap();
    until_recv(&mut bench, b"before");
    bench.command(|job| Command::new(job, SERVER, Job::Shutdown(How::Read))).unwrap();
    until_recv(&mut bench, b"");
    stream.write_all(b"after").unwrap();
    until_recv(&mut bench, b"after");
    until_recv(&mut bench, b"");
    // It may still send, and is closed by the peer's end only where it would be otherwise.
    bench.send(SERVER, Peers::All, b"bye").unwrap();
    assert_eq!(read(&mut stream, 3), "bye");
}

#[test]
fn an_edit_reaches_the_open_server_and_says_what_waits_for_its_next_opening() {
    let mut session = Session::new(Arc::new(|| {}), 1 << 24).unwrap();
    let mut spec = server(Reply::echo());
    // Changed while it is being opened, and once it is open.
    let id = session.act(Action::Add { spec: Box::new(spec.clone()), open: true }).unwrap();
    spec.service = ServiceSpec::new(Reply::upper());
    session.act(Action::Edit { endpoint: id, spec: Box::new(spec.clone()) });
    pump_until(&mut session, |session| session.endpoint(id).unwrap().live.is_open());
    let local = session.endpoint(id).unwrap().live.local().unwrap().clone();
    let mut stream = connect(&local);
    pump_until(&mut session, |session| session.endpoint(id).unwrap().live.observed.conns.len() == 1);
    // The engine does an endpoint's orders one after the other: what is sent comes after the edit.
    let then = || Action::Send { endpoint: id, to: Peers::All, bytes: Bytes::from_static(b"then ") };
    session.act(then());
    assert_eq!(read(&mut stream, 5), "then ");
    stream.write_all(b"hi").unwrap();
    assert_eq!(read(&mut stream, 2), "HI");
    assert_eq!(session.endpoint(id).unwrap().waits_for_opening(), []);
    spec.service = ServiceSpec::new(Reply::suffix("!".to_owned()));
    spec.server.backlog = 1;
    session.act(Action::Edit { endpoint: id, spec: Box::new(spec) });
    assert_eq!(session.endpoint(id).unwrap().waits_for_opening(), [Fixed::Backlog]);
    session.act(then());
    assert_eq!(read(&mut stream, 5), "then ");
    stream.write_all(b"hi").unwrap();
    assert_eq!(read(&mut stream, 3), "hi!");
    session.act(Action::Reopen(id));
    pump_until(&mut session, |session| session.endpoint(id).unwrap().waits_for_opening().is_empty());
}
