//! The editor of a rules service: the rules in their order, and a sample to try them on before they are switched on.

use eframe::egui::{
    Button, Color32, ComboBox, Frame, Label, Layout, Margin, Response, RichText, Sense, TextEdit, Ui, vec2,
};
use egui_material_icons::icons::{ICON_ADD, ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_CONTENT_COPY, ICON_DELETE};

use super::Lines;
use super::form_field::{Field, RulePart};
use super::reply_draft::ReplyKind;
use super::rule_draft::{OnKind, RuleDraft, RuleDrafts};
use crate::lab::framing::Preset;
use crate::lab::payload::{self, Input, LineEnding};
use crate::lab::rule::when::Takes;
use crate::lab::rule::{MAX_RULES, MAX_WHEN_CHARS, Rule, WhenKind};
use crate::lab::service::{Matched, try_rules_on};
use crate::lab::{EndpointKind, TextEncoding};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;
use crate::trace::text::{as_text, visible};
use crate::ui::controls;
use crate::ui::dialogs::lines::mark_wrong;
use crate::ui::theme::{self, PANE_ROUNDING, Tokens};
use crate::ui::widgets::field;

/// Width of the choice before a field, in points.
const CHOICE: f32 = 136.0;
/// Characters of the reply that are shown.
const MAX_SHOWN: usize = 400;

/// The sample that the rules are tried on.
#[derive(Debug, Default)]
pub struct Trial {
    sample: String,
    is_hex: bool,
}

/// What the rules make of the sample.
enum Tried {
    /// There is no sample.
    Nothing,
    BadSample(String),
    /// So far no rule matched, and this one is not right yet.
    Wrong(usize),
    Matched(Matched),
    Unmatched,
}

/// What is done to the list once it is drawn.
enum Change {
    Up(usize),
    Down(usize),
    Duplicate(usize),
    Remove(usize),
}

pub(super) struct Editor<'a> {
    pub lang: Lang,
    pub kind: EndpointKind,
    pub encoding: TextEncoding,
    /// The protocol that the framing names: the sample is a whole frame of it.
    pub preset: Option<&'static Preset>,
    pub rules: &'a mut RuleDrafts,
    pub trial: &'a mut Trial,
}

impl Editor<'_> {
    pub(super) fn ui(&mut self, ui: &mut Ui, lines: &mut Lines<'_>) {
        let lang = self.lang;
        let tried = self.tried();
        let matched = if let Tried::Matched(matched) = &tried { Some(matched.index) } else { None };
        let count = self.rules.list.len();
        let mut change = None;
        let line = |ui: &mut Ui, text: &str| {
            ui.add(Label::new(RichText::new(text).size(12.0).color(Tokens::of(ui).muted)).wrap());
        };
        line(ui, &t!(lang, "rules-order"));
        if count > 0 {
            self.trial_ui(ui, &tried);
        }
        for index in 0..count {
            change = self.card(ui, lines, index, count, matched == Some(index)).or(change);
        }
        if let Some(why) = lines.wrong.iter().find(|(field, _)| *field == Field::Rules).map(|(_, why)| why) {
            ui.add(Label::new(RichText::new(why).size(12.0).color(Tokens::of(ui).error)).wrap());
        }
        let add = (ICON_ADD.rich_text().size(15.0), RichText::new(t!(lang, "rules-add")));
        let add = ui.add_enabled(count < MAX_RULES, Button::new(add)).accessible_name(t!(lang, "rules-add"));
        if add.clicked() {
            self.rules.add();
        }
        match change {
            Some(Change::Up(index)) if index > 0 => self.rules.list.swap(index, index - 1),
            Some(Change::Down(index)) if index + 1 < count => self.rules.list.swap(index, index + 1),
            Some(Change::Duplicate(index)) => self.rules.duplicate(index),
            Some(Change::Remove(index)) => drop(self.rules.list.remove(index)),
            Some(Change::Up(_) | Change::Down(_)) | None => {}
        }
    }

    /// One rule.
    fn card(
        &mut self,
        ui: &mut Ui,
        lines: &mut Lines<'_>,
        index: usize,
        count: usize,
        matched: bool,
    ) -> Option<Change> {
        let lang = self.lang;
        let stream = self.kind.is_stream();
        let rule = self.rules.list.get_mut(index)?;
        let mut line = RuleLine { lang, index, lines };
        let tokens = Tokens::of(ui);
        let edge = if matched { tokens.ok } else { tokens.line };
        let mut change = None;
        let frame = Frame::new()
            .fill(tokens.pane)
            .stroke((1.0, edge))
            .corner_radius(f32::from(PANE_ROUNDING))
            .inner_margin(Margin::symmetric(10, 7));
        ui.push_id(("rule", rule.key), |ui| {
            frame.show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing = vec2(6.0, 5.0);
                change = line.head(ui, rule, count, matched);
                if rule.on == OnKind::Message {
                    line.when(ui, rule);
                }
                line.reply(ui, rule);
                line.after(ui, rule, stream);
                if rule.has_more {
                    line.more(ui, rule, stream);
                }
            });
        });
        change
    }

    fn tried(&self) -> Tried {
        if self.trial.sample.is_empty() {
            return Tried::Nothing;
        }
        let lang = self.lang;
        let input = if self.trial.is_hex { Input::Hex } else { Input::Text };
        let message = match payload::encode(&self.trial.sample, input, self.encoding, LineEnding::None) {
            Ok(message) => message,
            Err(error) => return Tried::BadSample(error.sentence(lang)),
        };
        // The rules before the first that is not right are enough where one of them matches.
        let mut right: Vec<Rule> = Vec::new();
        let mut wrong = None;
        for (index, rule) in self.rules.list.iter().enumerate() {
            match rule.rule(lang, self.encoding) {
                Ok(rule) => right.push(rule),
                Err(_) => {
                    wrong = Some(index);
                    break;
                }
            }
        }
        let now = jiff::Zoned::now().datetime();
        match (try_rules_on(&right, self.encoding, self.preset, &message, now), wrong) {
            (Ok(Some(matched)), _) => Tried::Matched(matched),
            (Ok(None), None) => Tried::Unmatched,
            (Ok(None), Some(index)) => Tried::Wrong(index),
            (Err(_), _) => Tried::Wrong(right.len()),
        }
    }

    fn trial_ui(&mut self, ui: &mut Ui, tried: &Tried) {
        let lang = self.lang;
        let tokens = Tokens::of(ui);
        let frame = Frame::new()
            .fill(tokens.tint(tokens.accent))
            .corner_radius(f32::from(PANE_ROUNDING))
            .inner_margin(Margin::symmetric(10, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(theme::strong(t!(lang, "rules-try")));
                let tip = t!(lang, "rules-try-tip");
                let width = ui.available_width() - 76.0;
                let hint = if self.trial.is_hex { "68 65 6c 6c 6f" } else { "hello" };
                let field = TextEdit::singleline(&mut self.trial.sample).desired_width(width).hint_text(hint);
                ui.add(field.char_limit(MAX_WHEN_CHARS)).accessible_name(t!(lang, "rules-sample")).on_hover_text(tip);
                ui.checkbox(&mut self.trial.is_hex, t!(lang, "rules-hex"));
            });
            self.outcome_ui(ui, tried);
        });
    }

    fn outcome_ui(&self, ui: &mut Ui, tried: &Tried) {
        let lang = self.lang;
        let tokens = Tokens::of(ui);
        let say = |ui: &mut Ui, text: &str, colour: Color32| {
            ui.add(Label::new(RichText::new(text).color(colour)).wrap());
        };
        match tried {
            Tried::Nothing => say(ui, &t!(lang, "rules-try-tip"), tokens.muted),
            Tried::BadSample(why) => say(ui, why, tokens.error),
            Tried::Wrong(index) => say(ui, &t!(lang, "rules-try-wrong", number = index + 1), tokens.error),
            Tried::Unmatched => say(ui, &t!(lang, "rules-try-none"), tokens.muted),
            Tried::Matched(matched) => {
                let name = rule_name(matched.index, &matched.name);
                say(ui, &t!(lang, "rules-try-matched", rule = name), tokens.ok);
                self.matched_ui(ui, matched);
            }
        }
    }

    /// What goes out: as text, or as bytes where it is none.
    fn reply_ui(&self, ui: &mut Ui, reply: &[u8]) {
        let tokens = Tokens::of(ui);
        let is_text = std::str::from_utf8(reply).is_ok();
        let text = if is_text { as_text(reply, self.encoding) } else { payload::format_hex(reply) };
        let shown: String = text.chars().take(MAX_SHOWN).collect();
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new("→").color(tokens.sent));
            ui.add(Label::new(RichText::new(visible(&shown)).monospace()).wrap());
            let size = crate::ui::widgets::quantity::bytes(reply.len() as u64);
            ui.label(RichText::new(size).size(12.0).color(tokens.muted));
        });
    }

    fn matched_ui(&self, ui: &mut Ui, matched: &Matched) {
        let lang = self.lang;
        let tokens = Tokens::of(ui);
        if let Some(trouble) = &matched.trouble {
            ui.add(Label::new(RichText::new(trouble.sentence(lang)).color(tokens.error)).wrap());
            return;
        }
        if let Some(reply) = &matched.reply {
            self.reply_ui(ui, reply);
        }
        for (_, reply) in &matched.then {
            self.reply_ui(ui, reply);
        }
        let mut then = Vec::new();
        if matched.reply.is_none() {
            then.push(t!(lang, "rules-try-silent"));
        }
        if !matched.delay.is_zero() {
            then.push(t!(lang, "rules-try-delay", ms = matched.delay.as_millis() as u64));
        }
        if matched.close && self.kind.is_stream() {
            then.push(t!(lang, "rules-try-close"));
        }
        if !then.is_empty() {
            ui.label(RichText::new(then.join(" · ")).size(12.0).color(tokens.muted));
        }
    }
}

/// `2 “greeting”`, or only its number.
fn rule_name(index: usize, name: &str) -> String {
    if name.is_empty() { (index + 1).to_string() } else { format!("{} \u{201c}{name}\u{201d}", index + 1) }
}

/// What the lines of one rule have in common.
pub(super) struct RuleLine<'a, 'w> {
    pub(super) lang: Lang,
    index: usize,
    lines: &'a mut Lines<'w>,
}

impl RuleLine<'_, '_> {
    fn why(&self, part: RulePart) -> Option<&str> {
        let field = Field::Rule(self.index, part);
        self.lines.wrong.iter().find(|(wrong, _)| *wrong == field).map(|(_, why)| why.as_str())
    }

    /// `Rule 2: pattern`
    pub(super) fn spoken(&self, what: &str) -> String {
        t!(self.lang, "rules-part", number = self.index + 1, what = what).into_owned()
    }

    pub(super) fn field(&mut self, ui: &mut Ui, part: RulePart, what: &str, tip: &str, edit: TextEdit<'_>) -> Response {
        let wrong = self.why(part).is_some();
        let response = ui
            .scope(|ui| {
                if wrong {
                    mark_wrong(ui);
                }
                field::line(ui, edit)
            })
            .inner
            .accessible_name(self.spoken(what));
        self.lines.follow(ui, Some(Field::Rule(self.index, part)), &response);
        response.on_hover_text(tip)
    }

    pub(super) fn trouble(&self, ui: &mut Ui, part: RulePart) {
        if let Some(why) = self.why(part) {
            let text = RichText::new(why).size(12.0).color(Tokens::of(ui).error);
            ui.add(Label::new(text).wrap());
        }
    }

    /// Number, name, and what can be done with the whole rule.
    fn head(&mut self, ui: &mut Ui, rule: &mut RuleDraft, count: usize, matched: bool) -> Option<Change> {
        let lang = self.lang;
        let index = self.index;
        let tokens = Tokens::of(ui);
        let mut change = None;
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::hover());
            let colour = if matched { tokens.ok } else { tokens.muted };
            ui.painter().circle_filled(rect.center(), 10.0, tokens.tint(colour));
            let number = theme::strong((index + 1).to_string()).size(11.0);
            controls::paint_text(ui, rect, eframe::egui::Align2::CENTER_CENTER, number, colour);
            let edit = TextEdit::singleline(&mut rule.name).desired_width(ui.available_width() - 126.0);
            let (what, tip) = (t!(lang, "rules-name"), t!(lang, "rules-name-tip"));
            self.field(ui, RulePart::Name, &what, &tip, edit.hint_text(t!(lang, "rules-name-hint")).char_limit(200));
            ui.with_layout(Layout::right_to_left(eframe::egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                ui.spacing_mut().button_padding.x = 4.0;
                let mut button = |ui: &mut Ui, icon, enabled, name: &str, made: Change| {
                    let name = self.spoken(name);
                    if ui.add_enabled_ui(enabled, |ui| controls::icon(ui, icon, &name)).inner.clicked() {
                        change = Some(made);
                    }
                };
                button(ui, ICON_DELETE, true, &t!(lang, "rules-remove"), Change::Remove(index));
                let room = count < MAX_RULES;
                button(ui, ICON_CONTENT_COPY, room, &t!(lang, "rules-duplicate"), Change::Duplicate(index));
                let last = index + 1 == count;
                button(ui, ICON_ARROW_DOWNWARD, !last, &t!(lang, "rules-down"), Change::Down(index));
                button(ui, ICON_ARROW_UPWARD, index > 0, &t!(lang, "rules-up"), Change::Up(index));
            });
        });
        self.trouble(ui, RulePart::Name);
        change
    }

    fn when(&mut self, ui: &mut Ui, rule: &mut RuleDraft) {
        let lang = self.lang;
        ui.horizontal(|ui| {
            let name = self.spoken(&t!(lang, "rules-when"));
            let choice =
                ComboBox::from_id_salt("when").width(CHOICE).height(320.0).selected_text(rule.when.label(lang));
            choice
                .show_ui(ui, |ui| {
                    for kind in WhenKind::ALL {
                        ui.selectable_value(&mut rule.when, kind, kind.label(lang)).on_hover_text(kind.tip(lang));
                    }
                })
                .response
                .accessible_name(name)
                .on_hover_text(rule.when.tip(lang));
            let Some(hint) = hint(rule.when) else {
                ui.label(RichText::new(rule.when.tip(lang)).size(12.0).color(Tokens::of(ui).muted));
                return;
            };
            let width = ui.available_width();
            let edit = TextEdit::singleline(&mut rule.pattern).desired_width(width).hint_text(hint);
            let tip = rule.when.tip(lang);
            self.field(ui, RulePart::Pattern, &t!(lang, "rules-pattern"), &tip, edit.char_limit(MAX_WHEN_CHARS * 4));
        });
        if hint(rule.when).is_some() {
            self.trouble(ui, RulePart::Pattern);
        }
    }

    fn reply(&mut self, ui: &mut Ui, rule: &mut RuleDraft) {
        let lang = self.lang;
        ui.horizontal(|ui| {
            let name = self.spoken(&t!(lang, "rules-reply-kind"));
            let choice = ComboBox::from_id_salt("reply").width(CHOICE).selected_text(reply_name(lang, rule.reply_kind));
            choice
                .show_ui(ui, |ui| {
                    for kind in ReplyKind::ALL {
                        ui.selectable_value(&mut rule.reply_kind, kind, reply_name(lang, kind));
                    }
                })
                .response
                .accessible_name(name);
            let tip = match rule.reply_kind {
                ReplyKind::Text => match rule.when.takes {
                    Takes::Regexp => t!(lang, "rules-reply-regex-tip"),
                    Takes::Text(_) | Takes::Bytes | Takes::Frame | Takes::Nothing => t!(lang, "rules-reply-tip"),
                },
                ReplyKind::Hex => t!(lang, "rules-reply-hex-tip"),
                ReplyKind::Nothing => {
                    let text = t!(lang, "rules-no-reply-tip");
                    ui.label(RichText::new(text).size(12.0).color(Tokens::of(ui).muted));
                    return;
                }
            };
            let width = ui.available_width();
            let edit = TextEdit::singleline(&mut rule.reply).desired_width(width);
            self.field(ui, RulePart::Reply, &t!(lang, "rules-reply"), &tip, edit);
        });
        self.trouble(ui, RulePart::Reply);
    }

    /// How long it waits, and whether it closes.
    fn after(&mut self, ui: &mut Ui, rule: &mut RuleDraft, stream: bool) {
        let lang = self.lang;
        ui.horizontal(|ui| {
            ui.label(RichText::new(t!(lang, "rules-delay")).size(12.0).color(Tokens::of(ui).muted));
            let edit = TextEdit::singleline(&mut rule.delay.typed).desired_width(72.0).char_limit(24);
            self.field(ui, RulePart::Delay, &t!(lang, "rules-delay"), &t!(lang, "rules-delay-tip"), edit);
            ui.label(RichText::new("ms").size(12.0).color(Tokens::of(ui).muted));
            if stream {
                ui.add_space(10.0);
                let close = ui.checkbox(&mut rule.close, t!(lang, "rules-close"));
                close.accessible_name(self.spoken(&t!(lang, "rules-close"))).on_hover_text(t!(lang, "rules-close-tip"));
            }
            ui.add_space(10.0);
            let more = ui.checkbox(&mut rule.has_more, t!(lang, "rules-more"));
            more.accessible_name(self.spoken(&t!(lang, "rules-more"))).on_hover_text(t!(lang, "rules-more-tip"));
        });
        self.trouble(ui, RulePart::Delay);
    }
}

/// What an empty field of the pattern shows; `None` where there is nothing to type.
fn hint(kind: &WhenKind) -> Option<&'static str> {
    match kind.takes {
        Takes::Text(_) => Some("hello"),
        Takes::Regexp => Some(r"^name (\w+)"),
        Takes::Bytes => Some("01 (??) 0a"),
        Takes::Frame => Some("function == 3"),
        Takes::Nothing => None,
    }
}

fn reply_name(lang: Lang, kind: ReplyKind) -> String {
    match kind {
        ReplyKind::Text => t!(lang, "rules-reply-text"),
        ReplyKind::Hex => t!(lang, "rules-reply-hex"),
        ReplyKind::Nothing => t!(lang, "rules-no-reply"),
    }
    .into_owned()
}
