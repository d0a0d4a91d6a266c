//! Traces that leave: what tshark says of exported packets, and trace files that come back. Where there is no tshark its
//! tests say so and pass.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use socket_lab::lab::step::How;
use socket_lab::lab::{Addr, EndpointId, TextEncoding};
use socket_lab::trace::export::{Exporter, Format};
use socket_lab::trace::file::{Head, Name};
use socket_lab::trace::store::Totals;
use socket_lab::trace::{Call, ConnId, Domain, Ends, Errno, Nanos, Op, OptionValue, Outcome, SocketOption, SocketType};
use tempfile::TempDir;

const CLIENT: EndpointId = EndpointId(1);
const SERVER: EndpointId = EndpointId(2);

fn began() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn head() -> Head {
    Head { began: began(), first_seq: 1, evicted_calls: 0, evicted_bytes: 0 }
}

/// Calls as the two ends of a connection make them.
struct Talk {
    calls: Vec<Call>,
    client: SocketAddr,
    server: SocketAddr,
    sent: [u64; 2],
    received: [u64; 2],
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Client = 0,
    Server = 1,
}
use End::{Client, Server};

impl Talk {
    fn new(client: &str, server: &str) -> Self {
        let addr = |text: &str| text.parse().unwrap();
        Self { calls: Vec::new(), client: addr(client), server: addr(server), sent: [0; 2], received: [0; 2] }
    }

    fn tcp() -> Self {
        let mut talk = Self::new("127.0.0.1:40000", "127.0.0.1:8000");
        talk.open();
        talk
    }

    fn open(&mut self) {
        let to = Arc::new(Addr::Inet(self.server));
        self.call(Client, Op::Connect { addr: to }, Outcome::Ok(0));
        self.call(Server, Op::Accept, Outcome::Ok(9));
    }

    fn call(&mut self, end: End, op: Op, outcome: Outcome) -> &mut Call {
        let seq = self.calls.len() as u64 + 1;
        let (local, peer) = if end == Client { (self.client, self.server) } else { (self.server, self.client) };
        self.calls.push(Call {
            seq,
            start: Nanos(seq * 1_000_000),
            took: 500,
            endpoint: if end == Client { CLIENT } else { SERVER },
            conn: ConnId::new(1),
            op,
            outcome,
            ends: Arc::new(Ends { local: Some(Addr::Inet(local)), peer: Some(Addr::Inet(peer)) }),
            offset: None,
            len: 0,
            data: Bytes::new(),
            lost: 0,
            rule: None,
        });
        self.calls.last_mut().unwrap()
    }

    fn send(&mut self, end: End, data: impl Into<Vec<u8>>) {
        let data = data.into();
        let len = data.len() as u64;
        let offset = self.sent[end as usize];
        self.sent[end as usize] += len;
        let call = self.call(end, Op::Send { len }, Outcome::Ok(len));
        (call.offset, call.len, call.data) = (Some(offset), len, data.into());
    }

    fn recv(&mut self, end: End, data: impl Into<Vec<u8>>) {
        let data = data.into();
        let len = data.len() as u64;
        let offset = self.received[end as usize];
        self.received[end as usize] += len;
        let call = self.call(end, Op::Recv { max: 1 << 20 }, Outcome::Ok(len));
        (call.offset, call.len, call.data) = (Some(offset), len, data.into());
    }

    fn end(&mut self, end: End) {
        self.recv(end, []);
    }

    fn close(&mut self, end: End) {
        self.call(end, Op::Close, Outcome::Ok(0));
    }

    fn only(mut self, endpoint: EndpointId) -> Self {
        self.calls.retain(|call| call.endpoint == endpoint);
        self
    }

    fn capture(&self) -> Capture {
        Capture::of(&self.calls)
    }
}

fn exported(format: Format, calls: &[Call], out: &mut Vec<u8>) {
    let mut exporter = Exporter::new(format, out, &head()).unwrap();
    let name = |endpoint, name: &str| Name { endpoint, name: name.into(), encoding: TextEncoding::default() };
    exporter.names(&[name(CLIENT, "client"), name(SERVER, "server")]).unwrap();
    for call in calls {
        exporter.call(call).unwrap();
    }
    exporter.finish(Totals::default(), &BTreeMap::new()).unwrap();
}

/// An exported file, for tshark.
struct Capture {
    _folder: TempDir,
    path: PathBuf,
}

fn has_tshark() -> bool {
    let found = Command::new("tshark").arg("--version").output().is_ok();
    if !found {
        println!("skipped: there is no tshark");
    }
    found
}

impl Capture {
    fn of(calls: &[Call]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.pcapng");
        let mut bytes = Vec::new();
        exported(Format::Pcapng, calls, &mut bytes);
        std::fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }

    fn lines(&self, arguments: &[&str]) -> Vec<String> {
        tshark(&self.path, arguments)
    }

    fn fields(&self, fields: &[&str]) -> Vec<Vec<String>> {
        let mut arguments = vec!["-T", "fields"];
        for field in fields {
            arguments.extend(["-e", field]);
        }
        self.lines(&arguments).iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    /// Nothing malformed, no wrong checksum, nothing that Wireshark has to remark on the sequence.
    #[track_caller]
    fn is_sound(&self) -> &Self {
        let bad = "_ws.malformed || _ws.short || tcp.analysis.flags || tcp.checksum.status == 0 || \
                   udp.checksum.status == 0 || ip.checksum.status == 0 || _ws.expert.severity >= 0x600000";
        assert_eq!(self.lines(&["-Y", bad]), [] as [&str; 0]);
        self
    }

    /// The streams of the two directions, the client's first.
    fn followed(&self) -> [Vec<u8>; 2] {
        let mut streams = [Vec::new(), Vec::new()];
        for line in self.lines(&["-q", "-z", "follow,tcp,raw,0"]) {
            let side = usize::from(line.starts_with('\t'));
            let hex = line.trim();
            if !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                streams[side].extend((0..hex.len()).step_by(2).map(byte));
            }
        }
        streams
    }
}

fn tshark(path: &Path, arguments: &[&str]) -> Vec<String> {
    let out = Command::new("tshark")
        .args(["-n", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"])
        .arg("-r")
        .arg(path)
        .args(arguments)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn an_echo_is_a_whole_conversation() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "hello");
    talk.recv(Server, "hello");
    talk.send(Server, "hello SB");
    talk.recv(Client, "hello SB");
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [b"hello".to_vec(), b"hello SB".to_vec()]);
    let flags: Vec<String> = capture.fields(&["tcp.flags.str"]).into_iter().flatten().collect();
    let shown: Vec<&str> = flags.iter().map(|flags| flags.trim_matches('·')).collect();
    assert_eq!(shown, ["S", "A··S", "A", "AP", "AP", "A···F", "A", "A···F", "A"]);
    // The times are the calls', on the lab's wall clock: the fourth packet is of the third call.
    assert_eq!(capture.fields(&["frame.time_epoch"])[3], ["1700000000.003000500"]);
    let comments: Vec<String> = capture.fields(&["frame.comment"]).into_iter().flatten().collect();
    assert_eq!(comments[3], "call 3, client: send(5) = 5");
    assert!(comments[0].starts_with("inferred from call 1, client: connect(127.0.0.1:8000)"), "{comments:?}");
    // 31: conversation completeness with everything but a reset.
    assert_eq!(capture.fields(&["tcp.completeness"]).last().unwrap(), &["31"]);
}

#[test]
fn accept_may_come_before_connect() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.calls.swap(0, 1);
    talk.send(Client, "a");
    talk.recv(Server, "a");
    assert_eq!(talk.capture().is_sound().followed(), [b"a".to_vec(), vec![]]);
}

#[test]
fn three_sends_in_one_recv_stand_in_the_file_once() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    for part in ["one", "two", "three"] {
        talk.send(Client, part);
    }
    talk.recv(Server, "onetwothree");
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed()[0], b"onetwothree");
    let lens: Vec<String> = capture.fields(&["tcp.len"]).into_iter().flatten().collect();
    assert_eq!(lens, ["0", "0", "0", "3", "3", "5"]);
}

#[test]
fn where_the_sender_is_elsewhere_the_receiver_gives_the_bytes() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "one");
    talk.send(Client, "two");
    talk.recv(Server, "onetwo");
    talk.send(Server, "ok");
    talk.recv(Client, "ok");
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    let capture = talk.only(SERVER).capture();
    assert_eq!(capture.is_sound().followed(), [b"onetwo".to_vec(), b"ok".to_vec()]);
}

#[test]
fn a_send_of_a_mebibyte_becomes_segments() {
    if !has_tshark() {
        return;
    }
    let data: Vec<u8> = (0..1u32 << 20).map(|n| (n * 7 / 3) as u8).collect();
    let mut talk = Talk::tcp();
    talk.send(Client, data.clone());
    for part in data.chunks(100_000) {
        talk.recv(Server, part);
    }
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    assert!(talk.capture().is_sound().followed()[0] == data);
}

#[test]
fn an_ipv6_conversation_is_sound() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("[::1]:40000", "[::1]:8000");
    talk.open();
    talk.send(Client, vec![0xa5; 100_001]);
    talk.recv(Server, vec![0xa5; 100_001]);
    talk.send(Server, "ok");
    talk.close(Server);
    talk.close(Client);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [vec![0xa5; 100_001], b"ok".to_vec()]);
    assert_eq!(capture.fields(&["ipv6.src"])[0], ["::1"]);
}

#[test]
fn a_dual_stack_server_and_its_ipv4_client_are_one_conversation() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    talk.recv(Server, "x");
    for call in talk.calls.iter_mut().filter(|call| call.endpoint == SERVER) {
        let mapped = |port| Some(Addr::Inet(format!("[::ffff:127.0.0.1]:{port}").parse().unwrap()));
        call.ends = Arc::new(Ends { local: mapped(8000), peer: mapped(40000) });
    }
    let capture = talk.capture();
    assert_eq!(capture.is_sound().fields(&["tcp.len"]).len(), 4);
}

#[test]
fn a_reset_is_a_reset() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    let linger = Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(Some(0)) };
    talk.call(Server, linger, Outcome::Ok(0));
    talk.close(Server);
    talk.call(Client, Op::Recv { max: 10 }, Outcome::Err(Errno::by_name("ECONNRESET").unwrap()));
    talk.close(Client);
    let capture = talk.capture();
    let resets =
        capture.lines(&["-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "tcp.srcport", "-e", "frame.comment"]);
    assert_eq!(resets.len(), 1, "{resets:?}");
    assert!(resets[0].starts_with("8000\tinferred from call"), "{resets:?}");
    // A reset is a remark of its own; the rest has none.
    assert_eq!(capture.lines(&["-Y", "tcp.analysis.flags || tcp.checksum.status == 0 || _ws.malformed"]), [""; 0]);
    assert_eq!(capture.fields(&["tcp.flags.reset"]).len(), 5);
}

/// Which segments end the connection, and from which port: `8000 RST`.
fn endings(capture: &Capture) -> Vec<String> {
    let fields = ["-T", "fields", "-e", "tcp.srcport", "-e", "tcp.flags.fin", "-e", "tcp.flags.reset"];
    let lines = capture.lines(&[&["-Y", "tcp.flags.fin == 1 || tcp.flags.reset == 1"][..], &fields].concat());
    let is_set = |field: Option<&str>| field.is_some_and(|field| field == "1" || field == "True");
    let named = |line: &String| {
        let mut parts = line.split('\t');
        let port = parts.next().unwrap_or_default().to_owned();
        let flags = [(is_set(parts.next()), " FIN"), (is_set(parts.next()), " RST")];
        flags.into_iter().filter(|(set, _)| *set).fold(port, |name, (_, flag)| name + flag)
    };
    lines.iter().map(named).collect()
}

/// Seen with tcpdump on the loopback interface of Linux 6.18: only RST is on the wire.
#[test]
fn lingering_for_no_time_that_was_set_before_connect_resets_without_a_fin() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:8000");
    let linger = Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(Some(0)) };
    let option = talk.call(Client, linger, Outcome::Ok(0));
    (option.conn, option.ends) = (None, Arc::new(Ends { local: None, peer: None }));
    talk.open();
    talk.send(Client, "x");
    talk.recv(Server, "x");
    talk.close(Client);
    talk.close(Server);
    assert_eq!(endings(&talk.capture()), ["40000 RST"]);
    // The next opening is another socket.
    talk.call(Client, Op::Socket { domain: Domain::Inet, kind: SocketType::Stream }, Outcome::Ok(3)).conn = None;
    talk.client.set_port(40_001);
    talk.open();
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    assert_eq!(endings(&talk.capture()), ["40000 RST", "40001 FIN", "8000 FIN"]);
}

#[test]
fn a_refused_connect_is_answered_by_a_reset() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:1");
    let addr = Arc::new(Addr::Inet(talk.server));
    talk.call(Client, Op::Connect { addr }, Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap()));
    assert_eq!(flags_of(&talk), ["S", "A·R"]);
}

#[test]
fn a_connect_that_was_given_up_is_a_syn_without_an_answer() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:1");
    let addr = Arc::new(Addr::Inet(talk.server));
    talk.call(Client, Op::Connect { addr }, Outcome::Abandoned);
    talk.call(Server, Op::Recv { max: 9 }, Outcome::Abandoned);
    assert_eq!(flags_of(&talk), ["S"]);
}

fn flags_of(talk: &Talk) -> Vec<String> {
    let flags = talk.capture().fields(&["tcp.flags.str"]).into_iter().flatten();
    flags.map(|flags| flags.trim_matches('·').to_owned()).collect()
}

#[test]
fn after_a_half_close_the_other_side_goes_on() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "all");
    talk.call(Client, Op::Shutdown { how: How::Write }, Outcome::Ok(0));
    talk.recv(Server, "all");
    talk.end(Server);
    talk.send(Server, "the answer");
    talk.recv(Client, "the answer");
    talk.close(Server);
    talk.end(Client);
    talk.close(Client);
    let capture = talk.capture();
    assert_eq!(capture.is_sound().followed(), [b"all".to_vec(), b"the answer".to_vec()]);
    assert_eq!(capture.lines(&["-Y", "tcp.flags.fin == 1"]).len(), 2);
}

#[test]
fn a_trace_whose_beginning_is_gone_goes_on_in_its_middle() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    for _ in 0..10 {
        talk.send(Client, vec![b'a'; 1000]);
        talk.recv(Server, vec![b'a'; 1000]);
        talk.send(Server, "ok");
        talk.recv(Client, "ok");
    }
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    // Begins with the recv of what was sent by a call that is gone.
    talk.calls.drain(..15);
    let capture = talk.capture();
    let streams = capture.is_sound().followed();
    assert_eq!(streams.map(|stream| stream.len()), [7000, 14]);
}

#[test]
fn bytes_beyond_the_snaplen_are_missing_and_not_made_up() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, vec![b'a'; 200_000]);
    let call = talk.calls.last_mut().unwrap();
    call.data = call.data.slice(..70_000);
    talk.send(Client, "end");
    // The other end is elsewhere: nobody has the rest.
    talk.calls.remove(1);
    let capture = talk.capture();
    let lens = capture.fields(&["frame.len", "frame.cap_len", "tcp.len"]);
    let first = 14 + 20 + 20;
    let full = 65_483;
    let row = |len: usize, kept: usize| [(first + len).to_string(), (first + kept).to_string(), len.to_string()];
    assert_eq!(lens[3], row(full, full));
    assert_eq!(lens[4], row(full, 70_000 - full));
    assert_eq!(lens[5], row(full, 0));
    assert_eq!(lens[6], row(200_000 - 3 * full, 0));
    assert_eq!(lens[7], row(3, 3));
    let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.checksum.status == 0";
    assert_eq!(capture.lines(&["-Y", bad]), [""; 0]);
}

#[test]
fn what_was_not_kept_of_a_send_comes_from_the_receiver() {
    if !has_tshark() {
        return;
    }
    let data: Vec<u8> = (0..1u32 << 20).map(|n| (n / 5) as u8).collect();
    for reads in [true, false] {
        let mut talk = Talk::tcp();
        talk.send(Client, data.clone());
        let call = talk.calls.last_mut().unwrap();
        call.data = call.data.slice(..70_000);
        talk.send(Client, "end");
        talk.close(Client);
        if reads {
            for part in data.chunks(300_000) {
                talk.recv(Server, part);
            }
            talk.recv(Server, "end");
            talk.end(Server);
        }
        talk.close(Server);
        let capture = talk.capture();
        if reads {
            assert!(capture.is_sound().followed()[0] == [&data[..], b"end"].concat());
        }
        let lens: Vec<String> = capture.fields(&["tcp.len"]).into_iter().flatten().collect();
        assert_eq!(lens.iter().map(|len| len.parse::<usize>().unwrap()).sum::<usize>(), (1 << 20) + 3);
        assert_eq!(capture.lines(&["-Y", "tcp.flags.fin == 1"]).len(), 2);
        let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.lost_segment";
        assert_eq!(capture.lines(&["-Y", bad]), [""; 0]);
    }
}

fn datagram(talk: &mut Talk, end: End, sends: bool, data: &[u8]) {
    let len = data.len() as u64;
    let other = Addr::Inet(if end == Client { talk.server } else { talk.client });
    let op = if sends { Op::SendTo { len, to: Arc::new(other) } } else { Op::RecvFrom { max: 2048 } };
    let call = talk.call(end, op, Outcome::Ok(len));
    (call.conn, call.len, call.data) = (None, len, Bytes::copy_from_slice(data));
}

#[test]
fn a_datagram_stands_in_the_file_once() {
    if !has_tshark() {
        return;
    }
    for (client, server) in
        [("127.0.0.1:40005", "127.0.0.1:40006"), ("[::1]:40005", "[::1]:40006"), ("127.0.0.1:40005", "127.0.0.1:40005")]
    {
        let mut talk = Talk::new(client, server);
        for _ in 0..2 {
            datagram(&mut talk, Client, true, b"same");
            datagram(&mut talk, Server, false, b"same");
        }
        // Nobody in the lab sent this one, nor this one more often than twice.
        datagram(&mut talk, Server, false, b"foreign");
        datagram(&mut talk, Server, false, b"same");
        let capture = talk.capture();
        let data: Vec<String> = capture.is_sound().fields(&["data.data"]).into_iter().flatten().collect();
        assert_eq!(data, ["73616d65", "73616d65", "666f726569676e", "73616d65"], "{client}");
    }
}

#[test]
fn a_socket_on_all_addresses_is_matched_with_its_datagrams() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::new("127.0.0.1:40005", "127.0.0.1:40006");
    datagram(&mut talk, Client, true, b"x");
    datagram(&mut talk, Server, false, b"x");
    let everywhere = |port| Some(Addr::Inet(([0, 0, 0, 0], port).into()));
    let peer = talk.calls[1].ends.peer.clone();
    talk.calls[0].ends = Arc::new(Ends { local: everywhere(40005), peer: None });
    talk.calls[1].ends = Arc::new(Ends { local: everywhere(40006), peer });
    let rows = talk.capture().is_sound().fields(&["ip.src", "ip.dst"]);
    assert_eq!(rows, [["127.0.0.1", "127.0.0.1"]]);
}

#[test]
fn unix_sockets_are_counted_and_left_out() {
    let mut talk = Talk::tcp();
    talk.send(Client, "x");
    for call in &mut talk.calls {
        call.ends = Arc::new(Ends { local: Some(Addr::Unix("/tmp/a".into())), peer: Some(Addr::Unnamed) });
    }
    let mut bytes = Vec::new();
    exported(Format::Pcapng, &talk.calls, &mut bytes);
    let said = String::from_utf8_lossy(&bytes);
    assert!(said.contains("1 calls are left out: Unix sockets have no IP addresses"), "{said}");
    assert!(said.contains("Synthetic packets. Socket Lab observed socket calls"));
}

#[test]
fn ten_thousand_connections_between_the_same_addresses_are_told_apart() {
    if !has_tshark() {
        return;
    }
    let mut calls = Vec::new();
    for _ in 0..10_000 {
        let mut talk = Talk::tcp();
        talk.send(Client, "x");
        talk.recv(Server, "x");
        talk.close(Client);
        talk.end(Server);
        talk.close(Server);
        calls.append(&mut talk.calls);
    }
    for (place, call) in calls.iter_mut().enumerate() {
        call.start = Nanos(place as u64 * 1_000);
    }
    let capture = Capture::of(&calls);
    assert_eq!(capture.lines(&["-Y", "tcp.len == 1"]).len(), 10_000);
    let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.out_of_order";
    assert_eq!(capture.lines(&["-Y", bad]).len(), 0);
}

#[test]
fn times_never_go_back() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, "a");
    talk.send(Client, "b");
    talk.calls[3].start = Nanos(0);
    let times: Vec<String> = talk.capture().is_sound().fields(&["frame.time_epoch"]).into_iter().flatten().collect();
    assert!(times.is_sorted(), "{times:?}");
}
