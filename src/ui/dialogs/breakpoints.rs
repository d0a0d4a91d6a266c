//! The dialog "Breakpoints": the conditions at which time is to stand still, each with a name, a switch, and how often it has
//! stopped something.

use eframe::egui::{self, Id, Label, RichText, ScrollArea, TextEdit, Ui};
use egui_material_icons::icons::ICON_DELETE;

use super::lines::{Footer, Obstacle, Pressed};
use crate::explain;
use crate::lab::Breakpoint;
use crate::lab::breakpoint::{At, MAX_BREAKPOINTS, MAX_NAME_CHARS};
use crate::lang::Lang;
use crate::lang::visible::is_hidden;
use crate::session::{Action, Session};
use crate::t;
use crate::trace::filter::MAX_FILTER_CHARS;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::field;
use crate::ui::widgets::modal;

const WIDTH: f32 = 640.0;
const NAME_WIDTH: f32 = 120.0;
/// What the dialog needs besides its lines.
const BESIDES: f32 = 150.0;

/// The dialog while it is open.
pub struct BreakpointWindow {
    drafts: Vec<Draft>,
    /// The field that is to get the keyboard.
    fresh: Option<usize>,
}

struct Draft {
    breakpoint: Breakpoint,
    /// How often it has stopped something; not of one that was changed here.
    hits: u64,
}

impl BreakpointWindow {
    pub fn new(session: &Session) -> Self {
        let draft = |(place, breakpoint): (usize, &Breakpoint)| Draft {
            breakpoint: breakpoint.clone(),
            hits: session.hits(place),
        };
        let mut drafts: Vec<Draft> = session.breakpoints().iter().enumerate().map(draft).collect();
        if drafts.is_empty() {
            drafts.push(Draft::empty());
        }
        Self { fresh: Some(0), drafts }
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let drawn = modal::show(ctx, Id::unique("breakpoints"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "breakpoints-title"));
            ui.label(RichText::new(t!(lang, "breakpoints-about")).color(view.tokens.muted));
            ui.add_space(6.0);
            let mut gone = None;
            let mut entered = place.entered;
            ScrollArea::vertical().max_height((place.height - BESIDES).max(80.0)).show(ui, |ui| {
                for (index, draft) in self.drafts.iter_mut().enumerate() {
                    let fresh = self.fresh.take_if(|fresh| *fresh == index).is_some();
                    let done = draft.ui(ui, lang, index, fresh);
                    entered |= done == Some(Done::Entered);
                    gone = gone.or((done == Some(Done::Deleted)).then_some(index));
                }
            });
            if let Some(index) = gone {
                self.drafts.remove(index);
            }
            let full = self.drafts.len() >= MAX_BREAKPOINTS;
            if ui.add_enabled(!full, egui::Button::new(t!(lang, "breakpoints-add"))).clicked() {
                self.fresh = Some(self.drafts.len());
                self.drafts.push(Draft::empty());
            }
            ui.separator();
            let obstacle = self.obstacle(lang);
            let footer = Footer { go: &t!(lang, "form-apply"), also: None, obstacle: obstacle.as_ref() };
            let pressed = footer.ui(ui, lang, |_| {});
            if entered && obstacle.is_none() { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            Some(Pressed::Go | Pressed::Also) => {
                view.act(Action::SetBreakpoints(self.read()));
                true
            }
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }

    /// Lines without a condition are none.
    fn read(&self) -> Vec<Breakpoint> {
        let read = |draft: &Draft| {
            let Breakpoint { name, when, at, on } = &draft.breakpoint;
            let name = name.trim().chars().filter(|character| !is_hidden(*character)).collect();
            Breakpoint { name, when: when.trim().to_owned(), at: *at, on: *on }
        };
        self.drafts.iter().filter(|draft| !draft.is_empty()).map(read).collect()
    }

    fn obstacle(&self, lang: Lang) -> Option<Obstacle> {
        self.drafts.iter().find_map(|draft| draft.wrong(lang)).map(|text| Obstacle { text, missing: false })
    }
}

/// What was done with a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Entered,
    Deleted,
}

impl Draft {
    fn empty() -> Self {
        let breakpoint = Breakpoint { name: String::new(), when: String::new(), at: At::Before, on: true };
        Self { breakpoint, hits: 0 }
    }

    fn is_empty(&self) -> bool {
        self.breakpoint.when.trim().is_empty()
    }

    fn wrong(&self, lang: Lang) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let checked = explain::breakpoint::check(&self.breakpoint.when, Some(self.breakpoint.at));
        checked.err().map(|reason| reason.text(lang).to_owned())
    }

    fn ui(&mut self, ui: &mut Ui, lang: Lang, index: usize, fresh: bool) -> Option<Done> {
        let tokens = Tokens::of(ui);
        let number = index + 1;
        let mut done = None;
        let wrong = self.wrong(lang);
        ui.horizontal(|ui| {
            let Breakpoint { name, when, at, on } = &mut self.breakpoint;
            let tip = t!(lang, "breakpoints-on", number = number);
            ui.checkbox(on, "").on_hover_text(tip.as_ref());
            let edit = TextEdit::singleline(name).desired_width(NAME_WIDTH).char_limit(MAX_NAME_CHARS);
            let hint = t!(lang, "breakpoints-name-hint");
            field::line(ui, edit.hint_text(hint)).accessible_name(t!(lang, "breakpoints-name", number = number));
            let width = (ui.available_width() - 170.0).max(120.0);
            let edit = TextEdit::singleline(when).desired_width(width).char_limit(MAX_FILTER_CHARS);
            let hint = "op == recv and len < 10";
            let response = field::line(ui, edit.hint_text(hint).font(egui::TextStyle::Monospace)).accessible_name(t!(
                lang,
                "breakpoints-when",
                number = number
            ));
            if fresh {
                field::take_focus(&response);
            }
            if response.changed() {
                self.hits = 0;
                // What is asked for decides where it can stop.
                if let Ok(found) = explain::breakpoint::check(when, None)
                    && (found == At::After || *at == At::After && explain::breakpoint::check(when, Some(*at)).is_err())
                {
                    *at = found;
                }
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
                done = Some(Done::Entered);
            }
            let word = |at: At| match at {
                At::Before => t!(lang, "breakpoints-before"),
                At::After => t!(lang, "breakpoints-after"),
                At::Message => t!(lang, "breakpoints-message"),
                At::MessageUp => t!(lang, "breakpoints-message-up"),
                At::MessageDown => t!(lang, "breakpoints-message-down"),
            };
            let label = t!(lang, "breakpoints-at", number = number);
            Choice { name: &label, shown: &word(*at), prefixed: false }.show(ui, |ui| {
                for other in At::ALL {
                    if ui.selectable_label(*at == other, word(other)).clicked() {
                        *at = other;
                        ui.close();
                    }
                }
            });
            if controls::icon(ui, ICON_DELETE, &t!(lang, "breakpoints-delete", number = number)).clicked() {
                done = Some(Done::Deleted);
            }
        });
        let below = match &wrong {
            Some(wrong) => Some((wrong.clone(), tokens.error)),
            None if self.hits > 0 => Some((t!(lang, "breakpoints-hits", count = self.hits).into_owned(), tokens.held)),
            None => None,
        };
        if let Some((text, colour)) = below {
            ui.horizontal(|ui| {
                ui.add_space(30.0);
                ui.add(Label::new(RichText::new(text).size(12.0).color(colour)).wrap());
            });
        }
        done
    }
}
