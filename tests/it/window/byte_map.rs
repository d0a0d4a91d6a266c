//! The byte map: which sends became which recvs, as blocks that can be pointed at, clicked and walked along.

use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, MouseWheelUnit, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{Window, click, click_beginning, press, say, says, type_text, until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// Three sends wait in the kernel for a server that serves another client, and arrive as one recv; then one send is cut
/// into pieces by `recv(16)`.
const STICKY: &str = r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
serving = "one-at-a-time"
recv_size = 16
[[endpoints]]
name = "first"
kind = "tcp-client"
remote = "@server"
[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
[[steps]]
open = "server"
[[steps]]
open = "first"
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "one," }
[[steps]]
send = { from = "client", text = "two," }
[[steps]]
send = { from = "client", text = "three" }
[[steps]]
close = "first"
[[steps]]
expect = { at = "server", conn = 2, text = "one,two,three" }
[[steps]]
send = { from = "client", text = "abcdefghijklmnopqrstuvwxyz0123456789" }
[[steps]]
expect = { at = "server", conn = 2, bytes = 36 }
"#;

fn opened(lang: Lang, size: [f32; 2], lab: &str) -> Window {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bytes.lab.toml");
    std::fs::write(&file, lab).unwrap();
    let mut harness = window(lang, size);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    type_text(&mut harness, &file.display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::ALT, Key::Num3);
    harness
}

fn ran(lang: Lang, size: [f32; 2], lab: &str) -> Window {
    let mut harness = opened(lang, size, lab);
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the steps have passed", |harness| {
        harness.state().session().run_state().is_some_and(|state| state.finished)
    });
    harness.run_steps(4);
    harness
}

/// The names of the blocks of calls of that kind, from left to right.
fn blocks(harness: &Window, op: &str) -> Vec<String> {
    let begins = format!("{op} #");
    let mut found: Vec<_> = harness
        .query_all_by_role(Role::Button)
        .filter_map(|node| node.accesskit_node().label().map(|name| (node.rect().left(), name)))
        .filter(|(_, name)| name.starts_with(&begins))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name).collect()
}

fn seq_of(name: &str) -> u64 {
    name.split('#').nth(1).and_then(|rest| rest.split(' ').next()).and_then(|seq| seq.parse().ok()).unwrap()
}

#[test]
fn sends_that_arrived_together_and_one_that_was_cut_are_blocks_with_a_sentence() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    let sends = blocks(&harness, "send");
    assert_eq!(sends.len(), 4, "{sends:?}");
    assert!(sends[0].ends_with("4 B · one,") && sends[2].ends_with("5 B · three"), "{sends:?}");
    let recvs = blocks(&harness, "recv");
    assert!(recvs[0].ends_with("13 B · one,two,three"), "{recvs:?}");
    assert_eq!(recvs.len(), 4, "36 bytes are three times recv(16): {recvs:?}");
    // Nothing is selected: the newest thing worth saying is said.
    assert!(says(&harness, "1 send was cut into 3 recvs") && says(&harness, "recv(16) takes at most 16 bytes"));
    harness.get_by_role_and_label(Role::Button, &sends[1]).click();
    harness.run_steps(3);
    assert_eq!(harness.state().selection().call(), Some(seq_of(&sends[1])));
    assert!(says(&harness, "3 sends arrived as 1 recv"));
}

#[test]
fn the_keyboard_walks_along_a_lane_and_across() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    let (sends, recvs) = (blocks(&harness, "send"), blocks(&harness, "recv"));
    harness.get_by_role_and_label(Role::Button, &sends[0]).click();
    harness.run_steps(3);
    for (key, block) in [
        (Key::ArrowRight, &sends[1]),
        (Key::ArrowRight, &sends[2]),
        (Key::ArrowDown, &recvs[0]),
        (Key::ArrowRight, &recvs[1]),
        (Key::ArrowUp, &sends[3]),
        (Key::ArrowLeft, &sends[2]),
    ] {
        press(&mut harness, Modifiers::NONE, key);
        assert_eq!(harness.state().selection().call(), Some(seq_of(block)), "{key:?} {block}");
    }
}

#[test]
fn zooming_in_leaves_calls_out_of_sight_and_fit_brings_them_back() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    assert_eq!(blocks(&harness, "send").len(), 4);
    let list = harness.get_by_role_and_label(Role::List, "Byte map: client to server #2").rect();
    harness.hover_at(list.left_center() + vec2(40.0, 0.0));
    harness.run_steps(1);
    let wheel = |harness: &mut Window, by: f32, modifiers: Modifiers| {
        harness.event(Event::ModifiersChanged(modifiers));
        harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            source: eframe::egui::MouseWheelSource::Wheel,
            delta: vec2(0.0, by),
            phase: eframe::egui::TouchPhase::Move,
            modifiers,
        });
        harness.run_steps(30);
        harness.event(Event::ModifiersChanged(Modifiers::NONE));
        harness.run_steps(2);
    };
    wheel(&mut harness, 300.0, Modifiers::COMMAND);
    let near = blocks(&harness, "send");
    assert!(near.len() < 4 && near[0].ends_with("one,"), "{near:?}");
    // The plain wheel goes along the stream.
    wheel(&mut harness, -5_000.0, Modifiers::NONE);
    let end = blocks(&harness, "send");
    assert!(!end.iter().any(|name| name.ends_with("one,")), "{end:?}");
    click(&mut harness, "Show everything (0)");
    assert_eq!(blocks(&harness, "send").len(), 4);
}

#[test]
fn a_call_that_is_selected_in_the_table_is_brought_into_sight() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    for _ in 0..6 {
        click(&mut harness, "Zoom in (+)");
    }
    click(&mut harness, "Show the newest calls (End)");
    for _ in 0..6 {
        click(&mut harness, "Zoom in (+)");
    }
    assert!(!blocks(&harness, "send").iter().any(|name| name.ends_with("one,")));
    // In the conversation of the client.
    click_beginning(&mut harness, "client");
    harness.get_all_by_label_contains("sent one,").next().unwrap().click();
    harness.run_steps(4);
    let shown = blocks(&harness, "send");
    assert!(shown.iter().any(|name| name.ends_with("one,")), "{shown:?}");
}

#[test]
fn with_one_end_outside_the_view_says_so() {
    let lab = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nlocal = \"127.0.0.1:0\"\nrecv_size = 4\n\
               [[steps]]\nopen = \"server\"\n";
    let mut harness = ran(Lang::En, SIZE, lab);
    assert!(says(&harness, "Which send() became which recv()"), "an empty view says what will be seen");
    let address = harness.state().session().endpoints()[0].live.local().and_then(|local| local.inet()).unwrap();
    let mut peer = TcpStream::connect(address).unwrap();
    peer.write_all(b"hello").unwrap();
    until(&mut harness, "both recvs are there", |harness| blocks(harness, "recv").len() == 2);
    assert!(blocks(&harness, "send").is_empty());
    assert!(says(&harness, "2 recvs."));
    harness.get_by_role_and_label(Role::List, &format!("Byte map: {} to server #1", peer.local_addr().unwrap()));
}

#[test]
fn a_lost_datagram_is_a_gap_and_a_truncated_one_has_a_cut_mark() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lab = r#"
[[endpoints]]
name = "room"
kind = "udp"
local = "127.0.0.1:PORT"
recv_size = 12
[[endpoints]]
name = "sensor"
kind = "udp"
local = "127.0.0.1:0"
[[steps]]
open = "room"
[[steps]]
open = "sensor"
[[steps]]
send = { from = "sensor", text = "far too long for it", to = "127.0.0.1:PORT" }
[[steps]]
expect = { at = "room", text = "far too long" }
[[steps]]
close = "room"
[[steps]]
send = { from = "sensor", text = "nobody hears", to = "127.0.0.1:PORT" }
[[steps]]
open = "room"
[[steps]]
send = { from = "sensor", text = "again", to = "127.0.0.1:PORT" }
[[steps]]
expect = { at = "room", text = "again" }
"#;
    let mut harness = ran(Lang::En, SIZE, &lab.replace("PORT", &port.to_string()));
    let sends = blocks(&harness, "sendto");
    assert_eq!((sends.len(), blocks(&harness, "recvfrom").len()), (3, 2), "{sends:?}");
    assert!(says(&harness, "7 B of datagram #"), "the cut mark");
    assert!(says(&harness, "lost (inferred)"), "the gap");
    assert!(says(&harness, "3 sent, 2 received, 1 lost, 1 cut off."));
    harness.get_by_role_and_label(Role::Button, &sends[1]).click();
    harness.run_steps(3);
    assert!(says(&harness, "did not arrive, but a later one did (inferred)"));
}

#[test]
fn the_other_direction_and_both_can_be_shown() {
    let mut harness = ran(Lang::En, [1440.0, 1300.0], STICKY);
    click(&mut harness, "server #2 → client");
    assert!(says(&harness, "No bytes went this way yet."));
    click(&mut harness, "Both");
    harness.get_by_role_and_label(Role::List, "Byte map: client to server #2");
    harness.get_by_role_and_label(Role::List, "Byte map: server #2 to client");
    assert_eq!(blocks(&harness, "send").len(), 4);
}

#[test]
fn a_list_that_is_cleared_empties_the_map_and_it_goes_on() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(blocks(&harness, "send").is_empty());
    let lab = harness.state().session().trace().len();
    assert_eq!(lab, 0);
    click_beginning(&mut harness, "client");
    say(&mut harness, "client", "later");
    until(&mut harness, "it arrived", |harness| harness.state().session().trace().len() >= 2);
    harness.run_steps(4);
    assert!(blocks(&harness, "send").iter().any(|name| name.ends_with("later")), "{:?}", blocks(&harness, "send"));
}

#[test]
fn in_chinese_and_a_small_window_it_is_all_there() {
    let harness = ran(Lang::ZhCn, [900.0, 600.0], STICKY);
    assert!(says(&harness, "拆包") || says(&harness, "粘包"));
    assert_eq!(blocks(&harness, "send").len(), 4);
    let screen = harness.ctx.content_rect();
    for name in ["放大（+）", "缩小（−）", "显示全部（0）", "显示最新的调用（End）"] {
        assert!(screen.contains_rect(harness.get_by_role_and_label(Role::Button, name).rect()), "{name}");
    }
}

#[test]
fn how_much_is_kept_is_chosen_in_the_status_bar() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    click(&mut harness, "0 calls evicted");
    click_beginning(&mut harness, "4 GiB");
    assert_eq!(harness.state().session().trace().limit(), 4 << 30);
}

#[test]
fn calls_that_match_the_filter_and_bookmarked_ones_are_marked() {
    let mut harness = ran(Lang::En, SIZE, STICKY);
    let sends = blocks(&harness, "send");
    harness.get_by_role_and_label(Role::Button, &sends[1]).click();
    harness.run_steps(3);
    press(&mut harness, Modifiers::COMMAND, Key::M);
    press(&mut harness, Modifiers::COMMAND, Key::F);
    type_text(&mut harness, "op == recv and data contains three");
    press(&mut harness, Modifiers::ALT, Key::Num3);
    let (sends, recvs) = (blocks(&harness, "send"), blocks(&harness, "recv"));
    assert!(sends[1].ends_with("two, · bookmarked"), "{sends:#?}");
    assert!(recvs[0].contains("one,two,three · matches the filter"), "{recvs:#?}");
    let others = sends.iter().chain(&recvs).filter(|name| name.contains("bookmarked") || name.contains("matches"));
    assert_eq!(others.count(), 2, "{sends:#?} {recvs:#?}");
}

#[test]
fn where_messages_end_is_said_under_a_framing() {
    let harness = ran(
        Lang::En,
        SIZE,
        &STICKY.replace("recv_size = 16", "recv_size = 16\nframing = { kind = \"fixed\", length = 10 }"),
    );
    assert!(says(&harness, "Dashed: where messages end (4)."));
    let harness = ran(Lang::En, SIZE, STICKY);
    assert!(!says(&harness, "Dashed"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_waits_in_the_kernel_is_said_where_the_other_end_is_outside() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.bin");
    std::fs::write(&file, vec![b'x'; 16 * 1024 * 1024]).unwrap();
    let (address, file) = (listener.local_addr().unwrap(), file.display());
    let lab = format!(
        "endpoints = [{{ name = \"client\", kind = \"tcp-client\", remote = \"{address}\" }}]\n\
         steps = [{{ send = {{ from = \"client\", file = \"{file}\" }} }}]\n"
    );
    let mut harness = opened(Lang::En, SIZE, &lab);
    press(&mut harness, Modifiers::NONE, Key::F5);
    // Nobody receives: the kernel's buffers fill.
    until(&mut harness, "the kernel is asked", |harness| says(harness, "B in the sender's queue"));
}

#[test]
fn the_empty_map_offers_the_example_about_sticky_messages_which_runs_well() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    press(&mut harness, Modifiers::ALT, Key::Num3);
    if !says(&harness, "Open the example: ") {
        // A lab without endpoints shows the welcome card: with one, the panes.
        harness = opened(Lang::En, SIZE, "endpoints = [{ name = \"server\", kind = \"tcp-server\" }]");
    }
    click(&mut harness, "Open the example: Sticky and split messages");
    harness.run_steps(4);
    press(&mut harness, Modifiers::ALT, Key::Num3);
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the steps have passed", |harness| {
        harness.state().session().run_state().is_some_and(|state| state.finished)
    });
    harness.run_steps(4);
    let recvs = blocks(&harness, "recv");
    assert_eq!(recvs.len(), 5, "{recvs:#?}");
    assert!(says(&harness, "1 send was cut into 4 recvs"));
}
