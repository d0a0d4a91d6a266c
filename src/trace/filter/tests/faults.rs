//! What felt a fault, by the ledger.

use super::*;
use crate::kinds::fault::{Direction, FaultKind};
use crate::trace::faults::{Felt, Harm, Ledger, Row};

fn harm(kind: &str, name: Option<&str>) -> Harm {
    Harm {
        at: Nanos(5),
        endpoint: EndpointId(1),
        conn: ConnId::new(1),
        way: Direction::Up,
        kind: FaultKind::of_ledger(kind).unwrap(),
        name: name.map(Arc::from),
        offset: 0,
        bytes: 4,
        removed: 0,
        added: 0,
        by: 0,
        ends: Arc::new(Ends { local: None, peer: None }),
    }
}

#[test]
fn a_call_is_found_by_the_faults_that_it_has_felt_and_a_row_by_itself() {
    let world = World::new();
    let mut ledger = Ledger::default();
    ledger.restore(harm("latency", Some("slow")), Felt::By(7));
    ledger.restore(harm("corrupt", None), Felt::By(7));
    ledger.restore(harm("reset", None), Felt::Nobody);
    let context = Context { faults: Some(&ledger), ..world.context() };
    let filter = |text: &str| Filter::parse(text).unwrap().unwrap();
    let is_match = |text: &str, call: &Call| filter(text).matches(call, &context);
    for text in [
        "fault",
        "fault == latency",
        "fault == slow",
        "fault == corrupt",
        "fault contains lat",
        "fault in {reset, slow}",
    ] {
        assert!(is_match(text, &recv(b"a")), "{text}");
        assert!(!is_match(text, &refused()), "{text}");
    }
    assert!(!is_match("fault == reset", &recv(b"a")));
    let rows: Vec<&Row> = ledger.rows().collect();
    let of_row = |text: &str| rows.iter().map(|row| filter(text).matches_fault(row, &context)).collect::<Vec<_>>();
    assert_eq!(of_row("fault == reset"), [false, false, true]);
    assert_eq!(of_row("fault != reset and endpoint == server"), [true, true, false]);
    assert_eq!(of_row("fault and len > 4"), [false; 3]);
}

#[test]
fn what_was_felt_late_is_looked_at_again_from_there() {
    let mut ledger = Ledger::default();
    let before = ledger.revision();
    assert_eq!(ledger.felt_since(before), None);
    for seq in [30, 20, 40] {
        ledger.restore(harm("latency", None), Felt::By(seq));
    }
    assert_eq!(ledger.felt_since(before), Some(20));
    assert_eq!(ledger.felt_since(ledger.revision()), None);
    assert!(filter_reads_faults());
}

fn filter_reads_faults() -> bool {
    let reads = |text: &str| Filter::parse(text).unwrap().unwrap().reads_faults();
    reads("op == recv and (fault == reset or len > 3)") && !reads("op == recv") && !reads("some words")
}
