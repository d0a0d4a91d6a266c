//! The devices among the examples: messages whose fields have names, rules that are counted.

use std::path::Path;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use socket_lab::lang::Lang;

use super::driving::*;

const SIZE: [f32; 2] = [1600.0, 1000.0];

/// A device of `assets/labs/devices`, after its steps.
fn device(file: &str) -> Window {
    device_at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/devices").join(file))
}

fn device_at(path: &Path) -> Window {
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, path);
    harness.run_steps(4);
    click(&mut harness, "Run steps");
    until(&mut harness, "all steps pass", |harness| says(harness, "steps passed"));
    harness.run_steps(4);
    harness
}

fn filter(harness: &mut Window, text: &str) {
    press(harness, Modifiers::COMMAND, Key::F);
    type_text(harness, text);
    harness.run_steps(4);
}

fn follow_link(harness: &mut Window, name: &str) {
    harness.query_all_by_role_and_label(Role::Link, name).last().unwrap_or_else(|| panic!("no link {name:?}")).click();
    harness.run_steps(4);
}

#[test]
fn calls_are_filtered_by_the_fields_of_their_messages() {
    let mut harness = device("101-modbus.lab.toml");
    filter(&mut harness, "frame.function == 6 and endpoint == device");
    let found = rows(&harness);
    // The request came together with another, and its answer is a call of its own.
    assert!(found.len() >= 2 && found.iter().all(|row| row.contains("device #1")), "{found:#?}");
    filter(&mut harness, "frame.id == 3 and frame.function == 0x83");
    let found = rows(&harness);
    assert!(
        !found.is_empty() && found.iter().all(|row| row.contains("send(9)") || row.contains("recv(")),
        "{found:#?}"
    );
    filter(&mut harness, "frame.id == 77");
    assert_eq!(rows(&harness), [] as [String; 0]);
    filter(&mut harness, "frame.fu");
    assert!(says(&harness, "frame.function"), "it is offered");
}

#[test]
fn the_inspector_says_how_often_a_rule_has_been_met_also_of_one_without_a_name() {
    let mut harness = device("101-modbus.lab.toml");
    pick(&mut harness, Modifiers::NONE, "rule: write a register");
    follow_link(&mut harness, "write a register");
    until(&mut harness, "it is counted", |harness| says(harness, "met") && says(harness, "1 time"));

    let lab = "endpoints = [\n\
               { name = \"server\", kind = \"tcp-server\", service = { kind = \"rules\", rules = [\n\
               { when = { any = true }, reply = \"yes\" }] } },\n\
               { name = \"client\", kind = \"tcp-client\", remote = \"@server\" }]\n\
               steps = [{ send = { from = \"client\", text = \"a\" } }, { expect = { at = \"client\", text = \"yes\" } }]\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unnamed.lab.toml");
    std::fs::write(&path, lab).unwrap();
    let mut harness = device_at(&path);
    pick(&mut harness, Modifiers::NONE, "rule: #1");
    follow_link(&mut harness, "#1");
    assert!(says(&harness, "RULE #1") && !says(&harness, "no such rule any more"));
    until(&mut harness, "it is counted", |harness| says(harness, "1 time"));
}

#[test]
fn an_answer_from_an_address_that_was_not_asked_is_marked_in_the_rows_and_explained() {
    let mut harness = device("109-tftp.lab.toml");
    let marked: Vec<_> = rows(&harness).into_iter().filter(|row| row.contains("was not asked")).collect();
    assert_eq!(marked.len(), 1, "{:#?}", rows(&harness));
    assert!(marked[0].contains("client recvfrom("), "{marked:?}");
    assert!(says(&harness, "was not asked · "), "in the conversation too");
    pick(&mut harness, Modifiers::NONE, "was not asked");
    assert!(says(&harness, "A server may answer from another port, as TFTP does"));
}
