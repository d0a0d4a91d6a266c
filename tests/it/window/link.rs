//! The lossy link in the window.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use socket_lab::kinds::fault::FaultSpec;
use socket_lab::lab::Link;
use socket_lab::lang::Lang;
use socket_lab::session::Change;

use super::driving::{Window, all_open, click, click_beginning, conns, echo_pair, press, retype, says, until, window};

const SIZE: [f32; 2] = [1440.0, 1200.0];
const ON: &str = "Run this lab on a lossy link";

fn open_window(harness: &mut Window) {
    click(harness, "Lab");
    click(harness, "Faults of the lossy link…");
}

fn switch(harness: &mut Window, name: &str) {
    harness.get_by_role_and_label(Role::CheckBox, name).click();
    harness.run_steps(3);
}

fn faults(harness: &Window) -> Vec<FaultSpec> {
    harness.state().session().link().map(|link| link.faults.clone()).unwrap_or_default()
}

#[test]
fn the_faults_of_the_lossy_link_are_edited_in_its_window() {
    let mut harness = window(Lang::En, SIZE);
    open_window(&mut harness);
    assert!(says(&harness, "Switched on, it leads from the clients of this lab to its servers"));
    switch(&mut harness, ON);
    assert_eq!(harness.state().session().link(), Some(&Link::usual()));

    click_beginning(&mut harness, "When Lost datagrams acts");
    // Whose a frame is is not asked.
    assert!(harness.query_by_role_and_label(Role::TextInput, "client").is_none());
    harness.get_by_role_and_label(Role::TextInput, "only number").click();
    harness.run_steps(3);
    retype(&mut harness, "3, 5");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(faults(&harness)[0].nth, [3, 5]);
    harness.get_by_role_and_label(Role::SpinButton, "Seed").click();
    harness.run_steps(3);
    retype(&mut harness, "7");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().session().link().map(|link| link.seed), Some(7));
    click(&mut harness, "Remove Delay");
    assert_eq!(faults(&harness).len(), 1);

    let made = harness.state().session().link().cloned();
    switch(&mut harness, ON);
    assert_eq!(harness.state().session().link(), None);
    switch(&mut harness, ON);
    assert_eq!(harness.state().session().link(), made.as_ref(), "what was set is there again");
    click(&mut harness, "All off");
    assert!(faults(&harness).iter().all(|fault| !fault.on));
    assert_eq!(harness.state().session().undoable(), Some(&Change::LinkFaults));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(harness.state().session().link(), made.as_ref());
}

#[test]
fn another_fault_of_the_link_leaves_what_is_open_as_it_is() {
    let mut harness = echo_pair(SIZE);
    let opened = |harness: &Window| {
        let trace = harness.state().session().trace();
        trace.from(0).filter(|call| call.op.name() == "socket").count()
    };
    open_window(&mut harness);
    switch(&mut harness, ON);
    until(&mut harness, "both are open again, at the ends of the link or without one", |harness| {
        opened(harness) >= 4 && all_open(harness) && conns(harness, "client") == 1 && conns(harness, "server") == 1
    });
    let before = opened(&harness);
    let is_refused = harness.state().session().is_link_refused();
    assert_ne!(is_refused, harness.state().session().is_link_there());
    let notices = harness.state().session().notices().iter().len();
    switch(&mut harness, "Delay");
    switch(&mut harness, "Lost datagrams");
    assert!(faults(&harness).iter().all(|fault| !fault.on));
    harness.run_steps(8);
    assert_eq!(opened(&harness), before);
    assert!(all_open(&harness));
    assert_eq!(harness.state().session().is_link_refused(), is_refused);
    assert_eq!(harness.state().session().notices().iter().len(), notices, "it is not asked for again");
}
