//! The source of a program, with the line that waits marked, live.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Align, Align2, Button, FontId, Frame, Margin, ScrollArea, Ui, vec2};
use egui_material_icons::icons::ICON_PLAY_ARROW;

use crate::lang::visible::{visible, visible_lines};
use crate::session::{Program, SourceFile, source_parts};
use crate::t;
use crate::trace::WaitingCall;
use crate::trace::held::HeldCall;
use crate::ui::view::View;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::quantity;
use crate::ui::widgets::rows::{Kind, Listing, Rows};

const ROW: f32 = 18.0;
const TEXT: f32 = 12.0;
/// The height of a row of names of files, and the most rows that are in sight.
const TABS: f32 = 22.0;
const MOST_TABS: f32 = 3.0;
/// The room for the mark before a line.
const MARK: f32 = 18.0;

#[derive(Debug)]
pub struct SourceView {
    rows: Rows,
    /// The file that the user has chosen, until another one waits.
    chosen: Option<Arc<str>>,
    /// What was brought into sight last.
    at: Option<(Arc<str>, usize)>,
    /// The rows of the file that is shown that are selected: from the one that was clicked first to the last.
    picked: Option<(u64, u64)>,
    /// The file that is shown.
    shown: Option<Arc<str>>,
    /// How much room there was in the last frame, and whether that was another than before.
    height: f32,
    resized: bool,
}

impl Default for SourceView {
    fn default() -> Self {
        Self {
            rows: Rows::from_start(),
            chosen: None,
            at: None,
            picked: None,
            shown: None,
            height: 0.0,
            resized: false,
        }
    }
}

/// The lines in which the program waits: by file and line, the oldest wait of each.
fn waiting<'a>(view: &View<'a>, program: &Program) -> BTreeMap<(&'a str, usize), &'a WaitingCall> {
    let mut found = BTreeMap::new();
    for call in view.session.waiting().filter(|call| call.endpoint == program.id) {
        let source = call.made_by.as_ref().and_then(|made_by| made_by.source.as_deref());
        if let Some(place) = source.and_then(source_parts) {
            found.entry(place).or_insert(call);
        }
    }
    found
}

/// The lines in which the program stands before a call that is held: by file and line, the first such call of each.
fn held<'a>(view: &View<'a>, program: &Program) -> BTreeMap<(&'a str, usize), &'a HeldCall> {
    let mut found = BTreeMap::new();
    if view.session.looking_back().is_some() {
        return found;
    }
    for call in view.session.held_calls().filter(|call| call.endpoint == program.id) {
        if let Some(place) = call.source().and_then(source_parts) {
            found.entry(place).or_insert(call);
        }
    }
    found
}

/// Where its newest call came from.
fn last<'a>(view: &View<'a>, program: &Program) -> Option<(&'a str, usize)> {
    let session = view.session;
    let end = view.end_seq().min(session.looking_back().unwrap_or(u64::MAX));
    let seqs = session.trace().of_endpoint(program.id)?;
    let newest = seqs.partition_point(|seq| *seq < end).checked_sub(1)?;
    let call = session.trace().get(*seqs.get(newest)?)?;
    source_parts(call.made_by.as_ref()?.source.as_deref()?)
}

/// What is shown is now.
fn session_goes_on(view: &View<'_>) -> bool {
    view.session.looking_back().is_none() && view.pause.is_none()
}

impl SourceView {
    /// The names of the files, in as many rows as they need, and of many some out of sight.
    fn tabs_ui(&mut self, ui: &mut Ui, files: &[SourceFile], shown: &SourceFile) {
        let scroll =
            ScrollArea::vertical().id_salt("source tabs").max_height(MOST_TABS * TABS).auto_shrink([false, true]);
        Frame::new().inner_margin(Margin { left: 6, right: 6, top: 2, bottom: 2 }).show(ui, |ui| {
            scroll.show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    for other in files {
                        let button = Button::selectable(other.name == shown.name, &*visible(&other.name)).small();
                        if ui.add(button).clicked() {
                            self.chosen = Some(Arc::clone(&other.name));
                            self.rows = Rows::from_start();
                        }
                    }
                });
            });
        });
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, program: &Program) {
        let files = &program.live.sources;
        let (held, waits) = (held(view, program), waiting(view, program));
        let last = last(view, program);
        // The line that matters most: where it is held, else where it waits, else where it was last.
        let now = held.keys().chain(waits.keys()).next().copied().or(last);
        if let Some((name, line)) = now
            && self.at.as_ref().is_none_or(|(file, at)| **file != *name || *at != line)
        {
            self.at = Some((name.into(), line));
            self.chosen = None;
            self.rows.reveal_amid(line.saturating_sub(1) as u64);
        } else if self.resized
            && self.chosen.is_none()
            && let Some((_, line)) = &self.at
        {
            // The room has changed since it was brought into sight.
            self.rows.reveal_amid(line.saturating_sub(1) as u64);
        }
        let height = ui.available_height();
        self.resized = (std::mem::replace(&mut self.height, height) - height).abs() > 0.5;
        if self.resized {
            ui.ctx().request_repaint();
        }
        let wanted = self.chosen.as_deref().or(now.map(|(name, _)| name));
        let Some(file) = files.iter().find(|file| Some(&*file.name) == wanted).or_else(|| files.first()) else {
            return;
        };
        if self.shown.as_ref() != Some(&file.name) {
            (self.shown, self.picked) = (Some(Arc::clone(&file.name)), None);
        }
        if files.len() > 1 {
            self.tabs_ui(ui, files, file);
        }
        let digits = file.len().to_string().len();
        let name = t!(view.lang, "program-source", file = &*file.name);
        let listing = Listing {
            salt: "source lines",
            name: &name,
            range: 0..file.len() as u64,
            row_height: ROW,
            selected: self.picked.map(|(_, last)| last),
            kind: Kind::Text,
        };
        let now = view.session.shown_time();
        let (tokens, lang) = (view.tokens, view.lang);
        let picked = self.picked.map(|(from, to)| from.min(to)..=from.max(to));
        let steered = self.rows.show(ui, &listing, |ui, row| {
            let number = usize::try_from(row.number).unwrap_or(0) + 1;
            let Some(text) = file.line(number) else { return };
            let text = visible(&text.replace('\t', "    ")).into_owned();
            let place = (&*file.name, number);
            let (held, waits) = (held.get(&place), waits.get(&place));
            let is_last = last == Some(place);
            let note = match (held, waits) {
                (Some(call), _) => Some(t!(lang, "held-next-call", call = call.with_arguments()).into_owned()),
                (None, Some(call)) => {
                    let time = quantity::running(now.since(call.start));
                    Some(t!(lang, "program-line-waits", call = call.name(), time = time).into_owned())
                }
                (None, None) => None,
            };
            // Where it stands, and why.
            let stands = held.map(|_| tokens.held).or(waits.map(|_| tokens.waiting));
            row.name(|| match &note {
                Some(note) => format!("{number} {text} {note}"),
                None => format!("{number} {text}"),
            });
            let is_picked = picked.as_ref().is_some_and(|picked| picked.contains(&row.number));
            let ground = match stands {
                _ if is_picked => Some(tokens.tint(tokens.accent)),
                Some(color) => Some(tokens.tint(color)),
                None => is_last.then_some(tokens.highlight),
            };
            if let Some(ground) = ground {
                ui.painter().rect_filled(row.rect, 0.0, ground);
            }
            if let Some(color) = stands {
                let at = row.rect.left_center() + vec2(MARK / 2.0, 0.0);
                let font = FontId::new(14.0, ICON_PLAY_ARROW.font_family());
                ui.painter().text(at, Align2::CENTER_CENTER, ICON_PLAY_ARROW.codepoint, font, color);
            }
            let ink = stands.unwrap_or(tokens.muted);
            let mut line =
                Line::new().mono_sized(&format!("{number:>digits$}  "), TEXT, ink).mono_sized(&text, TEXT, tokens.text);
            if let Some(note) = &note {
                line = line.mono_sized(&format!("   {note}"), TEXT, ink);
            }
            line.paint(ui, row.rect.with_min_x(row.rect.left() + MARK), Align::Min);
        });
        if let Some(row) = steered.picked {
            let from = self.picked.filter(|_| steered.extend).map_or(row, |(from, _)| from);
            self.picked = Some((from, row));
        }
        if steered.escaped {
            self.picked = None;
        }
        if steered.copy {
            let (from, to) = self.picked.map_or((0, file.len() as u64), |(from, to)| (from.min(to), from.max(to)));
            let lines = (from..=to).filter_map(|row| file.line(usize::try_from(row).ok()? + 1));
            ui.ctx().copy_text(lines.map(|line| visible_lines(line) + "\n").collect());
        }
        if session_goes_on(view)
            && let Some(newest) = waits.values().map(|call| now.since(call.start)).min()
        {
            ui.ctx().request_repaint_after(quantity::repaint_after(newest));
        }
    }
}
