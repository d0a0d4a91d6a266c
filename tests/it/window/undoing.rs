//! Undo and redo: keys, menu, palette and the word about it.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{
    Window, all_open, click, click_on_top, conns, echo_pair, endpoint, menu, press, rows, says, talk, type_text, until,
    window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn names(harness: &Window) -> Vec<String> {
    harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect()
}

fn remove_client(harness: &mut Window) {
    menu(harness, "client: ");
    click(harness, "Remove from the lab");
    assert_eq!(names(harness), ["server"]);
}

fn message(harness: &Window, of: &str) -> String {
    let name = format!("Message of {of}");
    let field = harness.get_by_label(&name);
    field.accesskit_node().value().unwrap_or_default()
}

#[test]
fn a_removed_client_comes_back_by_the_button_of_the_toast_and_opens_again() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    remove_client(&mut harness);
    assert!(says(&harness, "Removed client"));
    click(&mut harness, "Undo");
    assert_eq!(names(&harness), ["server", "client"]);
    assert!(says(&harness, "Undone: remove client"));
    assert!(harness.query_by_label("Message of client").is_some(), "its pane is back");
    assert!(rows(&harness).iter().any(|row| row.contains("client recv(1024) = 5")), "its calls have its name");
    click(&mut harness, "Open client");
    until(&mut harness, "it is open again", |harness| all_open(harness) && conns(harness, "client") == 1);
}

#[test]
fn the_toast_goes_by_itself_and_not_while_the_pointer_is_on_it() {
    let mut harness = echo_pair(SIZE);
    remove_client(&mut harness);
    harness.get_by_label("Close this message").hover();
    harness.run_steps(4);
    for _ in 0..80 {
        harness.step();
    }
    assert!(says(&harness, "Removed client"), "held by the pointer for much longer than its time");
    harness.hover_at(eframe::egui::pos2(5.0, 5.0));
    // A frame of a test is a quarter of a second.
    for _ in 0..60 {
        harness.step();
    }
    assert!(!says(&harness, "Removed client"));
}

#[test]
fn the_toast_moves_nothing_and_is_closed_by_its_cross() {
    let mut harness = echo_pair(SIZE);
    let place = |harness: &Window| harness.get_by_label("Message of server").rect();
    let before = place(&harness);
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(says(&harness, "Cleared"));
    assert_eq!(place(&harness), before);
    click(&mut harness, "Close this message");
    assert!(!says(&harness, "Cleared"));
}

#[test]
fn a_text_field_undoes_its_own_text_first_and_then_the_lab() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(harness.state().session().trace().is_empty());
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    type_text(&mut harness, "abc");
    // The field takes a text that rests for a moment as one step.
    harness.run_steps(12);
    assert_eq!(message(&harness, "client"), "abc");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(message(&harness, "client"), "");
    assert!(harness.state().session().trace().is_empty(), "the lab is left alone");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(!harness.state().session().trace().is_empty(), "the field has nothing more to undo");
    press(&mut harness, CTRL_SHIFT, Key::Z);
    assert_eq!(message(&harness, "client"), "abc");
}

#[test]
fn ctrl_z_ctrl_shift_z_and_ctrl_y_undo_and_redo_outside_text_fields() {
    let mut harness = echo_pair(SIZE);
    remove_client(&mut harness);
    harness.get_by_role_and_label(Role::Button, "View").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(names(&harness), ["server", "client"]);
    harness.get_by_role_and_label(Role::Button, "View").focus();
    harness.run_steps(2);
    press(&mut harness, CTRL_SHIFT, Key::Z);
    assert_eq!(names(&harness), ["server"]);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    harness.get_by_role_and_label(Role::Button, "View").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Y);
    assert_eq!(names(&harness), ["server"]);
}

#[test]
fn the_edit_menu_names_what_is_undone() {
    let mut harness = echo_pair(SIZE);
    remove_client(&mut harness);
    click(&mut harness, "Edit");
    click_on_top(&mut harness, "Undo: remove client Ctrl+Z");
    assert_eq!(names(&harness), ["server", "client"]);
    click(&mut harness, "Edit");
    assert!(says(&harness, "Redo: remove client"));
    assert!(says(&harness, "Undo: add"));
}

#[test]
fn a_new_lab_has_an_empty_trace_and_the_old_one_comes_back_with_its_panes() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let calls = harness.state().session().trace().len();
    press(&mut harness, CTRL_SHIFT, Key::N);
    click(&mut harness, "Don't save");
    assert!(harness.state().session().trace().is_empty());
    assert_eq!(harness.state().session().trace().next_seq(), 1);
    click(&mut harness, "Undo");
    assert_eq!(names(&harness), ["server", "client"]);
    until(&mut harness, "its calls are back, its closes among them", |harness| {
        harness.state().session().trace().len() > calls
    });
    assert!(harness.query_by_label("Message of client").is_some());
    assert!(endpoint(&harness, "client").live.is_closed());
    assert!(harness.state().session().is_edited(), "as unsaved as it was");
}

#[test]
fn a_closed_pane_comes_back_where_it_was_with_what_was_typed_in_the_others() {
    let mut harness = echo_pair(SIZE);
    harness.get_by_label("Message of server").focus();
    harness.run_steps(2);
    type_text(&mut harness, "draft");
    let place = harness.get_by_label("Message of client").rect();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "hide pane client");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.query_by_label("Message of client").is_none());
    assert!(says(&harness, "Closed the pane of client"));
    click(&mut harness, "Undo");
    harness.run_steps(4);
    assert_eq!(harness.get_by_label("Message of client").rect(), place);
    assert_eq!(message(&harness, "server"), "draft");
    assert_eq!(names(&harness), ["server", "client"]);
}

#[test]
fn nothing_to_undo_is_said_by_a_grey_entry_and_ctrl_z_does_nothing() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(harness.query_by_label("Close this message").is_none());
    click(&mut harness, "Edit");
    let entry = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("Undo")));
    assert!(entry.expect("an entry").accesskit_node().is_disabled());
}

#[test]
fn a_paused_display_does_not_outlive_the_trace_that_it_showed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab-trace");
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let calls = harness.state().session().trace().len();
    let target = path.clone();
    harness.state_mut().session_mut().export(
        target,
        socket_lab::trace::export::Format::Trace,
        socket_lab::session::export_job::Scope::Everything,
    );
    until(&mut harness, "it is written", |_| path.exists());
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::P);
    super::driving::drop_file(&mut harness, &path);
    until(&mut harness, "it is shown", |harness| harness.state().session().trace().len() == calls);
    harness.run_steps(4);
    assert!(rows(&harness).iter().any(|row| row.contains("client recv(1024) = 5")), "{:#?}", rows(&harness));
}
