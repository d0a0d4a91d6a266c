//! The program beside its calls.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::driving::{Window, click, click_on_top, echo_pair, pick, press, talk, until_copied};

const SIZE: [f32; 2] = [1440.0, 1000.0];

fn code(harness: &mut Window) {
    press(harness, Modifiers::ALT, Key::Num6);
    harness.run_steps(2);
}

/// The lines of the program that are in sight.
fn lines(harness: &Window) -> Vec<String> {
    harness.query_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect()
}

/// The whole program.
#[track_caller]
fn program(harness: &mut Window) -> String {
    harness.get_by_role_and_label(Role::Button, "Copy the program").click();
    until_copied(harness)
}

#[track_caller]
fn choose(harness: &mut Window, list: &str, entry: &str) {
    harness.get_by_role_and_label(Role::ComboBox, list).click();
    harness.run_steps(3);
    click_on_top(harness, entry);
    harness.run_steps(2);
}

#[test]
fn the_program_of_an_endpoint_stands_in_the_code_view_and_can_be_copied() {
    let mut harness = echo_pair(SIZE);
    code(&mut harness);
    assert!(lines(&harness).iter().any(|line| line.contains("import socket")), "{:#?}", lines(&harness));
    let copied = program(&mut harness);
    assert!(copied.contains("socket.socket(") && copied.ends_with("pass\n"), "{copied}");
    click(&mut harness, "C");
    assert!(program(&mut harness).contains("int main(int argc, char **argv) {"));
    choose(&mut harness, "How it waits", "select");
    assert!(program(&mut harness).contains("poll("));
    // Rust's library has no select: it is as it suits again.
    click(&mut harness, "Rust");
    assert!(program(&mut harness).contains("fn main()"));
    click(&mut harness, "Java");
    assert!(program(&mut harness).contains("public static void main(String[] args)"));
}

#[test]
fn the_program_follows_what_is_changed_in_the_endpoint() {
    let mut harness = echo_pair(SIZE);
    code(&mut harness);
    choose(&mut harness, "Whose program", "client");
    assert!(program(&mut harness).contains("connect("));
    choose(&mut harness, "Whose program", "server");
    assert!(program(&mut harness).contains("listen("));
}

#[test]
fn a_connection_of_the_trace_becomes_a_program_that_repeats_it() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "send(5) = 5");
    code(&mut harness);
    choose(&mut harness, "What the program does", "Repeats its connection");
    let copied = program(&mut harness);
    assert!(copied.contains("SENT = b\"hello\"") && copied.contains("receive(sock, 5, RECEIVED)"), "{copied}");
}

#[test]
fn only_the_marked_calls_or_those_of_the_filter_are_repeated() {
    let mut harness = echo_pair(SIZE);
    for text in ["one", "two", "three"] {
        talk(&mut harness, text);
    }
    press(&mut harness, Modifiers::COMMAND, Key::F);
    super::driving::type_text(&mut harness, "endpoint == client and len == 5");
    harness.run_steps(4);
    pick(&mut harness, Modifiers::NONE, "send(5) = 5");
    code(&mut harness);
    choose(&mut harness, "What the program does", "Repeats what the filter shows");
    let copied = program(&mut harness);
    assert!(copied.contains("b\"three\"") && !copied.contains("b\"one\""), "{copied}");
    assert!(copied.contains("calls that were not chosen"), "{copied}");
    // A range of rows.
    press(&mut harness, Modifiers::ALT, Key::Num1);
    press(&mut harness, Modifiers::COMMAND, Key::F);
    super::driving::retype(&mut harness, "endpoint == client");
    harness.run_steps(4);
    pick(&mut harness, Modifiers::NONE, "send(3) = 3");
    press(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    code(&mut harness);
    choose(&mut harness, "What the program does", "Repeats the marked calls");
    let copied = program(&mut harness);
    assert!(copied.contains("b\"one\"") && !copied.contains("b\"three\"") && !copied.contains("b\"two\""), "{copied}");
}

#[test]
fn a_selected_call_marks_its_line_and_a_line_leads_to_each_of_its_calls_in_turn() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "a");
    talk(&mut harness, "bb");
    pick(&mut harness, Modifiers::NONE, "recv(1024) = 2");
    let selected = |harness: &Window| {
        let state = harness.state();
        let call = state.selection().call().and_then(|seq| state.session().trace().get(seq));
        call.map(|call| (call.op.name(), call.len)).unwrap()
    };
    code(&mut harness);
    let row = |harness: &Window| {
        let node = harness
            .query_all_by_role(Role::ListItem)
            .find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(".recv(")));
        node.expect("the line with the call is in sight").rect().center()
    };
    let click_at = |harness: &mut Window, at| {
        harness.drag_at(at);
        harness.run_steps(1);
        harness.drop_at(at);
        harness.run_steps(3);
    };
    let at = row(&harness);
    click_at(&mut harness, at);
    let first = selected(&harness);
    assert_eq!(first.0, "recv");
    click_at(&mut harness, at);
    let second = selected(&harness);
    assert_eq!(second.0, "recv");
    assert_ne!(first, second, "the next call of that line");
    // Its calls are marked where the pointer is on the line.
    harness.hover_at(at);
    harness.run_steps(3);
    let marked = super::driving::says(&harness, "made by the line that is pointed at");
    assert!(marked, "the conversation marks the message that came by the call");
}

/// What is missing on this machine is said.
#[cfg(target_os = "linux")]
fn runs_in_the_lab(language: &str, needs: &str, named: &str) {
    if std::process::Command::new(needs).arg("--version").output().is_err() {
        eprintln!("not tested: this machine has no {needs}");
        return;
    }
    let mut harness = echo_pair(SIZE);
    code(&mut harness);
    choose(&mut harness, "Whose program", "client");
    click(&mut harness, language);
    click(&mut harness, &format!("Run it in the lab ({language})"));
    // It is given the address that the server has now.
    super::driving::until(&mut harness, "the program has connected", |harness| {
        let session = harness.state().session();
        let [program] = session.programs() else { return false };
        let calls = session.trace().of_endpoint(program.id).into_iter().flat_map(|seqs| seqs.iter());
        let mut calls = calls.filter_map(|seq| session.trace().get(*seq));
        calls.any(|call| call.op.name() == "connect" && call.succeeded())
    });
    let spec = harness.state().session().programs()[0].spec.clone();
    assert_eq!(spec.name, named);
    // For its user the folder stays: a saved lab still finds the program.
    drop(harness);
    let file = std::path::Path::new(spec.run.iter().find(|argument| argument.ends_with(named)).unwrap());
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_is_run_in_the_lab_and_its_calls_join_the_trace() {
    runs_in_the_lab("Python", "python3", "client.py");
}

#[cfg(target_os = "linux")]
#[test]
fn a_java_program_is_run_in_the_lab_and_its_calls_join_the_trace() {
    runs_in_the_lab("Java", "javac", "client.java");
}

#[test]
fn a_line_for_the_shell_is_copied_from_the_composer() {
    let mut harness = echo_pair([2000.0, 1000.0]);
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    super::driving::type_text(&mut harness, "it's 100%");
    harness.get_by_role_and_label(Role::ComboBox, "Copy as").click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "Copy as nc").click();
    let copied = until_copied(&mut harness);
    let state = harness.state();
    let server = state.session().endpoint_named("server").unwrap().shown_address();
    let port = server.rsplit(':').next().unwrap();
    assert_eq!(copied, format!("printf 'it\\047s 100%%' | nc -N 127.0.0.1 {port}"));
}
