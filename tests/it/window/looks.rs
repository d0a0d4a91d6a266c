//! Languages, themes and small windows: everything stays in sight and in place.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect, Theme};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::examples;
use socket_lab::lang::Lang;
use socket_lab::session::Action;

use super::driving::{Window, click, conns, echo_pair, pick, press, received, say, says, until, window};

/// Every control that can be pressed is inside the window, as far as it is drawn at all.
#[track_caller]
fn nothing_is_cut_off(harness: &Window, when: &str) {
    let screen = harness.ctx.content_rect();
    for role in [Role::Button, Role::TextInput, Role::ComboBox, Role::CheckBox, Role::SpinButton] {
        for node in harness.query_all_by_role(role) {
            let rect: Rect = node.rect();
            let name = node.accesskit_node().label();
            assert!(screen.expand(0.5).contains_rect(rect), "{when}: {role:?} {name:?} at {rect:?} in {screen:?}");
            assert!(rect.width() >= 8.0 && rect.height() >= 8.0, "{when}: {role:?} {name:?} is only {rect:?}");
        }
    }
}

#[test]
fn the_smallest_window_cuts_nothing_off() {
    for lang in Lang::ALL {
        let mut harness = window(lang, [900.0, 600.0]);
        nothing_is_cut_off(&harness, "welcome");
        press(&mut harness, Modifiers::COMMAND, Key::N);
        nothing_is_cut_off(&harness, "form");
        press(&mut harness, Modifiers::NONE, Key::Escape);
        press(&mut harness, Modifiers::COMMAND, Key::K);
        // Its list scrolls.
        let field = harness.query_all_by_role(Role::TextInput).last().unwrap().rect();
        assert!(harness.ctx.content_rect().contains_rect(field), "palette");
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn the_smallest_window_has_room_for_a_busy_lab() {
    let mut harness = echo_pair([900.0, 600.0]);
    say(&mut harness, "client", "hello");
    until(&mut harness, "it came back", |harness| received(harness) == 10);
    harness.run_steps(3);
    nothing_is_cut_off(&harness, "a pair");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    nothing_is_cut_off(&harness, "the search");
    pick(&mut harness, Modifiers::NONE, "client recv(");
    press(&mut harness, Modifiers::COMMAND, Key::I);
    harness.run_steps(3);
    nothing_is_cut_off(&harness, "the inspector");
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(says(&harness, "Don't save"));
    nothing_is_cut_off(&harness, "the question");
}

#[test]
fn the_language_changes_with_everything_open() {
    let mut harness = echo_pair([1440.0, 900.0]);
    say(&mut harness, "client", "hello");
    until(&mut harness, "it came back", |harness| received(harness) == 10);
    pick(&mut harness, Modifiers::NONE, "client recv(");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    let selection = harness.state().selection().clone();
    click(&mut harness, "Switch to 简体中文");
    for (chinese, english) in
        [("新建端点", "New endpoint"), ("用过的过滤条件", "Filters used before"), ("清空列表", "Clear the list")]
    {
        assert!(says(&harness, chinese) && !says(&harness, english), "{english}");
    }
    assert_eq!(*harness.state().selection(), selection);
    assert_eq!(conns(&harness, "server"), 1, "the sockets have nothing to do with it");
    click(&mut harness, "切换到 English");
    assert!(says(&harness, "Clear the list"));
    assert!(says(&harness, "In words"));
}

#[test]
fn the_theme_changes_with_everything_open() {
    let mut harness = echo_pair([1440.0, 900.0]);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    click(&mut harness, "Cancel");
    let before = harness.state().session().trace().len();
    assert_eq!(harness.ctx.theme(), Theme::Dark);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert_eq!(harness.ctx.theme(), Theme::Light);
    assert!(!harness.ctx.global_style().visuals.dark_mode);
    click(&mut harness, "Light or dark");
    assert_eq!(harness.ctx.theme(), Theme::Dark);
    assert_eq!(harness.state().session().trace().len(), before);
}

#[test]
fn the_state_of_an_endpoint_is_read_whole_in_the_smallest_window_too() {
    // The narrowest where it is shown; the inspector says the state of what is selected, too.
    let width_of = |harness: &Window, word: &str| {
        let shown = harness.query_all_by_role_and_label(Role::Label, word).map(|node| node.rect().width());
        shown.fold(f32::INFINITY, f32::min)
    };
    for size in [[1440.0, 900.0], [1280.0, 720.0], [900.0, 600.0]] {
        let wide = echo_pair([2560.0, 1440.0]);
        let mut harness = echo_pair(size);
        assert_eq!(width_of(&harness, "listening"), width_of(&wide, "listening"), "{size:?}");
        // Three buttons stand beside it then.
        let server = super::driving::endpoint(&harness, "server").id;
        harness.state_mut().session_mut().act(Action::CloseConn { endpoint: server, conn: None, reset: false });
        let ended = "the peer has ended its side";
        until(&mut harness, "the client knows", |harness| says(harness, ended));
        harness.run_steps(3);
        // It is longer than any other: some of it, in place of the address.
        assert!(width_of(&harness, ended) > 60.0, "{size:?}");
    }
}

#[test]
fn a_small_dialog_is_no_higher_than_what_stands_in_it() {
    let (ctrl, shift) = (Modifiers::COMMAND, Modifiers::COMMAND | Modifiers::SHIFT);
    let empty = || window(Lang::En, [1440.0, 900.0]);
    let pair = || echo_pair([1440.0, 900.0]);
    for (mut harness, modifiers, key, title, last) in [
        (empty(), ctrl, Key::O, "Open a lab", "Open"),
        (pair(), shift, Key::N, "Save the changes to", "Save"),
        (pair(), shift, Key::E, "Export the calls", "Export…"),
    ] {
        press(&mut harness, modifiers, key);
        let mut top =
            harness.query_all_by_label_contains(title).filter(|node| node.accesskit_node().role() == Role::Label);
        let top = top.next_back().unwrap().rect().top();
        let bottom = harness.get_all_by_role_and_label(Role::Button, last).last().unwrap().rect().bottom();
        assert!(bottom - top < 340.0, "{title}: from {top} to {bottom}");
    }
}

#[test]
fn the_framing_is_in_the_menu_where_the_line_of_choices_has_no_room_for_it() {
    for (size, beside) in [([1440.0, 900.0], true), ([900.0, 600.0], false)] {
        let mut harness = window(Lang::ZhCn, size);
        let lab = examples::all().iter().find(|example| example.number == 15).unwrap().lab.clone();
        harness.state_mut().session_mut().load(lab, None);
        harness.run_steps(5);
        assert_eq!(harness.query_by_role_and_label(Role::Button, "按行").is_some(), beside, "{size:?}");
        if !beside {
            let menus = harness.get_all_by_role(Role::ComboBox).chain(harness.get_all_by_role(Role::Button));
            let named = |node: &egui_kittest::Node<'_>| {
                node.accesskit_node().label().is_some_and(|label| label.contains("行尾与重复发送"))
            };
            menus.into_iter().find(named).unwrap().click();
            harness.run_steps(3);
            assert!(says(&harness, "分帧：按行"));
        }
    }
}
