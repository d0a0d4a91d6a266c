//! Every size, zoom and language: nothing lies over anything else, and nothing is cut.

use std::collections::HashMap;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, LayerId, Modifiers, Rect, Vec2, WidgetRect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::transfer::{FileShare, Shared};
use socket_lab::lab::{EndpointKind, EndpointSpec, Local, Reply, ServiceSpec};
use socket_lab::lab::{examples, file};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::trace::ConnId;
use socket_lab::values::How;

use super::driving::{Window, all_open, click, click_on_top, echo_pair, endpoint, pick, press, talk, until, window};

/// Windows in points without zoom, from the smallest to a projector's and a large screen.
const SIZES: [[f32; 2]; 5] = [[900.0, 600.0], [1280.0, 720.0], [1440.0, 900.0], [1920.0, 1080.0], [3840.0, 2160.0]];
const ZOOMS: [f32; 4] = [1.0, 1.5, 2.0, 2.5];
/// The same for what is rarer: the smallest, a small screen, a projector and a large screen, as they are used.
const USUAL: [([f32; 2], f32); 5] = [
    ([900.0, 600.0], 1.0),
    ([900.0, 600.0], 2.5),
    ([1280.0, 720.0], 1.5),
    ([1440.0, 900.0], 2.0),
    ([3840.0, 2160.0], 2.0),
];
/// By so much, in points, two rectangles may meet: lines are drawn on the edge.
const TOUCH: f32 = 1.5;
/// What is a control at all.
const SMALLEST: f32 = 3.0;
/// No button that stands in a row is wider.
const SMALL: f32 = 26.0;

/// Groups that leave no machine, on a socket bound where it would not hear them, which is told.
const ROOM_WITH_GROUPS: &str = r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"

[[endpoints]]
name = "room"
kind = "udp"
local = "127.0.0.1:0"
groups = [{ addr = "239.1.2.3", interface = "lo" }, { addr = "239.1.2.4", interface = "lo" }]
multicast_ttl = 0
multicast_interface = "lo"
"#;

/// Something that can be pressed.
struct Control {
    layer: LayerId,
    /// All of it, and what the edges of what it stands in leave of it.
    rect: Rect,
    seen: Rect,
    role: Role,
    name: String,
    /// Stands in something that scrolls, so that all of it can be brought into sight.
    scrolls: bool,
}

impl Control {
    fn is_seen(&self) -> bool {
        self.seen.is_positive() && self.seen.width() >= SMALLEST && self.seen.height() >= SMALLEST
    }

    fn is_whole(&self) -> bool {
        self.is_seen() && self.seen.expand(TOUCH).contains_rect(self.rect)
    }

    /// Is the ground on which `other` stands, which takes the pointer before it does: a list and its rows, a row or a
    /// tab and its small buttons, a bar and its tabs, what lies behind a dialog.
    fn holds(&self, other: &Self) -> bool {
        let is_ground = match self.role {
            Role::List
            | Role::ListItem
            | Role::ListBox
            | Role::ListBoxOption
            | Role::Grid
            | Role::Row
            | Role::Group
            | Role::Tab => true,
            Role::Unknown | Role::GenericContainer => self.name.is_empty(),
            Role::Button => other.role == Role::Button && other.rect.width() <= SMALL,
            _ => false,
        };
        is_ground && self.seen.expand(TOUCH).contains_rect(other.seen)
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.role, self.name, self.rect)
    }
}

/// All that can be pressed.
fn controls(harness: &Window) -> Vec<Control> {
    let pressed: HashMap<u64, WidgetRect> = harness.ctx.viewport(|viewport| {
        let widgets = viewport.prev_pass.widgets.layers().flat_map(|(_, widgets)| widgets);
        let pressed = widgets.filter(|widget| widget.sense.senses_click());
        pressed.map(|widget| (widget.id.accesskit_id().0, *widget)).collect()
    });
    let control = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        // A text that can be selected, also within what is pressed, is none.
        if node.role() == Role::Label {
            return None;
        }
        let widget = pressed.get(&node.locate().0.0)?;
        let around = std::iter::successors(node.parent(), |node| node.parent());
        let mut beside = around.flat_map(|node| node.children());
        Some(Control {
            layer: widget.layer_id,
            rect: widget.rect,
            seen: widget.rect.intersect(widget.interact_rect),
            role: node.role(),
            name: node.label().unwrap_or_default(),
            scrolls: beside.any(|node| node.role() == Role::ScrollBar),
        })
    };
    harness.query_all_by(|_| true).filter_map(|node| control(&node)).collect()
}

fn faults(harness: &Window, when: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let all = controls(harness);
    let screen = harness.ctx.content_rect();
    for (at, one) in all.iter().enumerate() {
        if !one.scrolls && one.rect.is_positive() && !(one.is_whole() && screen.expand(TOUCH).contains_rect(one.rect)) {
            faults.push(format!("{when}: {one:?} is cut, {:?} is left", one.seen));
        }
        for other in all[..at].iter().filter(|other| other.layer == one.layer && other.is_seen() && one.is_seen()) {
            let both = one.seen.intersect(other.seen);
            let meet = both.is_positive() && both.width() > TOUCH && both.height() > TOUCH;
            if meet && !one.holds(other) && !other.holds(one) {
                faults.push(format!("{when}: {one:?} lies over {other:?}"));
            }
        }
    }
    faults
}

/// All of these must be entirely in sight.
fn missing(harness: &Window, when: &str, names: &[&str]) -> Vec<String> {
    let all = controls(harness);
    let whole = |name: &&&str| all.iter().any(|control| control.name.contains(**name) && control.is_whole());
    let names = names.iter().filter(|name| !whole(name));
    names.map(|name| format!("{when}: {name:?} is not in sight")).collect()
}

/// At that size and zoom. `must` are names of controls that are the last to go, in the language of the window.
fn at(harness: &mut Window, size: [f32; 2], zoom: f32, what: &str, must: &[&str]) -> Vec<String> {
    // The zoom only makes the points larger, of which there are fewer.
    let points: Vec2 = vec2(size[0], size[1]) / zoom;
    harness.set_size(points);
    harness.run_steps(3);
    let when = format!("{what}, {}x{} at {zoom}", size[0], size[1]);
    let mut found = faults(harness, &when);
    found.extend(missing(harness, &when, must));
    found
}

/// Walks all sizes and zooms.
fn walk(harness: &mut Window, what: &str, must: &[&str]) -> Vec<String> {
    let all = SIZES.into_iter().flat_map(|size| ZOOMS.map(|zoom| (size, zoom)));
    all.flat_map(|(size, zoom)| at(harness, size, zoom, what, must)).collect()
}

/// Walks the usual ones.
fn short_walk(harness: &mut Window, what: &str, must: &[&str]) -> Vec<String> {
    USUAL.into_iter().flat_map(|(size, zoom)| at(harness, size, zoom, what, must)).collect()
}

#[track_caller]
fn none(faults: Vec<String>) {
    let all = faults.len();
    assert!(faults.is_empty(), "{all} faults:\n{}", faults.into_iter().take(60).collect::<Vec<_>>().join("\n"));
}

fn both_languages(harness: &mut Window, what: &str, must: [&[&str]; 2]) -> Vec<String> {
    let mut found = Vec::new();
    for (lang, must) in Lang::ALL.into_iter().zip(must) {
        harness.set_size(vec2(1440.0, 900.0));
        harness.run_steps(3);
        if harness.state().lang() != lang {
            click(harness, if lang == Lang::ZhCn { "Switch to 简体中文" } else { "切换到 English" });
        }
        found.extend(walk(harness, &format!("{what} {lang:?}"), must));
    }
    found
}

/// An example with its endpoints open and its steps run.
fn example(number: u8) -> Window {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    let lab = examples::all().iter().find(|example| example.number == number).unwrap().lab.clone();
    harness.state_mut().session_mut().load(lab, None);
    harness.run_steps(3);
    if harness.state().session().steps().is_empty() {
        harness.state_mut().session_mut().act(Action::OpenAll);
        until(&mut harness, "all are open", all_open);
    } else {
        harness.state_mut().session_mut().act(Action::RunSteps);
        until(&mut harness, "the steps are done", |harness| {
            harness.state().session().run_state().is_some_and(|state| state.finished || state.failed.is_some())
        });
    }
    harness.run_steps(3);
    harness
}

#[test]
fn nothing_overlaps_in_an_empty_lab() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    none(both_languages(&mut harness, "empty", [&[], &[]]));
}

#[test]
fn nothing_overlaps_beside_a_talking_pair() {
    let mut harness = echo_pair([1440.0, 900.0]);
    talk(&mut harness, "hello");
    let must: [&[&str]; 2] = [&["Message of ", "Send"], &["的消息", "发送"]];
    none(both_languages(&mut harness, "pair", must));
}

#[test]
fn nothing_overlaps_in_a_room_of_datagram_sockets() {
    none(both_languages(&mut example(5), "udp room", [&["Send"], &["发送"]]));
}

#[test]
fn nothing_overlaps_beside_multicast_groups_and_a_group_can_be_joined_in_the_smallest_window_too() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    let lab = file::parse(ROOM_WITH_GROUPS, None).unwrap();
    harness.state_mut().session_mut().load(lab, None);
    harness.state_mut().session_mut().act(Action::OpenAll);
    until(&mut harness, "all are open", all_open);
    let mut found = both_languages(&mut harness, "groups", [&[], &[]]);
    for size in [[900.0, 600.0], [1440.0, 900.0]] {
        found.extend(at(&mut harness, size, 1.0, "groups", &["加入"]));
    }
    none(found);
}

#[test]
fn nothing_overlaps_in_a_lab_with_a_note_and_steps() {
    none(both_languages(&mut example(15), "steps", [&["Send"], &["发送"]]));
}

#[test]
fn nothing_overlaps_in_any_view_of_a_lab() {
    let mut found = Vec::new();
    for (key, what) in [(Key::Num2, "ladder"), (Key::Num3, "byte map"), (Key::Num4, "plots"), (Key::Num5, "transfers")]
    {
        let mut harness = example(2);
        press(&mut harness, Modifiers::ALT, key);
        for lang in Lang::ALL {
            harness.set_size(vec2(1440.0, 900.0));
            harness.run_steps(3);
            if harness.state().lang() != lang {
                click(&mut harness, if lang == Lang::ZhCn { "Switch to 简体中文" } else { "切换到 English" });
            }
            found.extend(short_walk(&mut harness, &format!("{what} {lang:?}"), &[]));
        }
    }
    none(found);
}

/// In both languages; `setup` makes a new window in each.
fn in_each_language(what: &str, mut setup: impl FnMut(Lang) -> Window) {
    let mut found = Vec::new();
    for lang in Lang::ALL {
        let mut harness = setup(lang);
        found.extend(short_walk(&mut harness, &format!("{what} {lang:?}"), &[]));
    }
    none(found);
}

fn pair_in(lang: Lang) -> Window {
    let mut harness = echo_pair([1440.0, 900.0]);
    talk(&mut harness, "hello");
    if lang == Lang::ZhCn {
        click(&mut harness, "Switch to 简体中文");
    }
    harness
}

#[test]
fn nothing_overlaps_while_trouble_is_told() {
    in_each_language("notices", |lang| {
        let mut harness = pair_in(lang);
        for name in ["server", "client"] {
            let id = endpoint(&harness, name).id;
            let act = Action::Shutdown { endpoint: id, conn: ConnId::new(99), how: How::Write };
            harness.state_mut().session_mut().act(act);
        }
        until(&mut harness, "it is told", |harness| harness.state().session().notices().iter().len() == 2);
        harness
    });
}

#[test]
fn nothing_overlaps_in_an_open_form() {
    in_each_language("form", |lang| {
        let mut harness = pair_in(lang);
        press(&mut harness, Modifiers::COMMAND, Key::N);
        click_on_top(&mut harness, if lang == Lang::En { "TCP server" } else { "TCP 服务器" });
        harness
    });
}

#[test]
fn nothing_overlaps_in_presentation_mode() {
    let mut harness = pair_in(Lang::En);
    press(&mut harness, Modifiers::NONE, Key::F11);
    let zoom = harness.ctx.zoom_factor();
    let mut found = Vec::new();
    for (size, _) in USUAL {
        found.extend(at(&mut harness, size, zoom, "presentation", &[]));
    }
    none(found);
}

#[test]
fn nothing_overlaps_with_the_inspector_laid_over_the_panes() {
    in_each_language("overlay", |lang| {
        let mut harness = pair_in(lang);
        harness.set_size(vec2(900.0, 600.0));
        harness.run_steps(3);
        pick(&mut harness, Modifiers::NONE, "recv(1024) = 5");
        harness
    });
}

#[test]
fn nothing_overlaps_beside_a_file_server_and_its_transfers() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), vec![7; 100_000]).unwrap();
    in_each_language("files", |lang| {
        let mut harness = window(Lang::En, [1440.0, 900.0]);
        let mut spec = EndpointSpec::new("web", EndpointKind::TCP_SERVER);
        spec.local = Some(Local::Inet("127.0.0.1:0".parse().unwrap()));
        spec.service = ServiceSpec::new(Reply::http(FileShare::new(Shared::Root(folder.path().to_owned()))));
        harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
        until(&mut harness, "it listens", |harness| endpoint(harness, "web").live.is_open());
        let address = endpoint(&harness, "web").live.local().unwrap().to_string();
        let mut peer = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut peer, b"GET /a.bin HTTP/1.0\r\n\r\n").unwrap();
        let reader = std::thread::Builder::new().name("reader".to_owned());
        let reader = reader.spawn(move || std::io::copy(&mut peer, &mut std::io::sink())).unwrap();
        until(&mut harness, "it is served", |harness| {
            let transfers = harness.state().session().transfers();
            transfers.iter().any(|transfer| transfers.verdict(transfer).is_some())
        });
        reader.join().unwrap().unwrap();
        if lang == Lang::ZhCn {
            click(&mut harness, "Switch to 简体中文");
        }
        let tab = if lang == Lang::En { "Transfers" } else { "传输" };
        if let Some(tab) = harness.query_by_role_and_label(Role::Tab, tab) {
            tab.click();
        }
        harness.run_steps(3);
        harness
    });
}
