//! Every kind of text field: Enter takes all that was typed, no shortcut leaves text behind, an address has room.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;
use socket_lab::ui::command::UiCommand;

use super::driving::{
    Window, click, click_on_top, echo_pair, endpoint, in_one_frame, key_event, menu, pick, press, received, retype,
    says, select_all, talk, text_event, type_text, until, window,
};

const SIZE: [f32; 2] = [1600.0, 1000.0];
/// The longest address with a port.
const LONGEST: &str = "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535";

fn enter() -> Event {
    key_event(Modifiers::NONE, Key::Enter)
}

/// The field of that name, on top of others that are called so.
#[track_caller]
fn edit(harness: &mut Window, name: &str) {
    let field = harness.query_all_by_label(name).rfind(|node| is_field(node.accesskit_node().role()));
    field.unwrap_or_else(|| panic!("no field {name:?}")).focus();
    harness.run_steps(2);
}

fn is_field(role: Role) -> bool {
    matches!(role, Role::TextInput | Role::MultilineTextInput)
}

/// What stands in the field of that name; `None` where there is none in sight.
fn value(harness: &Window, name: &str) -> Option<String> {
    let field = harness.query_all_by_label(name).rfind(|node| is_field(node.accesskit_node().role()))?;
    Some(field.accesskit_node().value().unwrap_or_default())
}

/// An open UDP socket, and a program beside it that has sent it a datagram.
fn room_with_a_guest() -> (Window, std::net::UdpSocket) {
    let mut harness = window(Lang::En, SIZE);
    click(&mut harness, "UDP socket");
    until(&mut harness, "the room is open", |harness| endpoint(harness, "udp").live.is_open());
    let guest = guest(&mut harness);
    (harness, guest)
}

fn guest(harness: &mut Window) -> std::net::UdpSocket {
    let room = endpoint(harness, "udp").live.local().and_then(socket_lab::lab::Addr::inet).unwrap();
    let guest = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    guest.set_nonblocking(true).unwrap();
    let before = received(harness);
    guest.send_to(b"knock", room).unwrap();
    until(harness, "the guest is heard", |harness| received(harness) == before + 5);
    harness.run_steps(3);
    guest
}

fn has_got(harness: &mut Window, guest: &std::net::UdpSocket, what: &[u8]) {
    until(harness, "it has got something", |_| guest.peek(&mut [0; 64]).is_ok());
    let mut buffer = [0; 64];
    let len = guest.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..len], what);
}

#[test]
fn a_path_typed_and_entered_in_one_frame_is_the_one_that_is_saved_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.lab.toml").display().to_string();
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    in_one_frame(&mut harness, vec![select_all(), text_event(&path), enter()]);
    assert!(std::path::Path::new(&path).exists(), "saved there");
    let other = folder.path().join("other.lab.toml");
    std::fs::copy(&path, &other).unwrap();
    press(&mut harness, Modifiers::COMMAND, Key::O);
    let first = folder.path().join("other").display().to_string();
    in_one_frame(&mut harness, vec![select_all(), text_event(&first), text_event(".lab.toml"), enter()]);
    assert_eq!(harness.state().session().path(), Some(other.as_path()), "the whole of what was typed is opened");
}

#[test]
fn a_peers_name_and_a_destination_typed_and_entered_in_one_frame_are_taken_whole() {
    let (mut harness, guest) = room_with_a_guest();
    let address = guest.local_addr().unwrap();
    click(&mut harness, &format!("Name the peer {address}"));
    in_one_frame(&mut harness, vec![text_event("alice"), enter()]);
    let names = |harness: &Window| -> Vec<String> {
        endpoint(harness, "udp").spec.datagram.peers.iter().map(|peer| peer.name.clone()).collect()
    };
    assert_eq!(names(&harness), ["alice"]);
    // The name is there to be typed over.
    click(&mut harness, &format!("Name the peer {address}"));
    in_one_frame(&mut harness, vec![text_event("bob"), enter()]);
    assert_eq!(names(&harness), ["bob"]);

    edit(&mut harness, "to:");
    in_one_frame(&mut harness, vec![select_all(), text_event("bob"), key_event(Modifiers::NONE, Key::Tab)]);
    assert_eq!(value(&harness, "to:").as_deref(), Some("bob"));
    edit(&mut harness, "Message of udp");
    in_one_frame(&mut harness, vec![text_event("come in"), enter()]);
    has_got(&mut harness, &guest, b"come in");
}

#[test]
fn a_group_typed_and_entered_in_one_frame_is_joined() {
    let (mut harness, _guest) = room_with_a_guest();
    click(&mut harness, "Multicast groups");
    edit(&mut harness, "Group to join");
    in_one_frame(&mut harness, vec![text_event("239.255.77.31%127.0.0.1"), enter()]);
    until(&mut harness, "it is a member", |harness| endpoint(harness, "udp").live.observed.groups.len() == 1);
    assert_eq!(endpoint(&harness, "udp").live.observed.groups[0].to_string(), "239.255.77.31%127.0.0.1");
}

#[test]
fn a_snippets_name_and_a_note_typed_in_one_frame_are_kept_whole() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hi");
    harness.query_all_by_role_and_label(Role::Button, "Snippets").last().unwrap().click();
    harness.run_steps(4);
    click_on_top(&mut harness, "Edit snippets…");
    edit(&mut harness, "Payload");
    in_one_frame(&mut harness, vec![text_event("ping")]);
    edit(&mut harness, "Name");
    in_one_frame(&mut harness, vec![select_all(), text_event("probe"), enter()]);
    let snippets = harness.state().session().snippets();
    assert_eq!(snippets.iter().map(|snippet| snippet.name.as_str()).collect::<Vec<_>>(), ["probe"]);

    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 2");
    let seq = harness.state().selection().call().unwrap();
    press(&mut harness, Modifiers::COMMAND, Key::M);
    edit(&mut harness, "Note on the call");
    // Enter breaks the line in a note; Tab leaves it.
    in_one_frame(
        &mut harness,
        vec![text_event("one"), enter(), text_event("two"), key_event(Modifiers::NONE, Key::Tab), text_event("three")],
    );
    assert_eq!(harness.state().session().bookmarks().note(seq), Some("one\ntwo"));
}

#[test]
fn a_field_that_a_rename_opens_is_there_to_be_typed_over() {
    let mut harness = echo_pair(SIZE);
    menu(&mut harness, "client: ");
    click(&mut harness, "Rename");
    in_one_frame(&mut harness, vec![text_event("student"), enter()]);
    assert!(says(&harness, "Message of student"));
    click(&mut harness, "More for student");
    click_on_top(&mut harness, "Rename");
    in_one_frame(&mut harness, vec![text_event("pupil"), enter()]);
    assert!(says(&harness, "Message of pupil"));
}

#[test]
fn a_datagram_goes_to_the_last_sender_unless_another_is_chosen() {
    let (mut harness, first) = room_with_a_guest();
    let second = guest(&mut harness);
    let reply = |harness: &mut Window, what: &str| {
        edit(harness, "Message of udp");
        in_one_frame(harness, vec![text_event(what), enter()]);
    };
    reply(&mut harness, "to the second");
    has_got(&mut harness, &second, b"to the second");
    click(&mut harness, &format!("Send to {}", first.local_addr().unwrap()));
    reply(&mut harness, "to the first");
    has_got(&mut harness, &first, b"to the first");
    // The chosen destination stays, whoever sends.
    let third = guest(&mut harness);
    reply(&mut harness, "still to the first");
    has_got(&mut harness, &first, b"still to the first");
    edit(&mut harness, "to:");
    in_one_frame(&mut harness, vec![select_all(), key_event(Modifiers::NONE, Key::Delete)]);
    reply(&mut harness, "to the third");
    has_got(&mut harness, &third, b"to the third");
}

/// Whether all of the text that has the keyboard is in sight.
#[track_caller]
fn fits(harness: &Window, what: &str) {
    let id = harness.ctx.memory(|memory| memory.focused()).unwrap();
    let field = harness.ctx.viewport(|viewport| *viewport.prev_pass.widgets.get(id).unwrap());
    let style = harness.ctx.global_style();
    let font = eframe::egui::TextStyle::Monospace.resolve(&style);
    let digit = harness.ctx.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let needed = digit * LONGEST.len() as f32;
    assert!(field.interact_rect.width() >= needed, "{what}: {} of {needed}", field.interact_rect.width());
}

#[test]
fn every_field_of_an_address_has_room_for_the_longest_one() {
    let (mut harness, _guest) = room_with_a_guest();
    edit(&mut harness, "to:");
    in_one_frame(&mut harness, vec![select_all(), text_event(LONGEST)]);
    fits(&harness, "where a datagram goes");
    click(&mut harness, "Multicast groups");
    edit(&mut harness, "Group to join");
    fits(&harness, "a group");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    click_on_top(&mut harness, "TCP client");
    edit(&mut harness, "Server");
    in_one_frame(&mut harness, vec![select_all(), text_event(LONGEST)]);
    fits(&harness, "a form");
    assert_eq!(value(&harness, "Server").as_deref(), Some(LONGEST));
}

/// A shortcut as egui-winit reports it: the text comes right behind its key, unless Ctrl or Cmd is held.
fn keystroke(command: &UiCommand) -> Vec<Event> {
    let Some(shortcut) = command.shortcut() else { return Vec::new() };
    let mut events = vec![key_event(shortcut.modifiers, shortcut.logical_key)];
    let letter = shortcut.logical_key.symbol_or_name();
    if letter.chars().count() == 1 && !shortcut.modifiers.ctrl && !shortcut.modifiers.command {
        events.push(text_event(letter));
    }
    events
}

/// Those that are no field's own: undoing is.
fn commands() -> impl Iterator<Item = &'static UiCommand> {
    UiCommand::all().iter().filter(|command| !matches!(command, UiCommand::Undo | UiCommand::Redo))
}

/// Types a letter, then all shortcuts that have a letter, and sees that only the first one stands there.
#[track_caller]
fn leaves_nothing(harness: &mut Window, name: &str, shortcuts: Vec<Event>) {
    edit(harness, name);
    retype(harness, "q");
    press(harness, Modifiers::NONE, Key::End);
    assert_eq!(value(harness, name).as_deref(), Some("q"), "{name}");
    // A shortcut has a frame of its own.
    let frames = shortcuts.len() + 8;
    harness.input_mut().events.extend(shortcuts);
    harness.run_steps(frames);
    // A view that came to the front may lie over the field.
    press(harness, Modifiers::ALT, Key::Num1);
    if let Some(now) = value(harness, name) {
        assert_eq!(now, "q", "{name}");
    }
}

#[test]
fn no_shortcut_leaves_text_behind_in_any_kind_of_field() {
    let letters: Vec<Event> = commands().map(keystroke).filter(|events| events.len() > 1).flatten().collect();
    assert!(letters.len() >= 10, "Alt with 1 to 5");
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hi");
    leaves_nothing(&mut harness, "Message of client", letters.clone());
    leaves_nothing(&mut harness, "Filter", letters.clone());
    edit(&mut harness, "Filter");
    in_one_frame(&mut harness, vec![select_all(), key_event(Modifiers::NONE, Key::Delete)]);
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 2");
    press(&mut harness, Modifiers::COMMAND, Key::M);
    leaves_nothing(&mut harness, "Note on the call", letters.clone());
    click(&mut harness, "More for client");
    click_on_top(&mut harness, "Find in the conversation…");
    leaves_nothing(&mut harness, "Find in the conversation", letters.clone());
    for from_list in [true, false] {
        if from_list {
            menu(&mut harness, "client: ");
        } else {
            click(&mut harness, "More for client");
        }
        click_on_top(&mut harness, "Rename");
        leaves_nothing(&mut harness, "New name", letters.clone());
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
    // A window that must be answered first keeps all shortcuts away.
    press(&mut harness, Modifiers::COMMAND, Key::N);
    leaves_nothing(&mut harness, "Name", commands().flat_map(keystroke).collect());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    let palette = harness.ctx.memory(|memory| memory.focused());
    let name = harness.query_all_by_role(Role::TextInput).find(|node| node.is_focused());
    let name = name.and_then(|node| node.accesskit_node().label()).expect("the palette's field has the keyboard");
    leaves_nothing(&mut harness, &name, letters.clone());
    assert_eq!(harness.ctx.memory(|memory| memory.focused()), palette);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    leaves_nothing(&mut harness, "File", letters.clone());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    leaves_nothing(&mut harness, "Path of the lab file", letters.clone());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.query_all_by_role_and_label(Role::Button, "Snippets").last().unwrap().click();
    harness.run_steps(4);
    click_on_top(&mut harness, "Edit snippets…");
    leaves_nothing(&mut harness, "Name", letters);
}

#[test]
fn every_command_leaves_the_message_as_it_is() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, "Message of client");
    type_text(&mut harness, "draft");
    // New labs are no longer this one; those that quit end the test.
    let others =
        commands().filter(|command| !matches!(command, UiCommand::Quit | UiCommand::NewLab | UiCommand::OpenLab));
    for command in others.filter(|command| command.shortcut().is_some()) {
        if value(&harness, "Message of client").is_some() {
            edit(&mut harness, "Message of client");
        }
        harness.input_mut().events.extend(keystroke(command));
        harness.run_steps(3);
        press(&mut harness, Modifiers::NONE, Key::Escape);
        if let Some(now) = value(&harness, "Message of client") {
            assert_eq!(now, "draft", "{command:?}");
        }
    }
    assert_eq!(received(&harness), 0, "nothing was sent");
}
