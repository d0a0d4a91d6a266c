use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::engine::DownloadRequest;
use crate::engine::{FaultSwitch, JobId, Peers, Verdict};
use crate::lab::breakpoint::{At, Breakpoint};
use crate::lab::file as lab_file;
use crate::lab::layout::Arrangement;
use crate::lab::transfer::Protocol;
use crate::lab::{Addr, EndpointKind, Group, Lab, Link, Localized, ProgramSpec, Remote, Snippet};
use crate::session::history::MAX_CHANGES;
use crate::session::{LayoutChange, Predictable};
use crate::trace::held::{HeldId, MessageId};
use crate::trace::prediction::Prediction;
use crate::trace::transfer::TransferId;
use crate::trace::{Call, Op, Outcome};
use crate::values::How;

fn session() -> Session {
    Session::new(Arc::new(|| {}), 1 << 20).unwrap()
}

fn add(session: &mut Session, name: &str, kind: EndpointKind) -> EndpointId {
    session.act(Action::Add { spec: Box::new(EndpointSpec::new(name, kind)), open: false }).unwrap()
}

fn said(text: &str) -> Localized {
    Localized::plain(text)
}

fn call(endpoint: EndpointId) -> Call {
    Call { endpoint, len: 3, data: Bytes::from_static(b"abc"), ..Call::sample(Op::Send { len: 3 }, Outcome::Ok(3)) }
}

fn snippet(name: &str) -> Snippet {
    let text = format!("[[snippets]]\nname = \"{name}\"\ntext = \"x\"\n");
    lab_file::parse(&text, None).unwrap().snippets.remove(0)
}

fn group() -> Group {
    Group::new(Ipv4Addr::new(239, 1, 2, 3).into(), None).unwrap()
}

/// What can be distinguished from outside: the lab with the ids, and what is marked and kept.
type Seen = (Lab, Vec<(EndpointId, String)>, Vec<u64>, Vec<(u64, String)>, bool, Option<PathBuf>);

fn seen(session: &Session) -> Seen {
    let ids = session.endpoints().iter().map(|endpoint| (endpoint.id, endpoint.spec.name.clone())).collect();
    let calls = session.trace().from(0).map(|call| call.seq).collect();
    let marks = session.bookmarks().iter().map(|(seq, note)| (seq, note.to_owned())).collect();
    (session.document(), ids, calls, marks, session.is_edited(), session.path().map(Into::into))
}

/// Every action there is; of those that change something, one that does change this session.
fn every_action(session: &Session) -> Vec<Action> {
    let [server, client, udp] = [0, 1, 2].map(|n| session.endpoints()[n].id);
    let spec = |kind| Box::new(EndpointSpec::new("new", kind));
    let fetch = || {
        Box::new(DownloadRequest {
            protocol: Protocol::default(),
            name: "x".to_owned(),
            save_to: PathBuf::from("/nonexistent/x"),
            expected: None,
            part: None,
            replaces_empty: false,
        })
    };
    let program = session.programs()[0].id;
    let run = |name: &str| {
        let run = vec!["true".to_owned(), name.to_owned()];
        Box::new(ProgramSpec { name: name.to_owned(), run, ..ProgramSpec::default() })
    };
    let mut edited = session.endpoint(server).unwrap().spec.clone();
    edited.server.backlog = 7;
    vec![
        Action::Add { spec: spec(EndpointKind::UDP), open: false },
        Action::AddEchoPair { server: "s".to_owned(), client: "c".to_owned() },
        Action::ConnectClient { server, name: "c".to_owned() },
        Action::Edit { endpoint: server, spec: Box::new(edited) },
        Action::Rename { endpoint: server, name: "teacher".to_owned() },
        Action::Duplicate(udp),
        Action::Move { endpoint: udp, to: 0 },
        Action::Remove(client),
        Action::Open(udp),
        Action::Close(udp),
        Action::Reopen(udp),
        Action::RemoveStaleAndOpen { endpoint: udp, path: PathBuf::from("/nonexistent/x") },
        Action::OpenAll,
        Action::CloseAll,
        Action::Send { endpoint: udp, to: Peers::All, bytes: Bytes::from_static(b"x") },
        Action::Repeat {
            endpoint: udp,
            to: Peers::All,
            bytes: Bytes::from_static(b"x"),
            every: Duration::from_secs(1),
            times: 1,
        },
        Action::StopRepeat(JobId(0)),
        Action::FindReceiver(([127, 0, 0, 1], 9).into()),
        Action::Download { endpoint: client, fetch: fetch() },
        Action::DownloadFrom { remote: Remote::Endpoint("server".to_owned()), name: "d".to_owned(), fetch: fetch() },
        Action::CancelTransfer(TransferId(0)),
        Action::RetryTransfer(TransferId(0)),
        Action::ClearTransfers,
        Action::Shutdown { endpoint: client, conn: None, how: How::Write },
        Action::CloseConn { endpoint: client, conn: None, reset: false },
        Action::PutRelay { client, name: "wire".to_owned() },
        Action::Fault { endpoint: client, switch: FaultSwitch::Calm },
        Action::JoinGroup { endpoint: udp, group: group() },
        Action::LeaveGroup { endpoint: udp, group: session.endpoint(udp).unwrap().spec.datagram.groups[0].clone() },
        Action::AddProgram { spec: run("new program"), start: false },
        Action::EditProgram { program, spec: run("other") },
        Action::RemoveProgram(program),
        Action::StartProgram(program),
        Action::StopProgram(program),
        Action::TypeTo { program, text: "x".to_owned() },
        Action::AllowPrograms,
        Action::ClearTrace,
        Action::SetRetention(1 << 20),
        Action::SetBookmark { seq: 2, note: Some("here".to_owned()) },
        Action::SetBookmark { seq: 1, note: None },
        Action::DismissNotice(0),
        Action::DismissNotices,
        Action::SetSnippets(Vec::new()),
        Action::RunSteps,
        Action::StopSteps,
        Action::Hold { endpoint: server, on: true },
        Action::HoldAll(true),
        Action::LetThrough(HeldId(1)),
        Action::Predict { of: Predictable::Held(HeldId(1)), prediction: Prediction::default() },
        Action::Decide { message: MessageId(1), verdict: Verdict::Drop },
        Action::SetBreakpoints(vec![Breakpoint {
            name: "short".to_owned(),
            when: "len < 3".to_owned(),
            at: At::After,
            on: true,
        }]),
        Action::SetLink(Some(Link::usual())),
        Action::SetTitle(said("title")),
        Action::SetNote(said("note")),
        Action::SetLayout { layout: Some(Layout::pane("plots")), change: LayoutChange::Moved },
        Action::Undo,
        Action::Redo,
    ]
}

/// Whether it can be taken back. A new action doesn't compile until somebody has said so here, and put it above.
fn is_a_change(action: &Action) -> bool {
    match action {
        Action::Add { .. }
        | Action::AddEchoPair { .. }
        | Action::ConnectClient { .. }
        | Action::PutRelay { .. }
        | Action::Edit { .. }
        | Action::Rename { .. }
        | Action::Duplicate(_)
        | Action::Move { .. }
        | Action::Remove(_)
        | Action::DownloadFrom { .. }
        | Action::JoinGroup { .. }
        | Action::LeaveGroup { .. }
        | Action::AddProgram { .. }
        | Action::EditProgram { .. }
        | Action::RemoveProgram(_)
        | Action::ClearTrace
        | Action::SetBookmark { .. }
        | Action::SetSnippets(_)
        | Action::SetBreakpoints(_)
        | Action::SetLink(_)
        | Action::SetTitle(_)
        | Action::SetNote(_)
        | Action::SetLayout { .. } => true,
        Action::Open(_)
        | Action::Close(_)
        | Action::Reopen(_)
        | Action::RemoveStaleAndOpen { .. }
        | Action::OpenAll
        | Action::CloseAll
        | Action::Send { .. }
        | Action::Repeat { .. }
        | Action::StopRepeat(_)
        | Action::Download { .. }
        | Action::CancelTransfer(_)
        | Action::RetryTransfer(_)
        | Action::Shutdown { .. }
        | Action::CloseConn { .. }
        | Action::Fault { .. }
        | Action::StartProgram(_)
        | Action::StopProgram(_)
        | Action::TypeTo { .. }
        | Action::AllowPrograms
        | Action::SetRetention(_)
        | Action::DismissNotice(_)
        | Action::DismissNotices
        | Action::RunSteps
        | Action::StopSteps
        | Action::FindReceiver(_)
        | Action::Hold { .. }
        | Action::HoldAll(_)
        | Action::LetThrough(_)
        | Action::Predict { .. }
        | Action::Decide { .. }
        // Those that are over are only there after a real transfer: tests/it/window/transfers.rs takes that back.
        | Action::ClearTransfers
        | Action::Undo
        | Action::Redo => false,
    }
}

/// A server, a client of it and a datagram socket, all closed, with three calls, a mark and a snippet.
fn furnished() -> Session {
    let mut session = session();
    add(&mut session, "server", EndpointKind::TCP_SERVER);
    let mut client = EndpointSpec::new("client", EndpointKind::TCP_CLIENT);
    client.remote = Some(Remote::Endpoint("server".to_owned()));
    session.act(Action::Add { spec: Box::new(client), open: false });
    let udp = add(&mut session, "udp", EndpointKind::UDP);
    session
        .act(Action::JoinGroup { endpoint: udp, group: Group::new(Ipv4Addr::new(239, 9, 9, 9).into(), None).unwrap() });
    let spec = ProgramSpec { name: "program".to_owned(), run: vec!["true".to_owned()], ..ProgramSpec::default() };
    session.act(Action::AddProgram { spec: Box::new(spec), start: false });
    session.act(Action::SetSnippets(vec![snippet("one")]));
    for n in 0..3 {
        let id = session.endpoints()[n].id;
        session.lab.trace.push(call(id));
    }
    session.act(Action::SetBookmark { seq: 1, note: Some("first".to_owned()) });
    session
}

#[test]
fn every_action_that_changes_something_is_taken_back_and_done_again_exactly() {
    let count = every_action(&furnished()).len();
    for n in 0..count {
        let mut session = furnished();
        session.saved_as(PathBuf::from("/tmp/x.lab.toml"));
        let action = every_action(&session).remove(n);
        let (before, changes) = (seen(&session), session.changes());
        session.act(action.clone());
        if matches!(action, Action::Undo | Action::Redo) {
            continue;
        }
        let after = seen(&session);
        if !is_a_change(&action) {
            assert_eq!(session.changes(), changes, "{action:?}");
            assert_eq!(before, after, "{action:?} changes what can't be taken back");
            continue;
        }
        assert_ne!(before, after, "{action:?} is no example of a change");
        assert_eq!(session.changes(), changes + 1, "{action:?}");
        session.act(Action::Undo);
        assert_eq!(seen(&session), before, "{action:?} taken back");
        session.act(Action::Redo);
        assert_eq!(seen(&session), after, "{action:?} done again");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_row_of_changes_is_taken_back_and_done_again(picks in proptest::collection::vec(0..usize::MAX, 1..24)) {
        let mut session = session();
        add(&mut session, "first", EndpointKind::UDP);
        session.saved_as(PathBuf::from("/tmp/x.lab.toml"));
        let mut states = vec![seen(&session)];
        for pick in picks {
            let before = session.changes();
            let id = session.endpoints().get(pick / 16 % session.endpoints().len().max(1)).map(|endpoint| endpoint.id);
            let number = (pick / 1024).to_string();
            match (pick % 11, id) {
                (0, _) => { add(&mut session, &number, EndpointKind::UDP); }
                (1, Some(id)) => { session.act(Action::Remove(id)); }
                (2, Some(id)) => { session.act(Action::Rename { endpoint: id, name: number }); }
                (3, Some(id)) => { session.act(Action::Duplicate(id)); }
                (4, Some(id)) => {
                    session.lab.trace.push(call(id));
                    session.lab.trace.push(call(id));
                    let seq = session.lab.trace.next_seq() - 1;
                    // Calls happen; what is remembered is how it was when the change came.
                    if let Some(last) = states.last_mut() { *last = seen(&session); }
                    session.act(Action::SetBookmark { seq, note: Some(number) });
                }
                (5, _) => { session.act(Action::ClearTrace); }
                (6, _) => { session.act(Action::SetTitle(said(&number))); }
                (7, _) => { session.act(Action::SetSnippets(vec![snippet(&number)])); }
                (8, _) => { session.load(Lab::default(), None); }
                (9, Some(id)) => {
                    let spec = Box::new(EndpointSpec { recv_size: Some(pick as u32 | 1), ..session.endpoint(id).unwrap().spec.clone() });
                    session.act(Action::Edit { endpoint: id, spec });
                }
                _ => {
                    let change = LayoutChange::Resized;
                    session.act(Action::SetLayout { layout: Some(Layout::pane(number)), change });
                }
            }
            if session.changes() > before {
                states.push(seen(&session));
            } else if let Some(last) = states.last_mut() {
                *last = seen(&session);
            }
        }
        // What goes on with the change before it is one with it.
        let names = |session: &Session| session.history.undo.len();
        prop_assert_eq!(names(&session) + 1, states.len() + 1);
        let end = seen(&session);
        while session.undoable().is_some() {
            session.act(Action::Undo);
        }
        prop_assert_eq!(&seen(&session).0, &Lab::default());
        while session.redoable().is_some() {
            session.act(Action::Redo);
        }
        prop_assert_eq!(seen(&session), end);
        for state in states.iter().rev().skip(1) {
            session.act(Action::Undo);
            let now = seen(&session);
            prop_assert_eq!((&now.0, &now.1, &now.3), (&state.0, &state.1, &state.3));
        }
    }
}

#[test]
fn an_endpoint_comes_back_closed_under_its_id_and_in_its_place() {
    let mut session = furnished();
    let ids: Vec<_> = session.endpoints().iter().map(|endpoint| endpoint.id).collect();
    session.act(Action::Remove(ids[0]));
    session.act(Action::Undo);
    let back: Vec<_> = session.endpoints().iter().map(|endpoint| endpoint.id).collect();
    assert_eq!(back, ids);
    assert!(session.endpoints()[0].live.is_closed());
    assert_eq!(session.undoable(), Some(&Change::Bookmark(1)));
    assert_eq!(session.redoable(), Some(&Change::Removed("server".to_owned())));
}

#[test]
fn a_new_change_ends_what_could_be_done_again() {
    let mut session = session();
    add(&mut session, "a", EndpointKind::UDP);
    session.act(Action::Undo);
    assert!(session.redoable().is_some());
    add(&mut session, "b", EndpointKind::UDP);
    assert_eq!(session.redoable(), None);
}

#[test]
fn keys_of_one_field_are_one_change_and_those_that_cancel_out_are_none() {
    let mut session = session();
    for text in ["t", "ti", "tit"] {
        session.act(Action::SetTitle(said(text)));
    }
    assert_eq!(session.history.undo.len(), 1);
    session.act(Action::SetTitle(said("")));
    assert_eq!(session.undoable(), None);
    assert!(!session.is_edited(), "it is as it was saved");
    session.act(Action::SetTitle(said("a")));
    session.act(Action::SetNote(said("b")));
    session.act(Action::SetTitle(said("ac")));
    assert_eq!(session.history.undo.len(), 3);
}

#[test]
fn the_lab_is_edited_unless_it_is_as_it_was_saved_however_one_came_there() {
    let mut session = session();
    assert!(!session.is_edited());
    session.act(Action::SetTitle(said("a")));
    assert!(session.is_edited());
    session.act(Action::Undo);
    assert!(!session.is_edited(), "nothing is left to be saved");
    session.act(Action::Redo);
    session.saved_as(PathBuf::from("/tmp/x.lab.toml"));
    assert!(!session.is_edited());
    session.act(Action::SetTitle(said("ab")));
    assert_eq!(session.history.undo.len(), 2, "what was saved can be come back to");
    session.act(Action::Undo);
    assert!(!session.is_edited());
    session.act(Action::Undo);
    assert!(session.is_edited());
    session.act(Action::Redo);
    assert!(!session.is_edited());
    let layout = Some(Layout::group(Arrangement::Tabs, Vec::new()));
    session.act(Action::SetLayout { layout, change: LayoutChange::Moved });
    assert!(!session.is_edited(), "how the window is arranged is nothing to be asked about");
}

#[test]
fn no_more_changes_are_kept_than_the_cap() {
    let mut session = session();
    for n in 0..MAX_CHANGES + 20 {
        add(&mut session, &n.to_string(), EndpointKind::UDP);
    }
    assert_eq!(session.history.undo.len(), MAX_CHANGES);
    while session.undoable().is_some() {
        session.act(Action::Undo);
    }
    assert_eq!(session.endpoints().len(), 20);
}

#[test]
fn a_cleared_trace_comes_back_before_the_calls_that_came_since() {
    let mut session = furnished();
    let id = session.endpoints()[0].id;
    session.act(Action::ClearTrace);
    assert!(session.trace().is_empty() && session.bookmarks().is_empty());
    session.lab.trace.push(call(id));
    session.act(Action::SetBookmark { seq: 4, note: Some("later".to_owned()) });
    session.act(Action::Undo);
    session.act(Action::Undo);
    assert_eq!(session.trace().from(0).map(|call| call.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(session.bookmarks().iter().collect::<Vec<_>>(), [(1, "first")]);
}

#[test]
fn a_cleared_trace_is_let_go_when_new_calls_need_its_room() {
    let mut session = Session::new(Arc::new(|| {}), 6_000).unwrap();
    let id = add(&mut session, "a", EndpointKind::UDP);
    for _ in 0..6 {
        session.lab.trace.push(call(id));
    }
    session.act(Action::ClearTrace);
    assert_eq!(session.undoable(), Some(&Change::ClearedTrace(6)));
    session.lab.trace.push(call(id));
    session.pump(Duration::from_millis(1), &mut |_| {});
    assert_eq!(session.undoable(), Some(&Change::ClearedTrace(6)));
    for _ in 0..60 {
        session.lab.trace.push(call(id));
    }
    session.pump(Duration::from_millis(1), &mut |_| {});
    assert_eq!(session.undoable(), Some(&Change::Added("a".to_owned())));
}

#[test]
fn a_new_lab_begins_with_an_empty_trace_number_one_and_time_zero_and_the_old_one_comes_back() {
    let mut session = furnished();
    session.saved_as(PathBuf::from("/tmp/x.lab.toml"));
    let (before, lab, was) = (seen(&session), session.lab(), session.now());
    let loading = Instant::now();
    session.load(Lab::default(), None);
    let now = session.now();
    assert!(u128::from(now.0) <= loading.elapsed().as_nanos(), "its time begins with it");
    assert!(session.trace().is_empty());
    assert_eq!((session.trace().next_seq(), session.path()), (1, None));
    assert!(session.bookmarks().is_empty());
    assert_ne!(session.lab(), lab);
    let other = add(&mut session, "other", EndpointKind::UDP);
    assert!(before.1.iter().all(|(id, _)| *id != other), "ids are not used again");
    session.act(Action::Undo);
    session.act(Action::Undo);
    assert_eq!(seen(&session), before);
    assert!(session.now() >= was);
    session.act(Action::Redo);
    assert_eq!(session.redoable(), Some(&Change::Added("other".to_owned())));
    assert!(session.trace().is_empty() && session.endpoints().is_empty());
}

/// Pumps until it holds.
fn until(session: &mut Session, what: &str, holds: impl Fn(&Session) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds(session) {
        session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(10), &mut |_| {});
        assert!(Instant::now() < deadline, "{what}");
    }
}

#[test]
fn an_old_labs_sockets_end_in_its_own_trace_and_not_in_the_new_one() {
    let mut session = session();
    session.act(Action::AddEchoPair { server: "server".to_owned(), client: "client".to_owned() });
    until(&mut session, "connected", |session| session.endpoints().iter().all(|it| !it.live.observed.conns.is_empty()));
    let calls = session.trace().len();
    session.load(Lab::default(), None);
    let udp =
        session.act(Action::Add { spec: Box::new(EndpointSpec::new("udp", EndpointKind::UDP)), open: true }).unwrap();
    until(&mut session, "open", |session| session.endpoint(udp).unwrap().live.is_open());
    until(&mut session, "the old sockets are closed", |session| {
        let closed = |lab: &super::super::open_lab::OpenLab| {
            lab.trace.from(0).filter(|call| matches!(call.op, Op::Close)).count() == 3
        };
        session.history.labs().any(closed)
    });
    assert!(session.trace().from(0).all(|call| call.endpoint == udp));
    session.act(Action::Undo);
    session.act(Action::Undo);
    assert!(session.trace().len() >= calls + 3);
    assert!(session.trace().from(0).all(|call| call.endpoint != udp));
    // And they open again, with connection numbers that go on.
    session.act(Action::OpenAll);
    until(&mut session, "open again", |session| {
        session.endpoints().iter().all(|it| !it.live.observed.conns.is_empty())
    });
    for endpoint in session.endpoints() {
        assert_eq!(
            endpoint.live.observed.conns.keys().map(|conn| conn.get()).collect::<Vec<_>>(),
            [2],
            "{}",
            endpoint.spec.name
        );
    }
    let times: Vec<_> = session.trace().from(0).map(Call::end).collect();
    assert!(times.is_sorted(), "one clock: {times:?}");
}

#[test]
fn an_open_server_that_was_removed_comes_back_and_opens_on_its_port() {
    let mut session = session();
    session.act(Action::AddEchoPair { server: "server".to_owned(), client: "client".to_owned() });
    until(&mut session, "connected", |session| session.endpoints().iter().all(|it| !it.live.observed.conns.is_empty()));
    let server = session.endpoints()[0].id;
    let Some(Addr::Inet(local)) = session.endpoints()[0].live.local().cloned() else { panic!("no address") };
    let mut spec = session.endpoints()[0].spec.clone();
    spec.local = Some(format!("127.0.0.1:{}", local.port()).parse().unwrap());
    session.act(Action::Edit { endpoint: server, spec: Box::new(spec) });
    session.act(Action::Remove(server));
    session.act(Action::Undo);
    session.act(Action::Open(server));
    until(&mut session, "open again", |session| session.endpoint(server).is_some_and(|it| it.live.is_open()));
    assert_eq!(session.endpoint(server).unwrap().live.local(), Some(&Addr::Inet(local)));
    assert!(session.trace().of_endpoint(server).is_some_and(|seqs| seqs.len() > 5), "its old calls are its own");
}

#[test]
fn a_group_that_was_joined_while_open_is_left_by_undoing() {
    let mut session = session();
    let spec = Box::new(EndpointSpec::new("udp", EndpointKind::UDP));
    let udp = session.act(Action::Add { spec, open: true }).unwrap();
    until(&mut session, "open", |session| session.endpoint(udp).unwrap().live.is_open());
    session.act(Action::JoinGroup { endpoint: udp, group: group() });
    until(&mut session, "joined", |session| !session.endpoint(udp).unwrap().spec.datagram.groups.is_empty());
    assert_eq!(session.undoable(), Some(&Change::Groups("udp".to_owned())));
    session.act(Action::Undo);
    assert!(session.endpoint(udp).unwrap().spec.datagram.groups.is_empty());
    until(&mut session, "left", |session| session.endpoint(udp).unwrap().live.observed.groups.is_empty());
}
