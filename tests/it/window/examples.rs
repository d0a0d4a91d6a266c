//! The labs that come with the program, their notes and their steps; and the addresses of this machine.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use socket_lab::lab::examples;
use socket_lab::lab::transfer::Shared;
use socket_lab::lang::Lang;

use super::driving::*;

const TITLE: &str = "Auto-reply, one client at a time";

fn open_example(harness: &mut Window, number: u8) {
    click_beginning(harness, &format!("Example {number}: "));
    harness.run_steps(4);
}

#[test]
fn an_example_of_the_welcome_card_opens_as_an_unsaved_lab_and_its_steps_pass() {
    let mut harness = window(Lang::En, [900.0, 600.0]);
    open_example(&mut harness, 2);
    let session = harness.state().session();
    assert_eq!((session.endpoints().len(), session.path(), session.is_edited()), (3, None, false));
    // In a low window the note is its title until it is unfolded.
    assert!(says(&harness, TITLE) && !says(&harness, "A server that answers by itself"));
    click(&mut harness, "Show all of the note");
    assert!(says(&harness, "A server that answers by itself"));
    click(&mut harness, "Fold the note to one line");
    assert!(!says(&harness, "A server that answers by itself"));
    assert!(says(&harness, "Steps: 13, not run yet"));
    click(&mut harness, "Run steps");
    until(&mut harness, "all steps pass", |harness| says(harness, "All 13 steps passed"));
    click(&mut harness, "Run again");
    until(&mut harness, "all steps pass again", |harness| says(harness, "All 13 steps passed"));
    // There is no file to save it in.
    press(&mut harness, Modifiers::COMMAND, Key::S);
    harness.run_steps(4);
    assert!(says(&harness, "Save the lab"));
}

#[test]
fn the_example_with_files_has_a_folder_of_its_own_and_never_overwrites() {
    let mut harness = window(Lang::En, [1200.0, 800.0]);
    open_example(&mut harness, 8);
    let session = harness.state().session();
    let Some((_, share)) = session.endpoints()[0].spec.service.share() else { panic!("no files are served") };
    let Shared::Root(root) = share.what.clone() else { panic!("{share:?}") };
    let folder = root.parent().unwrap().to_owned();
    assert_eq!((session.path(), session.is_edited()), (None, false));
    click(&mut harness, "Run steps");
    until(&mut harness, "all steps pass", |harness| says(harness, "steps passed"));
    for name in ["poem.txt", "dot.gif", "empty.txt"] {
        let saved = std::fs::read(folder.join("downloads").join(name)).unwrap();
        assert_eq!(saved, std::fs::read(root.join(name)).unwrap(), "{name}");
    }
    assert!(
        !folder.join("downloads/secret").exists() || std::fs::read(folder.join("downloads/secret")).unwrap().is_empty()
    );
    click(&mut harness, "Run again");
    until(&mut harness, "the first download stops", |harness| says(harness, "Step 1 of 9 failed"));
    assert!(says(&harness, "EEXIST"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn every_example_fits_the_welcome_card_and_is_in_the_menu_and_the_palette() {
    for lang in Lang::ALL {
        let mut harness = window(lang, [900.0, 600.0]);
        for example in examples::all() {
            let title = example.lab.title.text(lang);
            assert!(says(&harness, title), "{title}");
        }
        press(&mut harness, Modifiers::COMMAND, Key::K);
        type_text(&mut harness, "example connect_ex");
        press(&mut harness, Modifiers::NONE, Key::Enter);
        assert!(harness.state().session().endpoint_named("wrong number").is_some());
    }
    let mut harness = window(Lang::En, [1200.0, 800.0]);
    click(&mut harness, "Lab");
    harness.get_by_label("Examples").hover();
    harness.run_steps(6);
    click_on_top(&mut harness, "3. A chat over TCP");
    harness.run_steps(4);
    assert_eq!(harness.state().session().title().text(Lang::En), "A chat over TCP");
}

#[test]
fn unsaved_changes_are_asked_about_before_an_example_takes_their_place() {
    let mut harness = echo_pair([1200.0, 800.0]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "example 4:");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(says(&harness, "Save the changes to"));
    click(&mut harness, "Cancel");
    assert!(harness.state().session().endpoint_named("server").is_some());
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "example 4:");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    click(&mut harness, "Don't save");
    harness.run_steps(4);
    assert!(harness.state().session().endpoint_named("receiver").is_some());
}

#[test]
fn a_step_that_fails_is_told_with_what_was_found_instead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fails.lab.toml");
    let lab = "endpoints = [{ name = \"server\", kind = \"tcp-server\", service = { kind = \"echo\" } }, \
               { name = \"client\", kind = \"tcp-client\", remote = \"@server\" }]\n\
               steps = [{ send = { from = \"client\", text = \"hello\" } }, \
               { expect = { at = \"client\", text = \"HELLO\" } }, { wait = \"60s\" }]\n";
    std::fs::write(&path, lab).unwrap();
    let mut harness = window(Lang::En, [1200.0, 800.0]);
    drop_file(&mut harness, &path);
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the second step fails", |harness| says(harness, "Step 2 of 3 failed"));
    assert!(says(&harness, "client expects \"HELLO\""));
    assert!(says(&harness, "wrong from byte 1 on: expected \"HELLO\" (48 45 4c 4c 4f), got \"hello\""));
    // A run that goes on can be stopped.
    std::fs::write(&path, lab.replace("HELLO", "hello")).unwrap();
    drop_file(&mut harness, &path);
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the third step waits", |harness| says(harness, "Step 3 of 3") && says(harness, "wait 60 s"));
    click(&mut harness, "Stop");
    until(&mut harness, "the run has ended", |harness| says(harness, "Steps: 3, not run yet"));
}

#[test]
fn a_note_is_put_away_shown_again_and_written() {
    let mut harness = window(Lang::ZhCn, [1200.0, 800.0]);
    click_beginning(&mut harness, "示例 2：");
    harness.run_steps(4);
    assert!(says(&harness, "自动回复的服务器"));
    click(&mut harness, "收起说明");
    assert!(!says(&harness, "自动回复的服务器"));
    click(&mut harness, "实验");
    click_on_top(&mut harness, "说明");
    harness.run_steps(4);
    assert!(says(&harness, "自动回复的服务器"));
    click(&mut harness, "编辑说明");
    harness.run_steps(2);
    retype(&mut harness, "改过的说明");
    click(&mut harness, "完成");
    assert!(says(&harness, "改过的说明"));
    let note = harness.state().session().note();
    assert_eq!(note.text(Lang::ZhCn), "改过的说明");
    assert!(note.text(Lang::En).starts_with("A server that answers by itself"), "the other language stays");
    assert!(harness.state().session().is_edited());
}

#[test]
fn a_lab_without_steps_and_note_has_neither_bar_nor_card() {
    let harness = echo_pair([1200.0, 800.0]);
    assert!(!says(&harness, "not run yet") && !says(&harness, "Run steps"));
    assert!(harness.query_by_label("Hide the note").is_none());
}

#[test]
fn the_addresses_of_this_machine_are_listed_with_who_can_reach_them() {
    let mut harness = window(Lang::En, [900.0, 600.0]);
    click(&mut harness, "Addresses of this machine");
    harness.run_steps(4);
    for text in
        ["programs on this machine only", "192.168.1.255", "02:fc:00:00:00:01", "192.168.1.1", "way to the Internet"]
    {
        assert!(says(&harness, text), "{text}");
    }
    assert!(says(&harness, "machines of the same private network, not the Internet"));
    let copy = harness.get_all_by_role_and_label(Role::Button, "Copy 192.168.1.255").next().unwrap();
    copy.click();
    assert_eq!(until_copied(&mut harness), "192.168.1.255");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!says(&harness, "programs on this machine only"));
}
