//! Hands and eyes of the tests.

use std::path::Path;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::epaint::TextShape;
use eframe::egui::{Event, Galley, Key, Modifiers, OutputCommand, Pos2, Rect, Shape, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;
use socket_lab::session::Endpoint;
use socket_lab::ui::app::App;

/// No loopback traffic takes as long as this, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

pub type Window = Harness<'static, App>;

pub fn window(lang: Lang, size: [f32; 2]) -> Window {
    window_in(lang, Theme::Dark, size)
}

pub fn window_in(lang: Lang, theme: Theme, size: [f32; 2]) -> Window {
    let builder = Harness::builder().with_size(vec2(size[0], size[1])).allow_missing_glyphs();
    let mut harness = builder.build_eframe(move |cc| App::for_test(&cc.egui_ctx, lang, theme));
    harness.run_steps(4);
    harness
}

/// A server that answers `hello` with `hello`, and its client, both open.
pub fn echo_pair(size: [f32; 2]) -> Window {
    let mut harness = window(Lang::En, size);
    click(&mut harness, "TCP server + client");
    until(&mut harness, "the server and its client are open", |harness| {
        harness.state().session().endpoints().len() == 2 && all_open(harness) && conns(harness, "server") == 1
    });
    harness.run_steps(4);
    harness
}

/// Draws on until it is so; what the sockets do takes its time.
#[track_caller]
pub fn until(harness: &mut Window, what: &str, so: impl Fn(&Window) -> bool) {
    let began = Instant::now();
    loop {
        harness.step();
        if so(harness) {
            return;
        }
        assert!(began.elapsed() < DEADLINE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
pub fn click(harness: &mut Window, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    harness.run_steps(3);
}

/// The same where several are called so: the one that was drawn last, which is in the window or menu on top.
#[track_caller]
pub fn click_on_top(harness: &mut Window, name: &str) {
    let found = harness.query_all_by_role_and_label(Role::Button, name).last();
    found.unwrap_or_else(|| panic!("no button {name:?}")).click();
    harness.run_steps(3);
}

/// Clicks the button whose name begins so.
#[track_caller]
pub fn click_beginning(harness: &mut Window, beginning: &str) {
    let found = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(beginning)));
    found.unwrap_or_else(|| panic!("no button {beginning:?}")).click();
    harness.run_steps(3);
}

/// Clicks the button whose name ends so.
#[track_caller]
pub fn click_ending(harness: &mut Window, end: &str) {
    let found = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.ends_with(end)));
    found.unwrap_or_else(|| panic!("no button {end:?}")).click();
    harness.run_steps(3);
}

/// Opens the menu of a row of the endpoint list by a right click.
#[track_caller]
pub fn menu(harness: &mut Window, row: &str) {
    let found = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(row)));
    found.unwrap_or_else(|| panic!("no row {row:?}")).click_secondary();
    harness.run_steps(3);
}

/// Clicks an entry of that menu; what is called so elsewhere is left alone.
#[track_caller]
pub fn choose_in_menu(harness: &mut Window, row: &str, entry: &str) {
    let before: Vec<_> = harness.query_all_by_role_and_label(Role::Button, entry).map(|node| node.rect()).collect();
    menu(harness, row);
    let found = harness.query_all_by_role_and_label(Role::Button, entry).find(|node| !before.contains(&node.rect()));
    found.unwrap_or_else(|| panic!("no entry {entry:?} in the menu of {row:?}")).click();
    harness.run_steps(3);
}

pub fn press(harness: &mut Window, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(4);
}

/// Types where the keyboard is.
pub fn type_text(harness: &mut Window, text: &str) {
    harness.event(Event::Text(text.to_owned()));
    harness.run_steps(3);
}

/// The same in place of what is there.
pub fn retype(harness: &mut Window, text: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    type_text(harness, text);
}

/// Drags what is at one point to another.
pub fn drag(harness: &mut Window, from: Pos2, to: Pos2) {
    harness.drag_at(from);
    harness.run_steps(2);
    harness.hover_at(to);
    harness.run_steps(2);
    harness.drop_at(to);
    harness.run_steps(3);
}

/// Gives these events to one frame, then draws a few more.
pub fn in_one_frame(harness: &mut Window, events: Vec<Event>) {
    harness.input_mut().events.extend(events);
    harness.run_steps(8);
}

pub fn key_event(modifiers: Modifiers, key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

pub fn text_event(text: &str) -> Event {
    Event::Text(text.to_owned())
}

/// What selects the whole text of a field.
pub fn select_all() -> Event {
    key_event(Modifiers::COMMAND, Key::A)
}

/// Types into the composer of an endpoint and presses Enter.
#[track_caller]
pub fn say(harness: &mut Window, endpoint: &str, text: &str) {
    harness.get_by_label(&format!("Message of {endpoint}")).focus();
    harness.run_steps(2);
    type_text(harness, text);
    press(harness, Modifiers::NONE, Key::Enter);
}

/// The client of [`echo_pair`] says that and it comes back.
#[track_caller]
pub fn talk(harness: &mut Window, text: &str) {
    let before = received(harness);
    say(harness, "client", text);
    let bytes = 2 * text.len() as u64;
    until(harness, "it came back", move |harness| received(harness) == before + bytes);
    harness.run_steps(3);
}

#[track_caller]
pub fn endpoint<'h>(harness: &'h Window, name: &str) -> &'h Endpoint {
    harness.state().session().endpoint_named(name).unwrap_or_else(|| panic!("no endpoint {name:?}"))
}

pub fn conns(harness: &Window, name: &str) -> usize {
    harness.state().session().endpoint_named(name).map_or(0, |endpoint| endpoint.live.observed.conns.len())
}

pub fn all_open(harness: &Window) -> bool {
    harness.state().session().endpoints().iter().all(|endpoint| endpoint.live.is_open())
}

pub fn received(harness: &Window) -> u64 {
    harness.state().session().trace().totals().received_bytes
}

/// Whether something on the screen is called so or contains it.
pub fn says(harness: &Window, text: &str) -> bool {
    harness.query_all_by_label_contains(text).next().is_some()
}

/// The names of the calls that are in sight in the traffic table, from top to bottom.
pub fn rows(harness: &Window) -> Vec<String> {
    let rows = harness.query_all_by(|node| is_row(node.role())).filter_map(|node| node.accesskit_node().label());
    rows.filter(|name| is_call(name)).collect()
}

/// Rows of the table, and what stands for a call in the ladder.
fn is_row(role: Role) -> bool {
    matches!(role, Role::Row | Role::ListBoxOption)
}

/// A call's row begins with its number and names the call; other rows do not do both.
fn is_call(name: &str) -> bool {
    name.starts_with('#') && name.contains('(')
}

/// Clicks the first call in the traffic table whose name contains that.
#[track_caller]
pub fn pick(harness: &mut Window, modifiers: Modifiers, part: &str) {
    let found = harness
        .query_all_by(|node| is_row(node.role()))
        .find(|node| node.accesskit_node().label().is_some_and(|name| is_call(&name) && name.contains(part)));
    found.unwrap_or_else(|| panic!("no row with {part:?} in {:#?}", rows(harness))).click_modifiers(modifiers);
    harness.run_steps(3);
}

/// What was last put into the clipboard in this frame.
pub fn copied(harness: &Window) -> Option<String> {
    harness.output().platform_output.commands.iter().rev().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

/// Draws until something is put into the clipboard.
#[track_caller]
pub fn until_copied(harness: &mut Window) -> String {
    for _ in 0..8 {
        if let Some(text) = copied(harness) {
            return text;
        }
        harness.step();
    }
    panic!("nothing was copied");
}

/// Lets go of a file over the window.
pub fn drop_file(harness: &mut Window, path: &Path) {
    let_go_of_file(harness, path);
    harness.run_steps(3);
}

/// The same, and no frame is drawn yet.
pub fn let_go_of_file(harness: &mut Window, path: &Path) {
    harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.to_owned())));
}

/// The same with several at once.
pub fn drop_files(harness: &mut Window, paths: &[std::path::PathBuf]) {
    for path in paths {
        harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path.clone())));
    }
    harness.run_steps(3);
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Every text that was painted in the last frame, as it was laid out.
pub fn galleys(harness: &Window) -> Vec<std::sync::Arc<Galley>> {
    text_shapes(harness).into_iter().map(|text| text.galley).collect()
}

/// The same with its place.
pub fn texts(harness: &Window) -> Vec<(String, Rect)> {
    let place = |text: TextShape| (text.galley.text().to_owned(), text.galley.rect.translate(text.pos.to_vec2()));
    text_shapes(harness).into_iter().map(place).collect()
}

fn text_shapes(harness: &Window) -> Vec<TextShape> {
    fn collect(shape: &Shape, found: &mut Vec<TextShape>) {
        match shape {
            Shape::Text(text) => found.push(text.clone()),
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    harness.output().shapes.iter().for_each(|clipped| collect(&clipped.shape, &mut found));
    found
}
