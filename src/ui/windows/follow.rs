//! One connection followed, in a window of its own: what both sides sent, in order, as text or hex.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{
    self, Align, Align2, Button, ComboBox, FontId, Key, Label, Layout, Margin, Modifiers, RichText, TextEdit, Ui,
    Window, vec2,
};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_EXPAND_MORE};

use crate::desktop::saving::{Saved, Writing};
use crate::lab::TextEncoding;
use crate::session::Session;
use crate::t;
use crate::trace::follow::{Follow, HEX_BYTES, MAX_FOUND, Row, RowKind, Shape, write_bytes, write_text};
use crate::trace::{ConnId, Nanos, StreamKey};
use crate::ui::controls;
use crate::ui::theme::{MONO, SMALL, Tokens};
use crate::ui::view::{Selection, View};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::focus;
use crate::ui::widgets::highlights::{self, Highlights};
use crate::ui::widgets::line::Line;
use crate::ui::widgets::modal;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Rows};

/// How long one frame may read.
const BUDGET: Duration = Duration::from_millis(3);
const ROW_HEIGHT: f32 = 18.0;
/// Room for the arrow and the word at the left.
const MARGIN: f32 = 92.0;
const MAX_FIND_CHARS: usize = 200;

/// A file to be written.
pub struct Save {
    pub suggested: PathBuf,
    pub writing: Writing,
}

#[derive(Default)]
pub struct FollowWindow {
    open: Option<Open>,
}

struct Open {
    key: StreamKey,
    follow: Follow,
    /// The endpoint's name and the connection's, which outlive them.
    name: String,
    conn_name: String,
    rows: Rows,
    find: String,
    /// Which of the places found is gone to.
    at: Option<usize>,
    focus: bool,
    saved: Option<Saved>,
}

impl FollowWindow {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Follows the connection of the selected call, or the selected one; a client's newest where none is.
    pub fn open_selected(&mut self, session: &Session, selection: &Selection) {
        let call = selection
            .call()
            .and_then(|seq| session.trace().get(seq))
            .and_then(|call| Some((call.endpoint, call.conn?)));
        let newest = || {
            let endpoint = session.endpoint(selection.endpoint()?)?;
            Some((endpoint.id, *endpoint.live.observed.conns.keys().next_back()?))
        };
        let Some((endpoint, conn)) = call.or(selection.endpoint().zip(selection.conn())).or_else(newest) else {
            return;
        };
        let selected = selection.call().and_then(|seq| session.trace().get(seq)).filter(|call| call.conn.is_some());
        let socket = selected.map(|call| call.socket).or_else(|| session.trace().socket_of((endpoint, Some(conn))));
        let Some(socket) = socket else { return };
        let encoding = session.endpoint(endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
        self.open = Some(Open {
            key: (endpoint, Some(conn)),
            follow: Follow::new(socket, encoding),
            name: session.trace().name(endpoint).to_owned(),
            conn_name: session.name_of((endpoint, Some(conn))),
            rows: Rows::from_start(),
            find: String::new(),
            at: None,
            focus: true,
            saved: None,
        });
    }

    /// How a file that was saved has fared.
    pub fn saved(&mut self, saved: Saved) {
        if let Some(open) = &mut self.open {
            open.saved = Some(saved);
        }
    }

    /// Gives what the user wants to save.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> Option<Save> {
        let open = self.open.as_mut()?;
        // Not while a field or a window above has a use for the key.
        let idle = ctx.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        let mut stays = !(idle && ctx.input(|input| input.key_pressed(Key::Escape)));
        let room = ctx.content_rect().size();
        let title = t!(view.lang, "follow-title", name = open.conn_name.as_str()).into_owned();
        let mut save = None;
        let shown = Window::new(title)
            .id(egui::Id::unique("follow"))
            .open(&mut stays)
            .collapsible(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .default_size(vec2(840.0_f32.min(room.x - 40.0), 540.0_f32.min(room.y - 80.0)))
            .min_size(vec2(360.0, 220.0))
            .show(ctx, |ui| save = open.ui(ui, view));
        modal::beside_others(ctx, shown.as_ref());
        if !stays {
            self.open = None;
        }
        save
    }
}

impl Open {
    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) -> Option<Save> {
        let began = Instant::now();
        // In a trace that was opened nothing more comes.
        let ended = view.session.viewed().is_some() && view.session.looking_back().is_none();
        let now = if ended { Nanos(u64::MAX) } else { view.session.shown_time() };
        if let Some(due) = self.follow.show_held(now) {
            ui.ctx().request_repaint_after(Duration::from_nanos(due.since(now)));
        }
        let done = self.follow.update(view.session.shown_trace(), || began.elapsed() < BUDGET);
        if !done {
            ui.ctx().request_repaint();
        }
        let save = self.bar_ui(ui, view, done);
        self.remarks_ui(ui, view, done);
        ui.add_space(4.0);
        let frame = egui::Frame::new().fill(view.tokens.pane).stroke(view.tokens.hairline()).corner_radius(6.0);
        frame.show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            self.rows_ui(ui, view);
        });
        save
    }

    fn bar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, done: bool) -> Option<Save> {
        let lang = view.lang;
        let mut save = None;
        let (mut shape, mut only) = (self.follow.shape(), self.follow.only());
        let encoding =
            view.session.endpoint(self.key.0).map_or(self.follow.encoding(), |endpoint| endpoint.spec.encoding);
        ui.horizontal_wrapped(|ui| {
            ui.selectable_value(&mut shape, Shape::Text, t!(lang, "follow-as-text"));
            ui.selectable_value(&mut shape, Shape::Hex, t!(lang, "follow-as-hex"));
            let word = |only: Option<Direction>| match only {
                None => t!(lang, "follow-both"),
                Some(side) => side.word(lang),
            };
            let combo = ComboBox::from_id_salt("side").selected_text(word(only)).show_ui(ui, |ui| {
                for side in [None, Some(Direction::Sent), Some(Direction::Received)] {
                    ui.selectable_value(&mut only, side, word(side));
                }
            });
            combo.response.accessible_name(t!(lang, "follow-both"));
            save = self.save_ui(ui, view, encoding);
            ui.separator();
            self.find_ui(ui, view, done);
        });
        let changed = (encoding, shape, only) != (self.follow.encoding(), self.follow.shape(), self.follow.only());
        if changed {
            self.follow.set(encoding, shape, only);
            self.follow.look_for(&self.find);
            self.rows = Rows::from_start();
            self.at = None;
            ui.ctx().request_repaint();
        }
        save
    }

    fn find_ui(&mut self, ui: &mut Ui, view: &View<'_>, done: bool) {
        let lang = view.lang;
        let id = egui::Id::unique("follow find");
        let mut step = None;
        if ui.memory(|memory| memory.has_focus(id)) {
            // Before the field takes it: Enter goes on and stays.
            ui.input_mut(|input| {
                if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                    step = Some(false);
                } else if input.consume_key(Modifiers::NONE, Key::Enter) {
                    step = Some(true);
                }
            });
        }
        let field = TextEdit::singleline(&mut self.find)
            .id(id)
            .char_limit(MAX_FIND_CHARS)
            .margin(Margin::symmetric(8, 4))
            .desired_width(150.0)
            .hint_text(t!(lang, "follow-find-hint"));
        let response = ui.add(field).accessible_name(t!(lang, "follow-find"));
        if std::mem::take(&mut self.focus) {
            focus::give(&response);
        }
        if response.changed() {
            self.follow.look_for(&self.find);
            self.at = None;
            ui.ctx().request_repaint();
        }
        if self.find.is_empty() {
            return;
        }
        let count = self.follow.found().len() + self.follow.found_in_open(view.session.trace());
        ui.add_enabled_ui(count > 0, |ui| {
            if controls::icon(ui, ICON_ARROW_UPWARD, &t!(lang, "follow-previous")).clicked() {
                step = Some(false);
            }
            if controls::icon(ui, ICON_ARROW_DOWNWARD, &t!(lang, "follow-next")).clicked() {
                step = Some(true);
            }
        });
        if let Some(forth) = step.filter(|_| count > 0) {
            let at = match (self.at, forth) {
                (None, true) => 0,
                (None, false) => count - 1,
                (Some(at), true) => (at + 1) % count,
                (Some(at), false) => (at + count - 1) % count,
            };
            self.at = Some(at);
            self.rows.reveal(self.row_found(at));
        }
        let text: Cow<'_, str> = if count == 0 && done {
            t!(lang, "follow-found-none")
        } else {
            let more = if count >= MAX_FOUND { "+" } else { "" };
            let at = self.at.map_or_else(|| "–".to_owned(), |at| quantity::count(at as u64 + 1));
            t!(lang, "follow-found", at = at, count = format!("{}{more}", quantity::count(count as u64)))
        };
        let color = if count == 0 && done { view.tokens.error } else { view.tokens.muted };
        ui.label(RichText::new(text).size(12.0).color(color));
    }

    /// The row of a place; what is found in the last row stands behind the others.
    fn row_found(&self, at: usize) -> u64 {
        let last = self.follow.range().end.saturating_sub(1);
        self.follow.found().get(at).copied().unwrap_or(last)
    }

    fn save_ui(&mut self, ui: &mut Ui, view: &View<'_>, encoding: TextEncoding) -> Option<Save> {
        let lang = view.lang;
        let name = t!(lang, "follow-save");
        let atoms = (RichText::new(name.as_ref()), ICON_EXPAND_MORE.rich_text().color(view.tokens.muted));
        let mut chosen = None;
        let (response, _) = MenuButton::from_button(Button::new(atoms)).ui(ui, |ui| {
            for (text, side) in [
                (t!(lang, "follow-save-both"), None),
                (t!(lang, "follow-save-sent"), Some(Direction::Sent)),
                (t!(lang, "follow-save-received"), Some(Direction::Received)),
            ] {
                if ui.button(text).clicked() {
                    chosen = Some(side);
                    ui.close();
                }
            }
        });
        controls::name_it(&response, true, &name);
        let side = chosen?;
        let pieces = self.follow.pieces(view.session.trace(), side);
        let names = [Direction::Sent, Direction::Received].map(|side| side.word(lang).into_owned());
        let writing: Writing = match side {
            Some(_) => Box::new(move |out| write_bytes(&pieces, out)),
            None => Box::new(move |out| {
                let missing = |count| t!(lang, "follow-missing", count = quantity::count(count)).into_owned();
                write_text(&pieces, encoding, &names, &missing, out)
            }),
        };
        let safe: String = self.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let what = match side {
            None => "both.txt",
            Some(Direction::Sent) => "sent.bin",
            Some(Direction::Received) => "received.bin",
        };
        let suggested = PathBuf::from(format!("{safe}-{}-{what}", self.key.1.map_or(0, ConnId::get)));
        Some(Save { suggested, writing })
    }

    /// What is to be known besides the rows.
    fn remarks_ui(&self, ui: &mut Ui, view: &View<'_>, done: bool) {
        let lang = view.lang;
        let muted = view.tokens.muted;
        let small = |ui: &mut Ui, text: &str, color| {
            ui.add(Label::new(RichText::new(text).size(12.0).color(color)).wrap());
        };
        if !done {
            let percent = self.follow.percent(view.session.trace());
            small(ui, &t!(lang, "follow-reading", percent = percent), muted);
        }
        let (sent, received) = self.follow.gone();
        if sent + received > 0 {
            let (sent, received) = (quantity::count(sent), quantity::count(received));
            small(ui, &t!(lang, "follow-gone", sent = sent, received = received), view.tokens.waiting);
        }
        if let Some((file, result)) = &self.saved {
            let file = file.display().to_string();
            match result {
                Ok(()) => small(ui, &t!(lang, "follow-saved", file = file), view.tokens.ok),
                Err(reason) => {
                    let text = t!(lang, "follow-not-saved", file = file, reason = reason.text(lang));
                    small(ui, &text, view.tokens.error);
                }
            }
        }
    }

    fn rows_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let range = self.follow.range();
        let lang = view.lang;
        if range.is_empty() {
            ui.with_layout(Layout::centered_and_justified(egui::Direction::TopDown), |ui| {
                ui.label(RichText::new(t!(lang, "follow-nothing")).color(view.tokens.muted));
            });
            return;
        }
        let trace = view.session.trace();
        let name = t!(lang, "follow-name");
        let selected = self.at.map(|at| self.row_found(at));
        let listing = Listing {
            salt: "follow",
            name: &name,
            range: range.clone(),
            row_height: ROW_HEIGHT,
            selected,
            kind: Kind::Text,
        };
        // Those in sight are made together: each of them alone would begin at the same mark again.
        let first = self.rows.first().max(range.start);
        let in_sight = (ui.available_height() / ROW_HEIGHT) as u64 + 3;
        let mut made = (first, self.follow.rows(trace, first..first.saturating_add(in_sight)));
        let follow = &self.follow;
        let (found, tokens, partners) = (follow.found(), view.tokens, view.partners);
        let mut copy = None;
        let shown = self.rows.show(ui, &listing, |ui, row| {
            // The list may have been scrolled since.
            if row.number < made.0 || row.number >= made.0 + made.1.len() as u64 {
                made = (row.number, follow.rows(trace, row.number..row.number.saturating_add(in_sight)));
            }
            let index = usize::try_from(row.number - made.0).unwrap_or(usize::MAX);
            let Some(line) = made.1.get(index) else { return };
            let direction = line.side;
            let text = text(line, lang);
            let partner = partners.is_some_and(|partners| partners.has(line.seq));
            let stands_out = Highlights { partner, ..Highlights::default() };
            row.name(|| stands_out.after(lang, format!("{} {text}", direction.word(lang))));
            if partner {
                highlights::partner_row(ui.painter(), tokens, row.rect);
            }
            if found.binary_search(&row.number).is_ok() {
                ui.painter().rect_filled(row.rect, 0.0, tokens.tint(tokens.accent));
            }
            row.paint_ground(ui);
            paint(ui, &row.rect, line, direction, &text, &direction.word(lang));
            row.response.context_menu(|ui| {
                if ui.button(t!(lang, "follow-copy-row")).clicked() {
                    copy = Some(text.clone());
                    ui.close();
                }
            });
        });
        if let Some(row) = shown.picked {
            let seq = follow.rows(trace, row..row + 1).first().map(|row| row.seq);
            if let Some(seq) = seq {
                view.selection.select_call(seq, self.key);
            }
        }
        if let Some(text) = copy {
            view.copy(text);
        }
    }
}

fn paint(ui: &Ui, rect: &egui::Rect, row: &Row, direction: Direction, text: &str, word: &str) {
    let tokens = Tokens::of(ui);
    let color = direction.color(tokens);
    let icon = direction.icon();
    let font = FontId::new(13.0, icon.font_family());
    let middle = rect.center().y;
    ui.painter().text(egui::pos2(rect.left() + 14.0, middle), Align2::CENTER_CENTER, icon.codepoint, font, color);
    if row.first {
        let room =
            egui::Rect::from_min_max(rect.min + vec2(26.0, 0.0), egui::pos2(rect.left() + MARGIN - 6.0, rect.bottom()));
        Line::new().plain(word, SMALL, color).paint(ui, room, Align::Min);
    }
    let room = rect.with_min_x(rect.left() + MARGIN);
    let line = match &row.kind {
        RowKind::Missing(_) => Line::new().plain(text, 12.0, tokens.error),
        _ => Line::new().mono_sized(text, MONO, color),
    };
    line.paint(ui, room, Align::Min);
}

fn text(row: &Row, lang: crate::lang::Lang) -> String {
    match &row.kind {
        RowKind::Text(text) => text.clone(),
        RowKind::Missing(count) => t!(lang, "follow-missing", count = quantity::count(*count)).into_owned(),
        RowKind::Bytes { offset, bytes } => match crate::trace::text::hex_row(bytes, 0, HEX_BYTES) {
            Some(hex) => format!("{offset:08x}  {:<48}  {}", hex.hex, hex.text),
            None => String::new(),
        },
    }
}
