use std::sync::Arc;
use std::time::Duration;

use super::store::MAX_TRANSFERS;
use super::*;
use crate::lab::Addr;
use crate::trace::Errno;

const HASH_A: Sha256 = Sha256([0xaa; 32]);
const HASH_B: Sha256 = Sha256([0xbb; 32]);

/// Both ends of connections of one lab, told as the engine tells them.
#[derive(Default)]
struct Lab {
    transfers: Transfers,
    now: u64,
}

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn reset() -> End {
    End::Broken { op: "recv", errno: Errno::by_name("ECONNRESET").unwrap() }
}

fn asked(way: Way, protocol: Protocol, port: u16) -> Asked {
    let (server, client) = (addr(8000), addr(port));
    let (local, peer) = if way == Way::Sending { (server, client) } else { (client, server) };
    Asked {
        way,
        protocol,
        endpoint: EndpointId(1),
        conn: ConnId::new(1),
        ends: Arc::new(Ends { local: Some(local), peer: Some(peer) }),
        name: "a.bin".into(),
        save_to: (way == Way::Receiving).then(|| "out/a.bin".into()),
        expected: None,
    }
}

impl Lab {
    fn tell(&mut self, id: u64, what: What) {
        self.now += 1_000_000;
        self.transfers.apply(News { id: TransferId(id), at: Nanos(self.now), what });
    }

    fn ask(&mut self, id: u64, way: Way, port: u16) {
        self.tell(id, What::Asked(Box::new(asked(way, Protocol::Files, port))));
    }

    fn begin(&mut self, id: u64, total: Option<u64>) {
        self.tell(id, What::Begun { total, resumed_at: 0 });
    }

    fn end(&mut self, id: u64, moved: u64, end: End) {
        self.tell(id, What::Ended { moved, end, place: Place::Nowhere });
    }

    fn verify(&mut self, id: u64, len: u64, sha256: Sha256) {
        self.tell(id, What::Verified { len, sha256 });
    }

    fn get(&self, id: u64) -> &Transfer {
        self.transfers.get(TransferId(id)).unwrap()
    }

    fn verdict(&self, id: u64) -> Option<Verdict> {
        self.transfers.verdict(self.get(id))
    }

    /// A download (1) from a server of the same lab (2) in which each has moved `moved` bytes and ended as given.
    fn pair(received: (u64, End), sent: (u64, End)) -> Self {
        let mut lab = Self::default();
        lab.ask(1, Way::Receiving, 40_000);
        lab.ask(2, Way::Sending, 40_000);
        lab.begin(2, Some(100));
        lab.begin(1, None);
        lab.end(2, sent.0, sent.1);
        lab.end(1, received.0, received.1);
        lab
    }

    /// A download (1) from somewhere else that has moved the given bytes and ended as given.
    fn alone(protocol: Protocol, total: Option<u64>, moved: u64, end: End) -> Self {
        let mut lab = Self::default();
        lab.tell(1, What::Asked(Box::new(asked(Way::Receiving, protocol, 40_000))));
        lab.begin(1, total);
        lab.end(1, moved, end);
        lab
    }
}

#[test]
fn equal_digests_of_both_ends_are_identical_to_both() {
    let mut lab = Lab::pair((100, End::Clean), (100, End::Clean));
    assert_eq!((lab.verdict(1), lab.verdict(2)), (None, None), "nobody has looked at the files yet");
    lab.verify(1, 100, HASH_A);
    assert_eq!((lab.verdict(1), lab.verdict(2)), (None, None), "the server's digest is still being worked out");
    lab.verify(2, 100, HASH_A);
    let identical = Some(Verdict::Identical { sha256: HASH_A });
    assert_eq!((lab.verdict(1), lab.verdict(2)), (identical.clone(), identical));
}

#[test]
fn other_digests_differ() {
    let mut lab = Lab::pair((100, End::Clean), (100, End::Clean));
    lab.verify(1, 100, HASH_B);
    lab.verify(2, 100, HASH_A);
    assert_eq!(lab.verdict(1), Some(Verdict::Differs { expected: HASH_A, found: HASH_B }));
    assert!(!lab.verdict(2).unwrap().is_well());
}

#[test]
fn an_empty_file_of_this_lab_is_identical_and_not_a_missing_one() {
    let mut lab = Lab::pair((0, End::Clean), (0, End::Clean));
    lab.verify(1, 0, HASH_A);
    lab.verify(2, 0, HASH_A);
    assert_eq!(lab.verdict(1), Some(Verdict::Identical { sha256: HASH_A }));
}

#[test]
fn a_digest_that_was_expected_decides_without_the_other_end() {
    for (found, expected) in [
        (HASH_A, Verdict::Identical { sha256: HASH_A }),
        (HASH_B, Verdict::Differs { expected: HASH_A, found: HASH_B }),
    ] {
        let mut lab = Lab::default();
        let ask = Asked { expected: Some(HASH_A), ..asked(Way::Receiving, Protocol::Files, 40_000) };
        lab.tell(1, What::Asked(Box::new(ask)));
        lab.begin(1, None);
        lab.end(1, 10, End::Clean);
        assert_eq!(lab.verdict(1), None);
        lab.verify(1, 10, found);
        assert_eq!(lab.verdict(1), Some(expected));
    }
}

#[test]
fn a_digest_that_can_not_be_compared_is_no_success() {
    let mut lab = Lab::default();
    let ask = Asked { expected: Some(HASH_A), ..asked(Way::Receiving, Protocol::Http, 40_000) };
    lab.tell(1, What::Asked(Box::new(ask)));
    lab.begin(1, Some(10));
    lab.end(1, 10, End::Clean);
    let errno = Errno::by_name("EIO").unwrap();
    lab.tell(1, What::NotVerified { errno });
    assert_eq!(lab.verdict(1), Some(Verdict::Failed(End::Disk { op: "read", path: "out/a.bin".into(), errno })));
    // Where nothing had to be compared, what the protocol says still counts.
    let mut lab = Lab::alone(Protocol::Http, Some(10), 10, End::Clean);
    lab.tell(1, What::NotVerified { errno });
    assert_eq!(lab.verdict(1), Some(Verdict::Complete));
}

#[test]
fn a_reset_cuts_off_after_so_many_bytes() {
    let lab = Lab::alone(Protocol::Files, None, 700, reset());
    assert_eq!(lab.verdict(1), Some(Verdict::CutOff { bytes: 700, end: reset() }));
    // Also where what came lies behind what was there before.
    let mut lab = Lab::default();
    lab.tell(1, What::Asked(Box::new(asked(Way::Receiving, Protocol::Http, 40_000))));
    lab.tell(1, What::Begun { total: Some(1000), resumed_at: 300 });
    lab.end(1, 100, reset());
    assert_eq!(lab.verdict(1), Some(Verdict::CutOff { bytes: 400, end: reset() }));
}

#[test]
fn a_clean_end_is_cut_off_where_the_server_of_this_lab_says_so() {
    let shrank = End::Shrank { expected: 100 };
    let mut lab = Lab::pair((40, End::Clean), (40, shrank.clone()));
    lab.verify(1, 40, HASH_A);
    assert_eq!(lab.verdict(1), Some(Verdict::CutOff { bytes: 40, end: shrank }));
}

#[test]
fn a_server_knows_what_became_of_its_file_where_the_other_end_is_in_this_lab() {
    let lab = Lab::pair((40, reset()), (100, End::Clean));
    assert_eq!(lab.verdict(2), Some(Verdict::CutOff { bytes: 40, end: reset() }));
    let mut lab = Lab::default();
    lab.ask(1, Way::Receiving, 40_000);
    lab.ask(2, Way::Sending, 40_000);
    lab.begin(2, Some(100));
    lab.end(2, 100, End::Clean);
    assert_eq!(lab.verdict(2), None, "the download goes on");
}

#[test]
fn a_server_whose_client_is_elsewhere_has_just_sent() {
    let mut lab = Lab::default();
    lab.ask(1, Way::Sending, 40_000);
    lab.begin(1, Some(100));
    assert_eq!(lab.verdict(1), None);
    lab.end(1, 100, End::Clean);
    assert_eq!(lab.verdict(1), Some(Verdict::Sent));
    let mut lab = Lab::default();
    lab.ask(1, Way::Sending, 40_000);
    lab.begin(1, Some(100));
    let stalled = End::Stalled { after: Duration::from_secs(30) };
    lab.end(1, 60, stalled.clone());
    assert_eq!(lab.verdict(1), Some(Verdict::CutOff { bytes: 60, end: stalled }));
}

#[test]
fn the_tutorials_protocol_can_not_say_whether_that_was_all() {
    let mut lab = Lab::alone(Protocol::Files, None, 700, End::Clean);
    assert_eq!(lab.verdict(1), None);
    lab.verify(1, 700, HASH_A);
    assert_eq!(lab.verdict(1), Some(Verdict::MaybeAll));
    let mut lab = Lab::alone(Protocol::Files, None, 0, End::Clean);
    lab.verify(1, 0, HASH_A);
    assert_eq!(lab.verdict(1), Some(Verdict::Empty));
}

#[test]
fn http_is_complete_short_or_says_what_else() {
    let with = |total, moved, end| {
        let mut lab = Lab::alone(Protocol::Http, total, moved, end);
        if lab.get(1).end() == Some(&End::Clean) {
            lab.verify(1, moved, HASH_A);
        }
        lab.verdict(1)
    };
    let short = End::Short { expected: 1000 };
    assert_eq!(with(Some(1000), 1000, End::Clean), Some(Verdict::Complete));
    assert_eq!(with(Some(0), 0, End::Clean), Some(Verdict::Complete));
    assert_eq!(with(Some(1000), 999, short.clone()), Some(Verdict::CutOff { bytes: 999, end: short.clone() }));
    assert_eq!(with(Some(1000), 999, End::Clean), Some(Verdict::CutOff { bytes: 999, end: short }));
    assert_eq!(with(None, 1000, End::Clean), Some(Verdict::MaybeAll));
    assert_eq!(with(None, 0, End::Status(404)), Some(Verdict::Failed(End::Status(404))));
}

#[test]
fn what_never_began_has_failed() {
    let refused = End::Broken { op: "connect", errno: Errno::by_name("ECONNREFUSED").unwrap() };
    let mut lab = Lab::default();
    let ask = Asked {
        conn: None,
        ends: Arc::new(Ends { local: None, peer: None }),
        ..asked(Way::Receiving, Protocol::Files, 40_000)
    };
    lab.tell(1, What::Asked(Box::new(ask)));
    lab.end(1, 0, refused.clone());
    assert_eq!(lab.verdict(1), Some(Verdict::Failed(refused)));
}

#[test]
fn a_name_that_this_lab_refused_is_refused_to_both_ends_at_once() {
    let mut lab = Lab::default();
    let ask = Asked { expected: Some(HASH_A), ..asked(Way::Receiving, Protocol::Files, 40_000) };
    lab.tell(1, What::Asked(Box::new(ask)));
    lab.ask(2, Way::Sending, 40_000);
    lab.end(2, 0, End::Refused(Refusal::Outside));
    assert_eq!(lab.verdict(1), None);
    lab.end(1, 0, End::Clean);
    for id in [1, 2] {
        assert_eq!(lab.verdict(id), Some(Verdict::Refused(Refusal::Outside)));
    }
    // Over HTTP the answer is a status.
    lab.ask(3, Way::Receiving, 40_001);
    lab.ask(4, Way::Sending, 40_001);
    lab.end(4, 0, End::Refused(Refusal::NotFound));
    lab.end(3, 0, End::Status(404));
    assert_eq!(lab.verdict(3), Some(Verdict::Refused(Refusal::NotFound)));
}

#[test]
fn a_port_that_is_used_again_is_another_connection() {
    let mut lab = Lab::pair((100, End::Clean), (100, End::Clean));
    // The same addresses, but the server is elsewhere now, or the client is.
    lab.ask(3, Way::Receiving, 40_000);
    lab.begin(3, None);
    lab.end(3, 10, End::Clean);
    lab.verify(3, 10, HASH_B);
    assert_eq!(lab.transfers.other_end(lab.get(3)), None);
    assert_eq!(lab.verdict(3), Some(Verdict::MaybeAll));
    assert_eq!(lab.transfers.other_end(lab.get(1)).unwrap().id, TransferId(2));
    assert_eq!(lab.transfers.other_end(lab.get(2)).unwrap().id, TransferId(1));
    lab.ask(4, Way::Sending, 40_000);
    lab.ask(5, Way::Receiving, 40_000);
    assert_eq!(lab.transfers.other_end(lab.get(4)).unwrap().id, TransferId(5));
    assert_eq!(lab.transfers.other_end(lab.get(5)).unwrap().id, TransferId(4));
    assert_eq!(lab.transfers.other_end(lab.get(1)).unwrap().id, TransferId(2));
}

#[test]
fn a_download_gets_its_connection_later() {
    let mut lab = Lab::default();
    let ask = asked(Way::Receiving, Protocol::Files, 40_000);
    let nowhere = Arc::new(Ends { local: None, peer: None });
    lab.tell(1, What::Asked(Box::new(Asked { conn: None, ends: nowhere, ..ask.clone() })));
    let since = lab.get(1).since;
    lab.tell(1, What::Asked(Box::new(ask)));
    lab.ask(2, Way::Sending, 40_000);
    assert_eq!((lab.transfers.len(), lab.get(1).since), (2, since));
    assert_eq!(lab.transfers.other_end(lab.get(1)).unwrap().id, TransferId(2));
    assert_eq!(lab.transfers.other_end(lab.get(2)).unwrap().id, TransferId(1));
}

#[test]
fn those_that_are_over_can_be_forgotten_and_leave_first() {
    let mut lab = Lab::pair((100, End::Clean), (100, End::Clean));
    // Told by another thread, and later than the one after it.
    lab.ask(4, Way::Sending, 40_002);
    lab.ask(3, Way::Receiving, 40_002);
    let ids = |lab: &Lab| lab.transfers.iter().map(|transfer| transfer.id.0).collect::<Vec<_>>();
    assert_eq!(ids(&lab), [1, 2, 3, 4]);
    let version = lab.transfers.version();
    lab.transfers.take_ended();
    assert_ne!(lab.transfers.version(), version);
    assert_eq!(ids(&lab), [3, 4]);
    assert_eq!(lab.transfers.other_end(lab.get(3)).unwrap().id, TransferId(4));
    for id in 5..=MAX_TRANSFERS as u64 + 10 {
        lab.ask(id, Way::Sending, 40_003);
        lab.end(id, 0, End::Cancelled);
    }
    assert_eq!(lab.transfers.len(), MAX_TRANSFERS);
    assert_eq!(&ids(&lab)[..3], [3, 4, 13]);
}

fn at(seconds: f64) -> Nanos {
    Nanos((seconds * 1e9) as u64)
}

#[test]
fn a_rate_is_that_of_the_last_two_seconds_and_in_the_end_of_all() {
    let mut transfers = Transfers::default();
    let id = TransferId(1);
    let mut tell = |seconds: f64, what| transfers.apply(News { id, at: at(seconds), what });
    tell(0.5, What::Asked(Box::new(asked(Way::Receiving, Protocol::Http, 40_000))));
    tell(1.0, What::Begun { total: Some(10_000), resumed_at: 1_000 });
    for (seconds, moved) in [(2.0, 100), (3.0, 200), (4.0, 1_200), (5.0, 2_200)] {
        tell(seconds, What::Progress { moved });
    }
    let transfer = transfers.get(id).unwrap();
    assert_eq!(transfer.rate(at(5.0)), Some(1_000.0));
    assert_eq!(transfer.time_left(at(5.0)), Some(Duration::from_secs_f64(6.8)));
    assert_eq!(transfers.time_left(transfer, at(5.0)), transfer.time_left(at(5.0)));
    // Nothing moves any more.
    assert_eq!(transfer.rate(at(9.0)), Some(0.0));
    assert_eq!(transfer.time_left(at(9.0)), None);
    let mut tell = |seconds: f64, what| transfers.apply(News { id, at: at(seconds), what });
    tell(6.0, What::Ended { moved: 2_500, end: reset(), place: Place::Nowhere });
    let transfer = transfers.get(id).unwrap();
    assert_eq!(transfer.rate(at(100.0)), Some(500.0));
    assert_eq!(transfer.time_left(at(6.0)), None);
}

#[test]
fn nothing_is_said_of_a_rate_too_early() {
    let mut lab = Lab::default();
    lab.ask(1, Way::Receiving, 40_000);
    assert_eq!(lab.get(1).rate(Nanos(lab.now)), None);
    lab.begin(1, Some(10));
    assert_eq!(lab.get(1).rate(Nanos(lab.now)), None);
    assert_eq!(lab.get(1).time_left(Nanos(lab.now)), None);
}

#[test]
fn the_length_is_taken_from_the_other_end_where_only_that_knows_it() {
    let mut lab = Lab::pair((0, End::Clean), (100, End::Clean));
    assert_eq!(lab.get(1).total, None);
    assert_eq!(lab.transfers.total(lab.get(1)), Some(100));
    lab.ask(3, Way::Receiving, 41_000);
    assert_eq!(lab.transfers.total(lab.get(3)), None);
}

#[test]
fn a_long_transfer_keeps_its_whole_course_in_few_points() {
    let mut lab = Lab::default();
    lab.ask(1, Way::Receiving, 40_000);
    lab.begin(1, None);
    let first = lab.get(1).points[0];
    for moved in 1..=50_000 {
        lab.tell(1, What::Progress { moved });
    }
    let points = &lab.get(1).points;
    assert!(points.len() <= 1_024, "{}", points.len());
    assert_eq!((points[0], points.last().unwrap().1), (first, 50_000));
    assert!(points.is_sorted());
}

impl Lab {
    /// A client asks for a range of a file of 100 bytes, or for all of it.
    fn ask_for(&mut self, id: u64, port: u16, from: u64) {
        self.tell(id, What::Asked(Box::new(asked(Way::Sending, Protocol::Http, port))));
        self.tell(id, What::Begun { total: Some(100), resumed_at: from });
    }
}

#[test]
fn a_request_that_was_broken_off_is_well_where_the_rest_went_by_ranges() {
    let mut lab = Lab::default();
    lab.ask_for(1, 40_000, 0);
    lab.ask_for(2, 40_001, 30);
    lab.ask_for(3, 40_002, 70);
    lab.end(1, 40, reset());
    assert_eq!(lab.verdict(1), None, "the rest is on its way");
    lab.end(2, 45, reset());
    lab.end(3, 30, End::Clean);
    let rest = |bytes| Some(Verdict::RestByRanges { bytes });
    assert_eq!((lab.verdict(1), lab.verdict(2), lab.verdict(3)), (rest(40), rest(45), Some(Verdict::Sent)));
}

#[test]
fn a_request_that_was_broken_off_is_cut_off_where_a_byte_is_missing() {
    for (from, moved, port) in [(41, 59, 40_001), (40, 59, 40_001)] {
        let mut lab = Lab::default();
        lab.ask_for(1, 40_000, 0);
        lab.ask_for(2, port, from);
        lab.end(1, 40, reset());
        lab.end(2, moved, reset());
        assert_eq!(lab.verdict(1), Some(Verdict::CutOff { bytes: 40, end: reset() }), "{from} {moved}");
    }
    let mut alone = Lab::default();
    alone.ask_for(1, 40_000, 0);
    alone.end(1, 40, reset());
    assert_eq!(alone.verdict(1), Some(Verdict::CutOff { bytes: 40, end: reset() }));
}

#[test]
fn a_transfer_is_told_as_it_was_at_any_time() {
    let mut lab = Lab::default();
    lab.ask(1, Way::Receiving, 9);
    lab.begin(1, Some(100));
    lab.tell(1, What::Progress { moved: 40 });
    lab.end(1, 100, End::Clean);
    lab.verify(1, 100, HASH_A);
    let at = |millis: u64| {
        let then = lab.transfers.as_of(Nanos(millis * 1_000_000));
        then.get(TransferId(1)).map(|known| (known.stage.clone(), known.total, known.moved))
    };
    assert_eq!(at(0), None, "nobody had asked for it");
    assert_eq!(at(1), Some((Stage::Asked, None, 0)));
    assert_eq!(at(2), Some((Stage::Moving, Some(100), 0)));
    assert_eq!(at(3), Some((Stage::Moving, Some(100), 40)));
    assert_eq!(at(4), Some((Stage::Ended(End::Clean), Some(100), 100)));
    assert_eq!(lab.transfers.as_of(Nanos(9_000_000)).get(TransferId(1)), lab.transfers.get(TransferId(1)));
}
