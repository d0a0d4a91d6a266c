//! Forms and dialogs: what was typed is what counts, and nothing moves or turns red by itself.

use std::io::Read as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, LayerId, Modifiers, Popup};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{
    Window, click, click_on_top, echo_pair, endpoint, in_one_frame, key_event, menu, press, retype, says, select_all,
    text_event, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn key(key: Key) -> Event {
    key_event(Modifiers::NONE, key)
}

fn new_endpoint(harness: &mut Window, kind: &str) {
    press(harness, Modifiers::COMMAND, Key::N);
    click_on_top(harness, kind);
}

fn unfold(harness: &mut Window) {
    harness.get_by_role_and_label(Role::DisclosureTriangle, "Options").click();
    harness.run_steps(3);
}

fn names(harness: &Window) -> Vec<String> {
    harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect()
}

fn field(harness: &mut Window, name: &str) {
    harness.get_by_role_and_label(Role::TextInput, name).focus();
    harness.run_steps(2);
}

fn value(harness: &Window, name: &str) -> String {
    harness.get_by_role_and_label(Role::TextInput, name).accesskit_node().value().unwrap_or_default()
}

#[test]
fn whatever_frames_the_keys_fall_into_enter_takes_all_that_was_typed() {
    let mut harness = window(Lang::En, SIZE);
    let typed = ["p", "o", "r", "t"];
    // Each bit says whether a frame ends behind that key.
    for cuts in 0..1_u32 << typed.len() {
        let name = format!("{}{cuts}", typed.concat());
        new_endpoint(&mut harness, "TCP server");
        field(&mut harness, "Name");
        harness.input_mut().events.push(select_all());
        let keys =
            typed.iter().map(|letter| text_event(letter)).chain([text_event(&cuts.to_string()), key(Key::Enter)]);
        for (place, event) in keys.enumerate() {
            harness.input_mut().events.push(event);
            if cuts & (1 << place) != 0 {
                harness.step();
            }
        }
        harness.run_steps(8);
        assert_eq!(names(&harness).last(), Some(&name), "cuts {cuts:b}");
    }
}

#[test]
fn text_before_tab_stays_in_its_field_and_text_behind_it_goes_to_the_next() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    field(&mut harness, "Name");
    in_one_frame(&mut harness, vec![select_all(), text_event("quick"), key(Key::Tab), select_all(), text_event("::1")]);
    assert_eq!(value(&harness, "Name"), "quick");
    assert_eq!(value(&harness, "Address"), "::1");
}

#[test]
fn text_behind_enter_does_not_get_into_the_form_that_it_closed() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    field(&mut harness, "Name");
    in_one_frame(&mut harness, vec![select_all(), text_event("first"), key(Key::Enter), text_event("lost")]);
    assert_eq!(names(&harness), ["first"]);
}

#[test]
fn one_frame_with_text_and_enter_is_enough_for_every_field_that_acts() {
    let mut harness = echo_pair(SIZE);
    // Renamed in the list.
    menu(&mut harness, "client: ");
    click(&mut harness, "Rename");
    in_one_frame(&mut harness, vec![select_all(), text_event("student"), key(Key::Enter)]);
    assert_eq!(names(&harness), ["server", "student"]);
    // The palette.
    press(&mut harness, Modifiers::COMMAND, Key::K);
    in_one_frame(&mut harness, vec![text_event("close student"), key(Key::Enter)]);
    until(&mut harness, "the palette closed the client", |harness| endpoint(harness, "student").live.is_closed());
    // The filter, which goes on to a match.
    press(&mut harness, Modifiers::COMMAND, Key::F);
    in_one_frame(&mut harness, vec![text_event("op == listen"), key(Key::Enter)]);
    until(&mut harness, "the filter is applied", |harness| says(harness, "1 of "));
    // A folder to serve.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), "a").unwrap();
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    if says(&harness, "Serve files") {
        let path = folder.path().display().to_string();
        in_one_frame(&mut harness, vec![text_event(&path), key(Key::Enter)]);
        assert!(names(&harness).len() >= 3, "{:?}", names(&harness));
    }
}

/// The list that is open and the dialog that it belongs to, from back to front.
fn list_and_dialog(harness: &Window) -> (usize, usize) {
    let layers: Vec<LayerId> = harness.ctx.memory(|memory| memory.layer_ids().collect());
    let place = |wanted: &dyn Fn(&LayerId) -> bool| layers.iter().position(wanted).unwrap();
    let shown = harness.ctx.memory(|memory| memory.areas().visible_layer_ids());
    let dialog = harness.ctx.memory(|memory| memory.top_modal_layer()).unwrap();
    let list = place(&|layer| shown.contains(layer) && Popup::is_id_open(&harness.ctx, layer.id));
    (list, place(&|layer| *layer == dialog))
}

fn options(harness: &mut Window) {
    menu(harness, "server: ");
    click(harness, "Options…");
}

fn answers(harness: &mut Window) {
    harness.get_by_role_and_label(Role::ComboBox, "Answers").click();
    harness.run_steps(4);
}

#[test]
fn a_list_opens_above_its_dialog_also_when_the_dialog_is_opened_anew() {
    let mut harness = echo_pair(SIZE);
    for _ in 0..3 {
        options(&mut harness);
        answers(&mut harness);
        let (list, dialog) = list_and_dialog(&harness);
        assert!(list > dialog, "the list lies above");
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(!Popup::is_any_open(&harness.ctx), "the first Escape closes the list");
        assert!(harness.ctx.memory(|memory| memory.top_modal_layer()).is_some(), "and leaves the dialog");
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.ctx.memory(|memory| memory.top_modal_layer()).is_none());
    }
    // Whatever brings the dialog to the front brings its list along.
    options(&mut harness);
    answers(&mut harness);
    let dialog = harness.ctx.memory(|memory| memory.top_modal_layer()).unwrap();
    harness.ctx.move_to_top(dialog);
    harness.run_steps(2);
    let (list, dialog) = list_and_dialog(&harness);
    assert!(list > dialog);
}

#[test]
fn a_list_that_is_chosen_from_by_the_keyboard_closes() {
    let mut harness = echo_pair(SIZE);
    options(&mut harness);
    harness.get_by_role_and_label(Role::ComboBox, "Answers").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(Popup::is_any_open(&harness.ctx));
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(!Popup::is_any_open(&harness.ctx), "the list is closed");
    assert!(harness.ctx.memory(|memory| memory.top_modal_layer()).is_some(), "the dialog is not");
}

#[test]
fn the_kinds_stay_under_the_pointer_while_the_form_changes() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    let top =
        |harness: &Window| harness.query_all_by_role_and_label(Role::Button, "TCP server").last().unwrap().rect().top();
    let before = top(&harness);
    for kind in ["TCP client", "UDP socket", "Unix server", "TCP server"] {
        click_on_top(&mut harness, kind);
        assert_eq!(top(&harness), before, "{kind}");
    }
    unfold(&mut harness);
    harness.run_steps(20);
    assert_eq!(top(&harness), before, "with the options unfolded");
}

#[test]
fn a_form_forgets_that_the_last_one_was_unfolded() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    unfold(&mut harness);
    harness.run_steps(20);
    assert!(says(&harness, "TCP_NODELAY"));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    new_endpoint(&mut harness, "TCP server");
    harness.run_steps(20);
    assert!(!says(&harness, "TCP_NODELAY"));
}

#[test]
fn a_unix_server_is_offered_a_path_that_is_free() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "Unix server");
    let first = value(&harness, "Path");
    assert!(!first.is_empty() && !std::path::Path::new(&first).exists(), "{first}");
    click(&mut harness, "Create and open");
    until(&mut harness, "it listens there", |harness| {
        harness.state().session().endpoints().iter().all(|endpoint| endpoint.live.is_open())
    });
    new_endpoint(&mut harness, "Unix server");
    assert_ne!(value(&harness, "Path"), first, "the next one gets another");
}

#[test]
fn a_field_that_tab_comes_to_is_selected_and_so_is_the_first_one() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    // No click before it: the name is there to be typed over.
    in_one_frame(&mut harness, vec![text_event("fresh")]);
    assert_eq!(value(&harness, "Name"), "fresh");
    in_one_frame(&mut harness, vec![key(Key::Tab), text_event("localhost")]);
    assert_eq!(value(&harness, "Address"), "localhost");
    // And back.
    let back =
        Event::Key { key: Key::Tab, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::SHIFT };
    in_one_frame(&mut harness, vec![Event::ModifiersChanged(Modifiers::SHIFT), back]);
    in_one_frame(&mut harness, vec![Event::ModifiersChanged(Modifiers::NONE), text_event("again")]);
    assert_eq!(value(&harness, "Name"), "again");
}

#[test]
fn enter_goes_on_from_a_tick_box_and_from_no_field_at_all() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    field(&mut harness, "Name");
    retype(&mut harness, "ticked");
    harness.get_by_role_and_label(Role::CheckBox, "Reachable from the LAN").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(names(&harness), ["ticked"]);
    assert!(endpoint(&harness, "ticked").spec.local.as_ref().unwrap().is_of_this_machine(), "the box was not ticked");

    new_endpoint(&mut harness, "TCP server");
    field(&mut harness, "Name");
    retype(&mut harness, "bare");
    harness.ctx.memory_mut(|memory| memory.stop_text_input());
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(names(&harness), ["ticked", "bare"]);
}

#[test]
fn the_file_to_download_is_picked_from_the_labs_own_server() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lesson.txt"), "one").unwrap();
    let mut harness = window(Lang::En, SIZE);
    super::driving::drop_file(&mut harness, folder.path());
    click(&mut harness, "Serve");
    until(&mut harness, "the servers are open", |harness| {
        let endpoints = harness.state().session().endpoints();
        endpoints.len() == 2 && endpoints.iter().all(|endpoint| endpoint.live.is_open())
    });
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    assert!(says(&harness, "File: "), "the name is asked for first");
    click(&mut harness, "Files of this server");
    click_on_top(&mut harness, "lesson.txt");
    assert_eq!(value(&harness, "File"), "lesson.txt");
}

#[test]
fn what_needs_a_new_socket_offers_to_open_again_and_what_does_not_does_not() {
    let mut harness = echo_pair(SIZE);
    options(&mut harness);
    let again = |harness: &Window| harness.query_by_role_and_label(Role::Button, "Apply and open again").is_some();
    assert!(!again(&harness));
    field(&mut harness, "Quit words");
    retype(&mut harness, "bye");
    assert!(!again(&harness), "the service takes effect at once");
    field(&mut harness, "Address");
    retype(&mut harness, "127.0.0.2");
    assert!(again(&harness) && says(&harness, "At the next opening: address and port"));
    click(&mut harness, "Apply and open again");
    until(&mut harness, "it listens there", |harness| {
        let server = endpoint(harness, "server");
        server.live.is_open() && server.shown_address().starts_with("127.0.0.2:")
    });
}

#[test]
fn a_port_in_use_can_be_exchanged_for_any_free_one_by_a_click() {
    let mut harness = echo_pair(SIZE);
    let address = endpoint(&harness, "server").shown_address();
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    new_endpoint(&mut harness, "TCP server");
    field(&mut harness, "Port");
    retype(&mut harness, &port);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the advice is a button", |harness| {
        harness.query_by_role_and_label(Role::Button, "Use any free port").is_some()
    });
    click(&mut harness, "Use any free port");
    until(&mut harness, "all are open", super::driving::all_open);
    assert!(harness.state().session().notices().is_empty(), "the trouble is over");
}

#[test]
fn a_server_that_its_peer_waits_for_closes_from_then_on_by_a_click() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it listens", super::driving::all_open);
    let address = harness.state().session().endpoints()[0].shown_address();
    let mut peer = TcpStream::connect(address).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    until(&mut harness, "the advice is a button", |harness| {
        harness.query_by_role_and_label(Role::Button, "Close when the peer ends").is_some()
    });
    click(&mut harness, "Close when the peer ends");
    assert!(harness.state().session().notices().is_empty(), "it has been read");
    until(&mut harness, "the connection is closed", |harness| {
        harness.state().session().endpoints()[0].live.observed.conns.is_empty()
    });
    assert_eq!(peer.read(&mut [0]).unwrap(), 0);
    assert_eq!(harness.state().session().endpoints()[0].spec.stream.close_on_eof, Some(true));
}

#[test]
fn an_untouched_form_says_what_is_missing_once_and_as_no_fault() {
    let mut harness = window(Lang::En, SIZE);
    new_endpoint(&mut harness, "TCP server");
    answers(&mut harness);
    click_on_top(&mut harness, "files, by name");
    harness.run_steps(3);
    // With the field's name in the last line; alone, and red, beneath its field.
    let lines = |harness: &Window| {
        let labels = harness.query_all_by_label_contains("It needs a folder.");
        let labels = labels.filter(|node| node.accesskit_node().role() == Role::Label);
        let mut labels: Vec<_> = labels.filter_map(|node| node.accesskit_node().value()).collect();
        labels.sort();
        labels
    };
    assert_eq!(lines(&harness), ["What: It needs a folder."]);
    assert!(says(&harness, "Open at once"), "the choice beside it stays");
    // Enter is an attempt: what is missing is shown at its field.
    field(&mut harness, "Name");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(names(&harness).is_empty());
    assert_eq!(lines(&harness), ["It needs a folder.", "What: It needs a folder."]);
}

#[test]
fn a_client_whose_peer_has_ended_connects_again_by_a_click() {
    let mut harness = echo_pair(SIZE);
    let again = |harness: &Window| harness.query_by_role_and_label(Role::Button, "Connect again").is_some();
    assert!(!again(&harness));
    // The server's pane is the left one.
    let close = harness.query_all_by_role_and_label(Role::Button, "Close");
    close.min_by(|one, other| one.rect().left().total_cmp(&other.rect().left())).unwrap().click();
    until(&mut harness, "the server is closed", |harness| endpoint(harness, "server").live.is_closed());
    until(&mut harness, "the client can connect again", again);
    assert!(endpoint(&harness, "client").live.is_open(), "it was not closed by its peer's end");
    click(&mut harness, "Open");
    until(&mut harness, "the server is open", |harness| endpoint(harness, "server").live.is_open());
    click(&mut harness, "Connect again");
    until(&mut harness, "it is connected", |harness| super::driving::conns(harness, "server") == 1);
    assert!(!again(&harness));
}

#[test]
fn all_fields_of_a_form_end_at_one_edge() {
    let mut harness = echo_pair(SIZE);
    for kind in ["TCP server", "TCP client", "UDP socket", "Unix server", "Unix client", "Unix datagram"] {
        new_endpoint(&mut harness, kind);
        fields_end_at_one_edge(&harness, kind);
        unfold(&mut harness);
        fields_end_at_one_edge(&harness, kind);
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
}

#[track_caller]
fn fields_end_at_one_edge(harness: &Window, kind: &str) {
    let left = harness.get_by_role_and_label(Role::TextInput, "Name").rect().left();
    let is_pick = |node: &egui_kittest::Node<'_>| {
        node.accesskit_node().label().is_some_and(|label| label == "Choose an endpoint of this lab")
    };
    let mut fields: Vec<_> = harness
        .query_all_by(|node| matches!(node.role(), Role::TextInput | Role::ComboBox | Role::Button))
        .filter(|node| node.accesskit_node().role() != Role::Button || is_pick(node))
        .map(|node| (node.rect(), is_pick(&node)))
        .filter(|(rect, pick)| *pick || (rect.left() - left).abs() < 1.0)
        .collect();
    let picks: Vec<_> = fields.iter().filter(|(_, pick)| *pick).map(|(rect, _)| rect.center().y).collect();
    // Beside some fields there is a button, which ends the line.
    fields.retain(|(rect, pick)| *pick || !picks.iter().any(|y| rect.y_range().contains(*y)));
    assert!(fields.len() > 1, "{kind}: {fields:?}");
    let edge = fields[0].0.right();
    assert!(fields.iter().all(|(rect, _)| (rect.right() - edge).abs() < 0.6), "{kind}: {fields:?}");
}
