//! Multicast and broadcast on real sockets. Nothing leaves the machine: the loopback interface, TTL 0.
#![cfg(unix)]

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::bench::{Bench, CLIENT, ROOM, SERVER, server, udp};
use socket_lab::engine::{Command, Dest, Error, Job, Peers};
use socket_lab::explain;
use socket_lab::lab::service::Reply;
use socket_lab::lab::{Addr, EndpointId, EndpointSpec, Group};
use socket_lab::lang::Lang;
use socket_lab::session::{Action, Session};
use socket_lab::trace::notice::{CallFailure, Detail, Missing};
use socket_lab::trace::{Nanos, Notice};

const SECOND: EndpointId = EndpointId(4);

fn group(text: &str) -> Group {
    text.parse().unwrap()
}

/// A socket that sends to groups over the loopback interface and no further.
fn sender(local: &str, interface: &str) -> EndpointSpec {
    let mut spec = udp(Some(local));
    spec.options.multicast_interface = Some(interface.parse().unwrap());
    spec.options.multicast_ttl = Some(0);
    spec.options.multicast_loop = Some(true);
    spec
}

fn member(local: &str, groups: &[&str]) -> EndpointSpec {
    let mut spec = udp(Some(local));
    // So that a second socket can have the same port.
    spec.options.reuse_addr = Some(true);
    spec.datagram.groups = groups.iter().copied().map(group).collect();
    spec
}

fn to(addr: &Addr) -> Peers {
    Peers::Dest(Dest::Addr(addr.clone()))
}

fn membership(bench: &mut Bench, endpoint: EndpointId, text: &str, join: bool) -> Result<(), Error> {
    bench.command(|job| Command::new(job, endpoint, Job::Membership { group: Box::new(group(text)), join }))
}

fn options_of(bench: &Bench, endpoint: EndpointId) -> Vec<String> {
    let calls = bench.calls().filter(|call| call.endpoint == endpoint && call.op.name() == "setsockopt");
    calls.map(ToString::to_string).collect()
}

/// The notice's words, which name what they are about.
#[track_caller]
fn told(error: &Error, words: &[&str]) {
    let notice = Notice { at: Nanos(0), endpoint: None, conn: None, kind: error.clone().into() };
    for lang in Lang::ALL {
        let line = explain::one_line(lang, &notice, None);
        for word in words {
            assert!(line.contains(word), "{line}");
        }
    }
}

#[test]
fn members_hear_what_is_sent_to_their_group_until_they_leave_it() {
    let mut bench = Bench::new();
    let joined = "239.255.77.1%127.0.0.1";
    let addr = bench.open(ROOM, member("239.255.77.1:0", &[joined]), None).unwrap().unwrap();
    bench.open(SECOND, member(&addr.to_string(), &[joined]), None).unwrap();
    bench.open(CLIENT, sender("127.0.0.1:0", "127.0.0.1"), Some(Dest::Addr(addr))).unwrap();

    bench.send(CLIENT, Peers::All, b"one ").unwrap();
    for endpoint in [ROOM, SECOND] {
        bench.until_received(endpoint, b"one ");
    }
    // As long as one socket of the machine is in the group, Linux gives its datagrams to those that have left too
    // (IP_MULTICAST_ALL, ip(7)): so both leave.
    for endpoint in [ROOM, SECOND] {
        membership(&mut bench, endpoint, joined, false).unwrap();
    }
    bench.send(CLIENT, Peers::All, b"two ").unwrap();
    for endpoint in [ROOM, SECOND] {
        membership(&mut bench, endpoint, joined, true).unwrap();
    }
    // What was sent in between would have come first.
    bench.send(CLIENT, Peers::All, b"three").unwrap();
    for endpoint in [ROOM, SECOND] {
        bench.until_received(endpoint, b"one three");
    }

    assert_eq!(
        options_of(&bench, ROOM),
        [
            "setsockopt(SO_REUSEADDR, 1) = 0",
            "setsockopt(IP_ADD_MEMBERSHIP, 239.255.77.1 on 127.0.0.1) = 0",
            "setsockopt(IP_DROP_MEMBERSHIP, 239.255.77.1 on 127.0.0.1) = 0",
            "setsockopt(IP_ADD_MEMBERSHIP, 239.255.77.1 on 127.0.0.1) = 0",
        ]
    );
    assert_eq!(
        options_of(&bench, CLIENT),
        [
            "setsockopt(IP_MULTICAST_IF, 127.0.0.1) = 0",
            "setsockopt(IP_MULTICAST_TTL, 0) = 0",
            "setsockopt(IP_MULTICAST_LOOP, 1) = 0",
        ]
    );
}

#[test]
fn an_interface_can_be_given_by_its_name() {
    let Some(lo) = loopback() else { return };
    let mut bench = Bench::new();
    let joined = format!("239.255.77.3%{lo}");
    let addr = bench.open(ROOM, member("239.255.77.3:0", &[&joined]), None).unwrap().unwrap();
    bench.open(CLIENT, sender("127.0.0.1:0", &lo), Some(Dest::Addr(addr))).unwrap();
    bench.send(CLIENT, Peers::All, b"by name").unwrap();
    bench.until_received(ROOM, b"by name");
    assert!(options_of(&bench, CLIENT).contains(&format!("setsockopt(IP_MULTICAST_IF, {lo}) = 0")));
}

/// The name of the loopback interface.
fn loopback() -> Option<String> {
    let found = netdev::get_interfaces().into_iter().find(netdev::Interface::is_loopback);
    if found.is_none() {
        eprintln!("not tested: the loopback interface has no name here");
    }
    found.map(|interface| interface.name)
}

#[test]
fn ipv6_has_options_of_its_own() {
    let Some(lo) = loopback().filter(|_| UdpSocket::bind("[::1]:0").is_ok()) else {
        eprintln!("not tested: this machine has no IPv6 loopback");
        return;
    };
    let mut bench = Bench::new();
    let joined = format!("ff02::4d4d%{lo}");
    bench.open(ROOM, member("[::1]:0", &[&joined]), None).unwrap();
    membership(&mut bench, ROOM, &joined, false).unwrap();
    bench.open(CLIENT, sender("[::1]:0", &lo), None).unwrap();
    assert_eq!(
        options_of(&bench, ROOM)[1..],
        [
            format!("setsockopt(IPV6_JOIN_GROUP, ff02::4d4d on {lo}) = 0"),
            format!("setsockopt(IPV6_LEAVE_GROUP, ff02::4d4d on {lo}) = 0"),
        ]
    );
    assert_eq!(
        options_of(&bench, CLIENT),
        [
            format!("setsockopt(IPV6_MULTICAST_IF, {lo}) = 0"),
            "setsockopt(IPV6_MULTICAST_HOPS, 0) = 0".to_owned(),
            "setsockopt(IPV6_MULTICAST_LOOP, 1) = 0".to_owned(),
        ]
    );
    // IPv6 knows interfaces by their names and numbers only.
    let failure = bench.open(SECOND, sender("[::1]:0", "127.0.0.1"), None).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EINVAL"));
}

#[test]
fn a_broadcast_reaches_the_sockets_that_are_bound_for_it() {
    let mut bench = Bench::new();
    let addr = match bench.open(ROOM, udp(Some("127.255.255.255:0")), None) {
        Ok(addr) => addr.unwrap(),
        Err(kind) => {
            eprintln!("not tested: a socket can't be bound to the loopback's broadcast address here: {kind:?}");
            return;
        }
    };
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.options.broadcast = Some(true);
    bench.open(CLIENT, spec, None).unwrap();
    bench.send(CLIENT, to(&addr), b"to all").unwrap();
    bench.until_received(ROOM, b"to all");
}

#[test]
fn a_group_that_is_none_is_refused_by_the_system_too() {
    let mut bench = Bench::new();
    // The lab file and the window take no such group; the engine leaves it to the system.
    let none = Group { addr: "127.0.0.1".parse().unwrap(), interface: None };
    let mut spec = udp(Some("127.0.0.1:0"));
    spec.datagram.groups.push(none.clone());
    let failure = bench.open(ROOM, spec, None).unwrap_err();
    let errno = crate::support::errno("EINVAL");
    let detail = Detail::Membership { group: Arc::new(none.clone()), join: true };
    assert_eq!(failure, Error::Call(CallFailure { call: "setsockopt", addr: None, errno, detail }));
    told(&failure, &["127.0.0.1", "EINVAL", "IP_ADD_MEMBERSHIP", "239.255.255.255"]);
    assert_eq!(bench.calls().last().unwrap().op.to_string(), "close()", "the socket that came to nothing is closed");

    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    let failure = bench
        .command(|job| Command::new(job, ROOM, Job::Membership { group: Box::new(none), join: true }))
        .unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EINVAL"));
    let call = bench.calls().last().unwrap();
    assert_eq!(call.to_string(), "setsockopt(IP_ADD_MEMBERSHIP, 127.0.0.1) = -1 EINVAL");
}

#[test]
fn each_failure_of_a_membership_names_the_group_and_the_errno() {
    let mut bench = Bench::new();
    bench.open(ROOM, member("127.0.0.1:0", &["239.255.77.4%127.0.0.1"]), None).unwrap();
    let cases = [
        ("239.255.77.4%127.0.0.1", true, "EADDRINUSE"),
        ("239.255.77.5%127.0.0.1", false, "EADDRNOTAVAIL"),
        // TEST-NET-3 (RFC 5737): nobody's address.
        ("239.255.77.5%203.0.113.7", true, "ENODEV"),
        ("239.255.77.5%4000000", true, "ENODEV"),
        ("ff02::4d4d%1", true, "ENOPROTOOPT"),
    ];
    for (text, join, errno) in cases {
        let failure = membership(&mut bench, ROOM, text, join).unwrap_err();
        if cfg!(target_os = "linux") {
            assert_eq!(failure.errno_name().as_deref(), Some(errno), "{text}");
        }
        told(&failure, &[&group(text).addr.to_string(), &failure.errno_name().unwrap()]);
    }
    // The socket is as good as before.
    membership(&mut bench, ROOM, "239.255.77.4%127.0.0.1", false).unwrap();
}

#[test]
fn an_interface_that_does_not_exist_is_named() {
    let mut bench = Bench::new();
    let missing = Error::NoSuchInterface { name: Arc::from("nothere9") };
    for spec in [member("127.0.0.1:0", &["239.255.77.6%nothere9"]), sender("127.0.0.1:0", "nothere9")] {
        assert_eq!(bench.open(ROOM, spec, None), Err(missing.clone()));
        assert_eq!(bench.calls().last().unwrap().op.to_string(), "close()");
    }
    bench.open(ROOM, udp(Some("127.0.0.1:0")), None).unwrap();
    assert_eq!(membership(&mut bench, ROOM, "ff02::1%nothere9", true), Err(missing.clone()));
    assert_eq!(membership(&mut bench, ROOM, "239.255.77.6%nothere9", false), Err(missing.clone()));
    told(&missing, &["nothere9", "ENODEV"]);
}

#[test]
fn what_has_no_groups_says_so() {
    let mut bench = Bench::new();
    let failure = membership(&mut bench, ROOM, "239.255.77.7", true).unwrap_err();
    assert_eq!(failure, Error::missing(Missing::Endpoint));
    bench.open_server(server(Reply::echo()));
    let failure = membership(&mut bench, SERVER, "239.255.77.7", true).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("ENOPROTOOPT"));
    told(&failure, &["239.255.77.7", "UDP"]);
}

/// A session with one UDP socket.
struct Lab {
    session: Session,
    room: EndpointId,
}

impl Lab {
    fn new() -> Self {
        let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        let spec = Box::new(udp(Some("127.0.0.1:0")));
        let room = session.act(Action::Add { spec, open: false }).unwrap();
        Self { session, room }
    }

    fn act(&mut self, action: Action) {
        self.session.act(action);
    }

    /// Joins or leaves.
    fn ask(&mut self, text: &str, join: bool) {
        let (endpoint, group) = (self.room, group(text));
        self.act(if join { Action::JoinGroup { endpoint, group } } else { Action::LeaveGroup { endpoint, group } });
    }

    #[track_caller]
    fn until(&mut self, holds: impl Fn(&Session) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !holds(&self.session) {
            assert!(Instant::now() < deadline, "{:?}", self.session.endpoint(self.room));
            self.session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(10), &mut |_| {});
        }
    }

    /// The groups of the document, and those that the socket is in.
    fn groups(&self) -> (Vec<String>, Vec<String>) {
        let endpoint = self.session.endpoint(self.room).unwrap();
        let shown = |groups: &[Group]| groups.iter().map(ToString::to_string).collect();
        (shown(&endpoint.spec.datagram.groups), shown(&endpoint.live.observed.groups))
    }
}

#[test]
fn a_group_that_was_joined_is_part_of_the_lab_and_one_that_failed_is_not() {
    let (first, second) = ("239.255.77.8%127.0.0.1", "239.255.77.9%127.0.0.1");
    let both = || vec![first.to_owned(), second.to_owned()];
    let mut lab = Lab::new();
    let room = lab.room;
    lab.ask(first, true);
    assert_eq!(lab.groups(), (vec![first.to_owned()], vec![]), "closed: it joins when it opens");
    lab.act(Action::Open(room));
    lab.until(|session| session.endpoint(room).unwrap().live.is_open());
    lab.ask(second, true);
    lab.until(|session| session.endpoint(room).unwrap().live.observed.groups.len() == 2);
    assert_eq!(lab.groups(), (both(), both()));

    lab.ask("239.255.77.10%203.0.113.7", true);
    lab.until(|session| !session.notices().is_empty());
    assert_eq!(lab.groups(), (both(), both()));

    lab.ask(first, false);
    lab.until(|session| session.endpoint(room).unwrap().live.observed.groups.len() == 1);
    assert_eq!(lab.groups(), (vec![second.to_owned()], vec![second.to_owned()]));

    lab.act(Action::Reopen(room));
    lab.until(|session| session.trace().from(0).filter(|call| call.op.name() == "bind").count() == 2);
    lab.until(|session| session.endpoint(room).unwrap().live.is_open());
    assert_eq!(lab.groups(), (vec![second.to_owned()], vec![second.to_owned()]));
    lab.act(Action::Close(room));
    lab.until(|session| session.endpoint(room).unwrap().live.is_closed());
    assert_eq!(lab.groups(), (vec![second.to_owned()], vec![]));
}

#[cfg(target_os = "linux")]
mod namespaces {
    use std::process::{Command as Process, Stdio};

    use super::*;

    /// Runs an ignored test of below in a network namespace of its own, where it may make and remove interfaces.
    fn in_namespace(test: &str) {
        let unshare = || {
            let mut unshare = Process::new("unshare");
            unshare.args(["--user", "--map-root-user", "--net"]).stdin(Stdio::null());
            unshare
        };
        let made = unshare().args(["ip", "link", "add", "lab0", "type", "veth", "peer", "name", "lab1"]).output();
        match made {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                return eprintln!("not tested: no interface can be made here: {said}");
            }
            Err(error) => return eprintln!("not tested: unshare can't be started: {error}"),
        }
        let test = format!("groups::namespaces::{test}");
        let arguments = ["--ignored", "--exact", &test, "--nocapture"];
        let output = unshare().arg(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(output.status.success() && said.contains("1 passed") && !said.contains("not tested"), "{said}");
    }

    #[test]
    fn an_interface_may_disappear_while_its_groups_are_joined() {
        in_namespace("its_interface_disappears");
    }

    #[test]
    fn ipv6_groups_of_the_interface_and_of_the_link_are_heard() {
        in_namespace("it_has_ipv6_groups");
    }

    #[test]
    fn without_loop_this_machine_does_not_hear_itself() {
        in_namespace("it_hears_itself_only_with_loop");
    }

    /// Makes `lab0`, whose other end is in this namespace too.
    fn lab0() {
        ip("link set lo up");
        ip("link add lab0 type veth peer name lab1");
        ip("addr add 192.0.2.1/24 dev lab0");
        ip("addr add fd00::1/64 dev lab0 nodad");
        ip("link set lab0 up");
        ip("link set lab1 up");
        // The kernel takes the interface into use in its own time.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !ip("-6 route show table local").contains("ff00::/8 dev lab0") {
            assert!(Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    #[ignore = "is run by a test above, in a network namespace"]
    fn it_has_ipv6_groups() {
        lab0();
        for address in ["ff01::4d4d", "ff02::4d4d"] {
            let mut bench = Bench::new();
            let joined = format!("{address}%lab0");
            let local = bench.open(ROOM, member("[::]:0", &[&joined]), None).unwrap().unwrap();
            let target: SocketAddr = format!("[{address}]:{}", local.port()).parse().unwrap();
            bench.open(CLIENT, sender("[fd00::1]:0", "lab0"), Some(Dest::Addr(target.into()))).unwrap();
            bench.send(CLIENT, Peers::All, b"one ").unwrap();
            bench.until_received(ROOM, b"one ");
            membership(&mut bench, ROOM, &joined, false).unwrap();
            bench.send(CLIENT, Peers::All, b"two ").unwrap();
            membership(&mut bench, ROOM, &joined, true).unwrap();
            bench.send(CLIENT, Peers::All, b"three").unwrap();
            bench.until_received(ROOM, b"one three");
        }
    }

    #[test]
    #[ignore = "is run by a test above, in a network namespace"]
    fn it_hears_itself_only_with_loop() {
        // Not on the loopback interface, which gives back whatever it is given.
        lab0();
        let mut bench = Bench::new();
        let addr = bench.open(ROOM, member("239.255.77.2:0", &["239.255.77.2%192.0.2.1"]), None).unwrap().unwrap();
        let mut quiet = sender("192.0.2.1:0", "192.0.2.1");
        quiet.options.multicast_loop = Some(false);
        bench.open(CLIENT, quiet, None).unwrap();
        bench.open(SECOND, sender("192.0.2.1:0", "192.0.2.1"), None).unwrap();
        bench.send(CLIENT, to(&addr), b"not heard").unwrap();
        bench.send(SECOND, to(&addr), b"heard").unwrap();
        bench.until_received(ROOM, b"heard");
    }

    fn ip(arguments: &str) -> String {
        let output = Process::new("ip").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "ip {arguments}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    #[ignore = "is run by a test above, in a network namespace"]
    fn its_interface_disappears() {
        lab0();
        let (named, addressed) = ("239.255.77.20%lab0", "239.255.77.21%192.0.2.1");
        let mut bench = Bench::new();
        bench.open(ROOM, member("0.0.0.0:0", &[named, addressed]), None).unwrap();
        bench.open(SECOND, member("[::]:0", &["ff02::4d4d%lab0"]), None).unwrap();
        bench.open(CLIENT, sender("192.0.2.1:0", "lab0"), None).unwrap();
        ip("link del lab0");

        // The socket goes on: it hears what comes another way.
        let local = bench.calls().find(|call| call.endpoint == ROOM && call.op.name() == "bind").unwrap();
        let port = local.ends.local.as_ref().unwrap().port();
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"still here", ("127.0.0.1", port)).unwrap();
        bench.until_received(ROOM, b"still here");

        // What goes out there fails with words, and the socket can be used on.
        let target = Addr::Inet("239.255.77.20:9".parse().unwrap());
        let failure = bench.send(CLIENT, to(&target), b"into nothing").unwrap_err();
        assert!(
            matches!(&failure, Error::Call(CallFailure { call: "sendto", addr: Some(addr), detail: Detail::Unsent(_), .. }) if *addr == target)
        );
        eprintln!("sending there: {:?}", failure.errno_name());
        told(&failure, &["239.255.77.20:9", &failure.errno_name().unwrap()]);

        // A group is left by the number that its interface had.
        for (endpoint, text) in [(ROOM, named), (ROOM, addressed), (SECOND, "ff02::4d4d%lab0")] {
            assert_eq!(membership(&mut bench, endpoint, text, false), Ok(()), "{text}");
        }
        let missing = Error::NoSuchInterface { name: Arc::from("lab0") };
        assert_eq!(membership(&mut bench, ROOM, named, true), Err(missing.clone()));
        assert_eq!(membership(&mut bench, SECOND, "ff02::4d4d%lab0", true), Err(missing));
        let failure = membership(&mut bench, ROOM, addressed, true).unwrap_err();
        assert_eq!(failure.errno_name().as_deref(), Some("ENODEV"));
        for endpoint in [ROOM, SECOND, CLIENT] {
            bench.command(|job| Command::new(job, endpoint, Job::Close)).unwrap();
        }
    }
}
