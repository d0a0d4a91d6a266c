//! What not every rule has: when it acts by itself, states, further replies, and what follows a reply.

use eframe::egui::{Button, ComboBox, RichText, TextEdit, Ui};
use egui_material_icons::icons::{ICON_ADD, ICON_DELETE};

use super::form_field::RulePart;
use super::reply_draft::{DelayDraft, ReplyDraft};
use super::rule_draft::{OnKind, RuleDraft};
use super::rules::RuleLine;
use crate::lab::rule::{Delay, MAX_PARTS, Pick};
use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;

/// Width of a choice, of a state's name and of a time, in points.
const CHOICE: f32 = 150.0;
const STATE: f32 = 96.0;
const TIME: f32 = 72.0;
/// What stands behind the reply of a part: the margins of its field, and the button that removes it.
const PART_END: f32 = 50.0;

impl RuleLine<'_, '_> {
    pub(super) fn more(&mut self, ui: &mut Ui, rule: &mut RuleDraft, is_stream: bool) {
        self.on(ui, rule, is_stream);
        self.states(ui, rule);
        self.others(ui, rule);
        self.then(ui, rule);
    }

    fn label(&self, ui: &mut Ui, text: &str) {
        ui.label(RichText::new(text).size(12.0).color(Tokens::of(ui).muted));
    }

    fn on(&mut self, ui: &mut Ui, rule: &mut RuleDraft, is_stream: bool) {
        let lang = self.lang;
        ui.horizontal(|ui| {
            self.label(ui, &t!(lang, "rules-on"));
            let name = self.spoken(&t!(lang, "rules-on"));
            let choice = ComboBox::from_id_salt("on").width(CHOICE).selected_text(on_name(lang, rule.on));
            let show = |ui: &mut Ui| {
                // A datagram socket has no connection.
                for on in OnKind::ALL.into_iter().filter(|on| is_stream || *on != OnKind::Connect) {
                    ui.selectable_value(&mut rule.on, on, on_name(lang, on));
                }
            };
            choice.show_ui(ui, show).response.accessible_name(name).on_hover_text(t!(lang, "rules-on-tip"));
            if rule.on == OnKind::Every {
                let edit = TextEdit::singleline(&mut rule.every).desired_width(TIME).hint_text("1s").char_limit(24);
                let (what, tip) = (t!(lang, "rules-on-every"), t!(lang, "rules-on-every-tip"));
                self.field(ui, RulePart::Every, &what, &tip, edit);
            }
        });
        self.trouble(ui, RulePart::Every);
    }

    fn states(&mut self, ui: &mut Ui, rule: &mut RuleDraft) {
        let lang = self.lang;
        ui.horizontal(|ui| {
            let tip = t!(lang, "rules-state-tip");
            self.label(ui, &t!(lang, "rules-from"));
            let edit = TextEdit::singleline(&mut rule.from).desired_width(STATE).hint_text(t!(lang, "rules-from-hint"));
            self.field(ui, RulePart::From, &t!(lang, "rules-from"), &tip, edit.char_limit(200));
            self.label(ui, &t!(lang, "rules-to"));
            let edit = TextEdit::singleline(&mut rule.to).desired_width(STATE).hint_text(t!(lang, "rules-to-hint"));
            self.field(ui, RulePart::To, &t!(lang, "rules-to"), &tip, edit.char_limit(200));
        });
        self.trouble(ui, RulePart::From);
        self.trouble(ui, RulePart::To);
    }

    fn others(&mut self, ui: &mut Ui, rule: &mut RuleDraft) {
        let lang = self.lang;
        let mut removed = None;
        for (index, reply) in rule.others.iter_mut().enumerate() {
            let what = t!(lang, "rules-other-at", number = index + 2);
            ui.horizontal(|ui| {
                if self.part(ui, RulePart::Other(index), &what, reply, |_, _| {}) {
                    removed = Some(index);
                }
            });
            self.trouble(ui, RulePart::Other(index));
        }
        if let Some(index) = removed {
            rule.others.remove(index);
        }
        ui.horizontal(|ui| {
            if self.add(ui, &t!(lang, "rules-other-add"), rule.others.len()) {
                rule.others.push(ReplyDraft::new());
            }
            if rule.others.is_empty() {
                return;
            }
            let name = |pick: Pick| lang.text(pick.text_key(), None);
            let spoken = self.spoken(&t!(lang, "rules-pick"));
            let choice = ComboBox::from_id_salt("pick").width(CHOICE).selected_text(name(rule.pick));
            let show = |ui: &mut Ui| {
                for pick in Pick::ALL {
                    ui.selectable_value(&mut rule.pick, pick, name(pick));
                }
            };
            choice.show_ui(ui, show).response.accessible_name(spoken);
        });
    }

    fn then(&mut self, ui: &mut Ui, rule: &mut RuleDraft) {
        let lang = self.lang;
        let mut removed = None;
        for (index, (reply, delay)) in rule.then.iter_mut().enumerate() {
            let what = t!(lang, "rules-then-at", number = index + 1);
            let delay = |line: &mut Self, ui: &mut Ui| {
                let edit = TextEdit::singleline(&mut delay.typed).desired_width(TIME).char_limit(24);
                let name = format!("{what}, {}", t!(lang, "rules-delay"));
                line.field(ui, RulePart::Then(index), &name, &t!(lang, "rules-delay-tip"), edit);
                line.label(ui, "ms");
            };
            ui.horizontal(|ui| {
                if self.part(ui, RulePart::Then(index), &what, reply, delay) {
                    removed = Some(index);
                }
            });
            self.trouble(ui, RulePart::Then(index));
        }
        if let Some(index) = removed {
            rule.then.remove(index);
        }
        if self.add(ui, &t!(lang, "rules-then-add"), rule.then.len()) {
            rule.then.push((ReplyDraft::new(), DelayDraft::of(Delay::default())));
        }
    }

    /// A reply with what stands before it; true where it is to be removed.
    fn part(
        &mut self,
        ui: &mut Ui,
        part: RulePart,
        what: &str,
        reply: &mut ReplyDraft,
        before: impl FnOnce(&mut Self, &mut Ui),
    ) -> bool {
        let lang = self.lang;
        self.label(ui, what);
        before(self, ui);
        let hex = ui.checkbox(&mut reply.is_hex, t!(lang, "rules-hex"));
        hex.accessible_name(self.spoken(&format!("{what}, {}", t!(lang, "rules-hex"))));
        let tip = if reply.is_hex { t!(lang, "rules-reply-hex-tip") } else { t!(lang, "rules-reply-tip") };
        let edit = TextEdit::singleline(&mut reply.text).desired_width(ui.available_width() - PART_END);
        self.field(ui, part, what, &tip, edit);
        let name = self.spoken(&t!(lang, "rules-part-remove", what = what));
        controls::icon(ui, ICON_DELETE, &name).clicked()
    }

    fn add(&self, ui: &mut Ui, text: &str, count: usize) -> bool {
        let button = Button::new((ICON_ADD.rich_text().size(13.0), RichText::new(text).size(12.0)));
        ui.add_enabled(count < MAX_PARTS, button).accessible_name(self.spoken(text)).clicked()
    }
}

fn on_name(lang: Lang, on: OnKind) -> String {
    match on {
        OnKind::Message => t!(lang, "rules-on-message"),
        OnKind::Connect => t!(lang, "rules-on-connect"),
        OnKind::Every => t!(lang, "rules-on-every"),
    }
    .into_owned()
}
