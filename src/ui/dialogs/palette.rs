//! The palette: every command, endpoint and recent file, found by typing.

use std::path::PathBuf;

use eframe::egui::{self, Align2, Id, Key, Modal, Modifiers, Rect, RichText, ScrollArea, Ui, pos2, vec2};

use crate::explain::names;
use crate::lab::{EndpointId, examples};
use crate::lang::Lang;
use crate::lang::visible::{visible_file_name, visible_path};
use crate::session::{Action, Endpoint, Program};
use crate::t;
use crate::trace::ConnId;
use crate::ui::bars::{status_bar, toast};
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::on_program::OnProgram;
use crate::ui::targets::{OnCall, OnConnection, OnEndpoint};
use crate::ui::view::View;
use crate::ui::widgets::focus;
use crate::ui::widgets::modal;

const WIDTH: f32 = 520.0;
const ROW_HEIGHT: f32 = 30.0;
/// The most connections of an endpoint that are offered, besides the selected one.
const MAX_CONNS: usize = 50;

#[derive(Default)]
pub struct Palette {
    open: bool,
    text: String,
    chosen: usize,
    /// The row that was chosen has still to be scrolled to.
    scroll: bool,
}

/// Something that can be done from the palette.
struct Entry {
    name: String,
    /// The name in the other languages too, so that a Chinese window finds "save", and other words for it.
    also: String,
    right: String,
    does: EntryAction,
}

enum EntryAction {
    Command(UiCommand),
    Action(Action),
    Endpoint(EndpointId, OnEndpoint),
    Connection(EndpointId, ConnId, OnConnection),
    Program(EndpointId, OnProgram),
    /// With the selected call.
    Call(u64, OnCall),
}

impl Palette {
    pub fn open(&mut self) {
        *self = Self { open: true, ..Self::default() };
    }

    pub fn close(&mut self) {
        self.open = false;
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>, recent: &[PathBuf]) {
        if !self.open {
            return;
        }
        let mut entries = found(ctx, view, recent, &self.text);
        self.chosen = self.chosen.min(entries.len().saturating_sub(1));
        // Taken before the text field sees them, which would move its cursor.
        let (up, down, enter) = ctx.input_mut(|input| {
            (
                input.consume_key(Modifiers::NONE, Key::ArrowUp),
                input.consume_key(Modifiers::NONE, Key::ArrowDown),
                input.consume_key(Modifiers::NONE, Key::Enter),
            )
        });
        if down && self.chosen + 1 < entries.len() {
            self.chosen += 1;
        }
        if up {
            self.chosen = self.chosen.saturating_sub(1);
        }
        self.scroll |= up || down;
        let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, 90.0));
        let modal = Modal::new(Id::unique("palette")).area(area).backdrop_color(view.tokens.backdrop());
        let mut picked = enter.then_some(self.chosen);
        let response = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            modal::name(ui, &t!(view.lang, "cmd-palette"));
            self.field(ui, view.lang);
            ui.add_space(4.0);
            if let Some(row) = self.list(ui, view, &entries) {
                picked = Some(row);
            }
        });
        if response.should_close() {
            self.open = false;
            return;
        }
        let Some(picked) = picked.filter(|picked| *picked < entries.len()) else { return };
        self.open = false;
        run(view, entries.swap_remove(picked).does);
    }

    fn field(&mut self, ui: &mut Ui, lang: Lang) {
        let hint = t!(lang, "palette-hint");
        let field = egui::TextEdit::singleline(&mut self.text).hint_text(hint.as_ref()).desired_width(f32::INFINITY);
        let field = field.margin(egui::Margin::symmetric(10, 8)).id(Id::unique("palette text"));
        let response = ui.add(field).accessible_name(hint);
        focus::give(&response);
        if response.changed() {
            self.chosen = 0;
            self.scroll = true;
        }
    }

    fn list(&mut self, ui: &mut Ui, view: &View<'_>, entries: &[Entry]) -> Option<usize> {
        if entries.is_empty() {
            ui.label(RichText::new(t!(view.lang, "palette-nothing")).color(view.tokens.muted));
        }
        let mut picked = None;
        let max_height = (ui.ctx().content_rect().height() - 220.0).clamp(120.0, 420.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().max_height(max_height).auto_shrink([false, true]).show(ui, |ui| {
            for (number, entry) in entries.iter().enumerate() {
                let chosen = number == self.chosen;
                let response = controls::row(ui, ROW_HEIGHT, chosen, &entry.name);
                let inner = response.rect.shrink2(vec2(10.0, 0.0));
                let right = RichText::new(&entry.right).size(11.0);
                let width = controls::paint_text(
                    ui,
                    inner.with_min_x(inner.center().x),
                    Align2::RIGHT_CENTER,
                    right,
                    view.tokens.muted,
                );
                let room = Rect::from_min_max(inner.min, pos2(inner.right() - width - 8.0, inner.bottom()));
                controls::paint_text(ui, room, Align2::LEFT_CENTER, RichText::new(&entry.name), view.tokens.text);
                if chosen && self.scroll {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    picked = Some(number);
                }
            }
        });
        self.scroll = false;
        picked
    }
}

fn run(view: &mut View<'_>, does: EntryAction) {
    let session = view.session;
    match does {
        EntryAction::Command(command) => view.command(command),
        EntryAction::Action(action) => view.act(action),
        EntryAction::Endpoint(id, command) => {
            if let Some(endpoint) = session.endpoint(id) {
                command.run(view, endpoint);
            }
        }
        EntryAction::Program(id, command) => {
            if let Some(program) = session.program(id) {
                command.run(view, program);
            }
        }
        EntryAction::Connection(id, conn, command) => {
            if let Some(endpoint) = session.endpoint(id)
                && let Some(state) = endpoint.live.observed.conns.get(&conn)
            {
                command.run(view, endpoint, conn, state);
            }
        }
        EntryAction::Call(seq, command) => {
            if let Some(call) = session.trace().get(seq)
                && let Some(endpoint) = session.endpoint(call.endpoint)
            {
                command.run(view, endpoint, call);
            }
        }
    }
}

/// What was typed finds these. Those whose name says it stand before those that another word leads to.
fn found(ctx: &egui::Context, view: &View<'_>, recent: &[PathBuf], typed: &str) -> Vec<Entry> {
    let mut found: Vec<Entry> =
        entries(ctx, view, recent).into_iter().filter(|entry| entry.is_found_by(typed)).collect();
    found.sort_by_key(|entry| !entry.is_named(typed));
    found
}

/// Every word that was typed must be somewhere in the text.
fn has_words(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

impl Entry {
    fn is_found_by(&self, typed: &str) -> bool {
        has_words(&format!("{} {} {}", self.name, self.also, self.right), typed)
    }

    fn is_named(&self, typed: &str) -> bool {
        has_words(&self.name, typed)
    }
}

/// Everything that can be done now: with what is selected, with the window, with the rest of the lab.
fn entries(ctx: &egui::Context, view: &View<'_>, recent: &[PathBuf]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let session = view.session;
    let selected = view.selection.endpoint().and_then(|id| session.endpoint(id));
    add_call(&mut entries, view);
    if let Some(endpoint) = selected {
        if let Some(conn) = view.selection.conn() {
            add_connection(&mut entries, view, endpoint, conn);
        }
        add_endpoint(ctx, &mut entries, view, endpoint);
    }
    let is_selected = |program: &&Program| view.selection.endpoint() == Some(program.id);
    session.programs().iter().filter(is_selected).for_each(|program| add_program(&mut entries, view.lang, program));
    add_commands(ctx, &mut entries, view);
    if let Some(endpoint) = selected {
        let others = endpoint.live.observed.conns.keys().filter(|conn| view.selection.conn() != Some(**conn));
        for conn in others.take(MAX_CONNS) {
            add_connection(&mut entries, view, endpoint, *conn);
        }
    }
    let others = session.endpoints().iter().filter(|endpoint| Some(endpoint.id) != view.selection.endpoint());
    for endpoint in others {
        add_endpoint(ctx, &mut entries, view, endpoint);
        for conn in endpoint.live.observed.conns.keys().take(MAX_CONNS) {
            add_connection(&mut entries, view, endpoint, *conn);
        }
    }
    let others = session.programs().iter().filter(|program| !is_selected(program));
    others.for_each(|program| add_program(&mut entries, view.lang, program));
    add_files(&mut entries, view.lang, recent);
    entries
}

/// The name of a command and its synonyms, in every language.
fn words(name: &'static str, synonyms: Option<&'static str>) -> String {
    let texts = [Some(name), synonyms].into_iter().flatten();
    texts.flat_map(|key| Lang::ALL.map(|lang| lang.text(key, None))).collect::<Vec<_>>().join(" ")
}

fn add_endpoint(ctx: &egui::Context, entries: &mut Vec<Entry>, view: &View<'_>, endpoint: &Endpoint) {
    let (lang, kind, name) = (view.lang, endpoint.spec.kind, endpoint.spec.name.as_str());
    let selected = view.selection.endpoint() == Some(endpoint.id);
    for command in OnEndpoint::ALL.iter().copied().filter(|command| command.offered(endpoint) == Some(true)) {
        let key = command.name(kind);
        let keys = command.shortcut().filter(|_| selected);
        entries.push(Entry {
            name: t!(lang, "palette-of", name = name, command = lang.text(key, None)).into_owned(),
            also: words(key, command.synonyms()),
            right: keys
                .map_or_else(|| names::endpoint_kind(lang, kind).into_owned(), |keys| ctx.format_shortcut(&keys)),
            does: EntryAction::Endpoint(endpoint.id, command),
        });
    }
}

fn add_program(entries: &mut Vec<Entry>, lang: Lang, program: &Program) {
    let name = program.spec.name.as_str();
    for command in OnProgram::ALL.iter().copied().filter(|command| command.offered(program) == Some(true)) {
        let key = command.name(program);
        entries.push(Entry {
            name: t!(lang, "palette-of", name = name, command = lang.text(key, None)).into_owned(),
            also: words(key, command.synonyms()),
            right: t!(lang, "kind-program").into_owned(),
            does: EntryAction::Program(program.id, command),
        });
    }
}

fn add_connection(entries: &mut Vec<Entry>, view: &View<'_>, endpoint: &Endpoint, conn: ConnId) {
    let lang = view.lang;
    let Some(state) = endpoint.live.observed.conns.get(&conn) else { return };
    let name = format!("{} #{}", endpoint.spec.name, conn.get());
    let peer = state.ends.peer.as_ref().map(ToString::to_string).unwrap_or_default();
    for command in OnConnection::ALL.iter().copied() {
        if command.offered(endpoint, state) == Some(true) {
            let key = command.name();
            entries.push(Entry {
                name: t!(lang, "palette-of", name = name.as_str(), command = lang.text(key, None)).into_owned(),
                also: words(key, command.synonyms()),
                right: peer.clone(),
                does: EntryAction::Connection(endpoint.id, conn, command),
            });
        }
    }
}

/// What can be done with the selected call.
fn add_call(entries: &mut Vec<Entry>, view: &View<'_>) {
    let lang = view.lang;
    let Some(call) = view.selection.call().and_then(|seq| view.session.trace().get(seq)) else { return };
    let Some(endpoint) = view.session.endpoint(call.endpoint) else { return };
    let name = t!(lang, "palette-call", number = call.seq.to_string());
    for command in OnCall::ALL.iter().copied().filter(|command| command.offered(view, endpoint, call)) {
        let key = command.name();
        entries.push(Entry {
            name: t!(lang, "palette-of", name = name.as_ref(), command = lang.text(key, None)).into_owned(),
            also: words(key, command.synonyms()),
            right: endpoint.spec.name.clone(),
            does: EntryAction::Call(call.seq, command),
        });
    }
}

fn add_commands(ctx: &egui::Context, entries: &mut Vec<Entry>, view: &View<'_>) {
    let lang = view.lang;
    for command in UiCommand::all() {
        let entry = command.entry();
        let name = toast::command_name(lang, view.session, command);
        entries.push(Entry {
            name: name.unwrap_or_else(|| lang.text(entry.name, None).into_owned()),
            also: words(entry.name, command.synonyms()),
            right: entry.shortcut.map(|keys| ctx.format_shortcut(&keys)).unwrap_or_default(),
            does: EntryAction::Command(command.clone()),
        });
    }
    let heading = t!(lang, "retention");
    for (bytes, choice) in status_bar::retentions(lang) {
        entries.push(Entry {
            name: t!(lang, "palette-of", name = heading.as_ref(), command = choice).into_owned(),
            also: words("retention", None),
            right: String::new(),
            does: EntryAction::Action(Action::SetRetention(bytes)),
        });
    }
}

/// Examples, and labs that were open before.
fn add_files(entries: &mut Vec<Entry>, lang: Lang, recent: &[PathBuf]) {
    for example in examples::all().iter().chain(examples::devices()).chain(examples::lessons()) {
        let number = example.number.to_string();
        let named = |lang: Lang| {
            t!(lang, "palette-example", number = number.as_str(), title = example.lab.title.text(lang)).into_owned()
        };
        entries.push(Entry {
            name: named(lang),
            also: Lang::ALL.map(named).join(" "),
            right: String::new(),
            does: EntryAction::Command(UiCommand::OpenExample(example.number)),
        });
    }
    for path in recent {
        let folder = path.parent().map(visible_path).unwrap_or_default();
        let name = t!(lang, "palette-recent", file = visible_file_name(path)).into_owned();
        entries.push(Entry {
            name,
            also: String::new(),
            right: folder,
            does: EntryAction::Command(UiCommand::OpenRecent(path.clone())),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Session;
    use crate::ui::selection::Selection;

    /// The names that are found, from top to bottom.
    fn names(session: &Session, selected: Option<usize>, lang: Lang, typed: &str) -> Vec<String> {
        let ctx = egui::Context::default();
        let (mut selection, mut asked) = (Selection::default(), Vec::new());
        if let Some(at) = selected {
            selection.select_endpoint(session.endpoints()[at].id);
        }
        let view = View { lang, ..View::for_test(session, &mut selection, &mut asked) };
        found(&ctx, &view, &[], typed).into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn words_are_found_in_any_order_and_in_english_from_a_chinese_window() {
        let session = crate::ui::layout::tests::session(1);
        let count = |typed: &str| names(&session, None, Lang::ZhCn, typed).len();
        assert!(count("save lab") >= 1);
        assert!(count("lab save") >= 1);
        assert!(count("e1") >= 3);
        assert_eq!(count("zzz"), 0);
        let all = count("");
        assert!(all >= UiCommand::all().len() && all > count("e1"), "an empty text finds everything: {all}");
    }

    #[test]
    fn what_can_be_done_with_the_selected_endpoint_comes_first_then_the_window_then_the_others() {
        let session = crate::ui::layout::tests::session(2);
        let place = |names: &[String], start: &str| names.iter().position(|name| name.starts_with(start)).unwrap();
        let of_second = names(&session, Some(1), Lang::En, "");
        assert_eq!(of_second[0], "e2: Open");
        assert!(place(&of_second, "New endpoint") < place(&of_second, "e1: "));
        let of_none = names(&session, None, Lang::En, "");
        assert!(of_none[0].starts_with("New endpoint"), "{}", of_none[0]);
    }

    #[test]
    fn a_name_that_says_it_comes_before_another_word_for_it() {
        let session = crate::ui::layout::tests::session(1);
        assert_eq!(names(&session, Some(0), Lang::En, "remove")[0], "e1: Remove from the lab");
        assert_eq!(names(&session, Some(0), Lang::En, "delete")[0], "e1: Remove from the lab");
        assert_eq!(names(&session, Some(0), Lang::ZhCn, "删除")[0], "e1：从实验中移除");
        assert_eq!(names(&session, Some(0), Lang::ZhCn, "delete")[0], "e1：从实验中移除");
    }
}
