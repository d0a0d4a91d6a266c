//! The palette: every command, endpoint and recent file, found by typing.

use std::path::PathBuf;

use eframe::egui::{self, Align2, Id, Key, Modal, Modifiers, Rect, RichText, ScrollArea, Ui, pos2, vec2};

use super::endpoint_list::kind_name;
use crate::lab::{EndpointId, examples};
use crate::lang::Lang;
use crate::lang::visible::{visible_file_name, visible_path};
use crate::session::{Action, Session};
use crate::t;
use crate::ui::actions::Command;
use crate::ui::controls;
use crate::ui::view::{Asked, View};
use crate::ui::widgets::focus;

const WIDTH: f32 = 520.0;
const ROW_HEIGHT: f32 = 30.0;

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
    /// The name in the other languages too, so that a Chinese window finds "save".
    also: String,
    right: String,
    does: Does,
}

enum Does {
    Command(Command),
    Action(Action),
    Show(EndpointId),
    Hide(EndpointId),
    Options(EndpointId),
}

/// What the palette asks of the window besides [`Asked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    HidePane(EndpointId),
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

    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>, recent: &[PathBuf]) -> Option<Wanted> {
        if !self.open {
            return None;
        }
        let entries: Vec<Entry> = entries(ctx, view.lang, view.session, recent)
            .into_iter()
            .filter(|entry| matches(entry, &self.text))
            .collect();
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
            self.field(ui, view.lang);
            ui.add_space(4.0);
            if let Some(row) = self.list(ui, view, &entries) {
                picked = Some(row);
            }
        });
        if response.should_close() {
            self.open = false;
            return None;
        }
        let entry = entries.into_iter().nth(picked?)?;
        self.open = false;
        match entry.does {
            Does::Command(command) => view.command(command),
            Does::Action(action) => view.act(action),
            Does::Show(endpoint) => view.asked.push(Asked::Show(endpoint)),
            Does::Options(endpoint) => view.asked.push(Asked::EditOptions(endpoint)),
            Does::Hide(endpoint) => return Some(Wanted::HidePane(endpoint)),
        }
        None
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

/// Every word that was typed must be somewhere in the name.
fn matches(entry: &Entry, typed: &str) -> bool {
    let hay = format!("{} {} {}", entry.name, entry.also, entry.right).to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| hay.contains(word))
}

fn entries(ctx: &egui::Context, lang: Lang, session: &Session, recent: &[PathBuf]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add =
        |name: String, right: String, does: Does| entries.push(Entry { name, also: String::new(), right, does });
    for endpoint in session.endpoints() {
        let (id, name) = (endpoint.id, endpoint.spec.name.as_str());
        let kind = kind_name(lang, endpoint.spec.kind);
        add(t!(lang, "palette-show", name = name).into_owned(), kind.clone(), Does::Show(id));
        let (key, action) = if endpoint.live.is_closed() {
            (t!(lang, "palette-open", name = name), Action::Open(id))
        } else {
            (t!(lang, "palette-close", name = name), Action::Close(id))
        };
        add(key.into_owned(), kind.clone(), Does::Action(action));
        add(t!(lang, "palette-options", name = name).into_owned(), kind.clone(), Does::Options(id));
        add(t!(lang, "palette-hide", name = name).into_owned(), kind, Does::Hide(id));
    }
    for command in Command::ALL {
        let entry = command.entry();
        let also = Lang::ALL.map(|lang| lang.text(entry.name, None)).join(" ");
        let right = entry.shortcut.map(|keys| ctx.format_shortcut(&keys)).unwrap_or_default();
        entries.push(Entry {
            name: lang.text(entry.name, None).into_owned(),
            also,
            right,
            does: Does::Command(command.clone()),
        });
    }
    for example in examples::all() {
        let number = example.number.to_string();
        let named = |lang: Lang| {
            t!(lang, "palette-example", number = number.as_str(), title = example.lab.title.text(lang)).into_owned()
        };
        entries.push(Entry {
            name: named(lang),
            also: Lang::ALL.map(named).join(" "),
            right: String::new(),
            does: Does::Command(Command::OpenExample(example.number)),
        });
    }
    for path in recent {
        let folder = path.parent().map(visible_path).unwrap_or_default();
        let name = t!(lang, "palette-recent", file = visible_file_name(path)).into_owned();
        entries.push(Entry {
            name,
            also: String::new(),
            right: folder,
            does: Does::Command(Command::OpenRecent(path.clone())),
        });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_in_english_from_a_chinese_window() {
        let session = crate::ui::layout::tests::session(1);
        let all = entries(&egui::Context::default(), Lang::ZhCn, &session, &[]);
        let found = |typed: &str| all.iter().filter(|entry| matches(entry, typed)).count();
        assert!(found("save lab") >= 1);
        assert!(found("lab save") >= 1);
        assert!(found("e1") >= 3);
        assert_eq!(found("zzz"), 0);
        assert_eq!(found(""), all.len());
    }
}
