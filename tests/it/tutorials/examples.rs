//! The example labs themselves: all run to their end and stay on this machine.

use super::labs::{labs, run_copy, run_file};

#[test]
fn every_lab_of_the_tutorials_runs_to_its_end_with_every_expectation_met() {
    let labs = labs();
    assert!(labs.len() >= 12, "{labs:?}");
    // A run that was killed has left them behind.
    for name in ["server", "mailbox", "writer"] {
        let _ = std::fs::remove_file(format!("/tmp/socket-lab-12-{name}.sock"));
    }
    for path in labs {
        let ran = run_copy(&path);
        assert_eq!(ran.status, Some(0), "{}: {:#?}{}", path.display(), ran.expects().collect::<Vec<_>>(), ran.errors);
        let ran = ran.went_well();
        assert!(ran.expects().count() > 0, "{} expects nothing", path.display());
        assert_eq!(ran.summary()["kernel_drops"], 0, "{}", path.display());
        let calls = ran.lines.iter().filter(|line| line["type"] == "call").count();
        assert_eq!(ran.summary()["calls"], calls, "{}", path.display());
    }
}

#[test]
fn every_lab_stays_on_this_machine() {
    for path in labs() {
        let lab = socket_lab::lab::file::load(&path).unwrap();
        for endpoint in &lab.endpoints {
            assert!(!endpoint.reachable_from_lan(), "{}: {}", path.display(), endpoint.name);
        }
    }
}

#[test]
fn three_sends_arrive_as_one_recv_and_one_send_as_four() {
    let ran = run_file("15");
    let lengths = |name: &str, op: &str, conn: u64| -> Vec<u64> {
        let calls = ran.calls(name).filter(|call| call["op"] == op && call["conn"] == conn);
        calls.filter_map(|call| call["result"].as_u64()).collect()
    };
    assert_eq!(lengths("client", "send", 1), [4, 4, 6, 52]);
    assert_eq!(lengths("server", "recv", 2), [14, 16, 16, 16, 4, 0]);
}
