use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::session::{Action, Session};
use crate::ui::bars::inspector::Inspector;
use crate::ui::command::UiCommand;
use crate::ui::filter_state::FilterState;
use crate::ui::panes::Pane as _;
use crate::ui::panes::traffic::TrafficPane;
use crate::ui::partners::Partners;
use crate::ui::pause::Pause;
use crate::ui::view::{Selection, ViewRequest};

struct Bench {
    harness: Harness<'static>,
    session: Rc<RefCell<Session>>,
    copied: Rc<RefCell<Vec<String>>>,
}

impl Bench {
    /// A real echo server and its client, whose pane is shown over the traffic table and the inspector.
    fn new() -> Self {
        let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        let client =
            session.act(Action::AddEchoPair { server: "server".to_owned(), client: "client".to_owned() }).unwrap();
        let session = Rc::new(RefCell::new(session));
        let copied = Rc::new(RefCell::new(Vec::new()));
        let (shared, clipboard) = (Rc::clone(&session), Rc::clone(&copied));
        let mut pane = EndpointPane::new(client);
        let mut traffic = TrafficPane::default();
        let mut inspector = Inspector::default();
        let filtering = FilterState::default();
        let mut pause = None;
        let mut partners = Partners::default();
        let mut selection = Selection::default();
        selection.select_endpoint(client);
        let harness = Harness::builder()
            .with_size(egui::vec2(1_200.0, 900.0))
            .with_context_setup(crate::ui::widgets::set_up_for_tests)
            .build_ui(move |ui| {
                let mut asked = Vec::new();
                {
                    let session = shared.borrow();
                    partners.update(session.trace(), selection.call(), ui.input(|input| input.time));
                    let mut view = View {
                        filtering: Some(&filtering),
                        pause: pause.as_ref(),
                        partners: Some(&partners),
                        ..View::for_test(&session, &mut selection, &mut asked)
                    };
                    Panel::right("inspector").exact_size(300.0).show(ui, |ui| inspector.ui(ui, &mut view, false));
                    Panel::bottom("traffic").exact_size(400.0).show(ui, |ui| traffic.ui(ui, &mut view));
                    pane.ui(ui, &mut view);
                }
                for asked in asked {
                    match asked {
                        ViewRequest::Act(action) => {
                            shared.borrow_mut().act(action);
                        }
                        ViewRequest::Do(UiCommand::PauseDisplay) => pause = Some(Pause::of(&shared.borrow())),
                        ViewRequest::Do(UiCommand::FollowEnd) => pause = None,
                        ViewRequest::Copy(text) => clipboard.borrow_mut().push(text),
                        _ => {}
                    }
                }
            });
        Self { harness, session, copied }
    }

    /// Pumps and paints until it holds.
    fn until(&mut self, what: &str, holds: impl Fn(&Session) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            self.session.borrow_mut().wait_and_pump(Duration::from_millis(20), Duration::from_millis(10), &mut |_| {});
            if holds(&self.session.borrow()) {
                break;
            }
            assert!(Instant::now() < deadline, "{what}");
        }
        self.harness.run_steps(3);
    }
}

#[test]
fn what_is_typed_goes_out_comes_back_and_can_be_inspected() {
    let mut bench = Bench::new();
    bench.until("connected", |session| session.endpoints().iter().all(|endpoint| endpoint.live.is_open()));
    // The pane has just come and its endpoint is selected: the field has the keyboard.
    bench.harness.event(egui::Event::Text("hello".to_owned()));
    bench.harness.run_steps(2);
    bench.harness.key_press(egui::Key::Enter);
    bench.harness.run_steps(2);
    bench.until("echoed", |session| session.trace().totals().received_bytes == 10);
    bench.harness.get_by_label("sent hello 5 B");
    bench.harness.get_by_label("received hello 5 B").click();
    bench.harness.run_steps(3);
    // The traffic table and the inspector show the same call.
    bench.harness.get_by_label_contains("client recv(1024) = 5 received");
    bench.harness.get_by_label("made of");
    bench.harness.get_by_label("Copy").click();
    bench.harness.run_steps(3);
    bench.harness.get_by_label("As Python bytes").click();
    bench.harness.run_steps(3);
    assert_eq!(*bench.copied.borrow(), ["b'hello'"]);
}

#[test]
fn a_half_close_shows_at_the_client() {
    let mut bench = Bench::new();
    bench.until("connected", |session| {
        session.endpoints().iter().all(|endpoint| !endpoint.live.observed.conns.is_empty())
    });
    bench.harness.get_by_label("Half-close").click();
    bench.harness.run_steps(2);
    bench.until("shut down", |session| session.trace().from(0).any(|call| call.op.name() == "shutdown"));
    bench.harness.get_by_label("this side has ended: shutdown(SHUT_WR)");
}

#[test]
fn the_display_can_be_held_while_the_recording_goes_on() {
    let mut bench = Bench::new();
    bench.until("connected", |session| {
        session.endpoints().iter().all(|endpoint| !endpoint.live.observed.conns.is_empty())
    });
    bench.harness.get_by_label("Pause traffic, ladder and plots (recording goes on)").click();
    bench.harness.run_steps(3);
    let calls = bench.session.borrow().trace().totals().calls;
    bench.harness.get_by_label("Message of client").focus();
    bench.harness.event(egui::Event::Text("hello".to_owned()));
    bench.harness.run_steps(2);
    bench.harness.key_press(egui::Key::Enter);
    bench.harness.run_steps(2);
    bench.until("echoed", |session| session.trace().totals().received_bytes == 10);
    let new = bench.session.borrow().trace().totals().calls - calls;
    assert_eq!(new, 4, "two sends and two recvs");
    assert!(bench.harness.query_by_label_contains("client recv(1024) = 5").is_none());
    bench.harness.get_by_label("paused · 4 new").click();
    bench.harness.run_steps(3);
    bench.harness.get_by_label_contains("client recv(1024) = 5");
    bench.harness.get_by_label("Clear the list").click();
    bench.harness.run_steps(3);
    assert!(bench.session.borrow().trace().is_empty());
}
