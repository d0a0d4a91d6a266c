//! What a server answers with: the lines of the form for its service.

use std::collections::BTreeMap;

use eframe::egui::Ui;

use super::fields::{Field, escaped};
use super::lines::Lines;
use super::{Form, rules};
use crate::kinds::service::ServiceKind;
use crate::kinds::{self, Shape, Value, Values};
use crate::lab::Content;
use crate::lab::payload::format_hex;
use crate::lang::Lang;
use crate::t;
use crate::ui::view::{Asked, View};

impl Form {
    pub(super) fn service_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        let chosen = fields.service.label(lang);
        lines.choice(ui, &t!(lang, "form-service"), &t!(lang, "form-service-tip"), &chosen, |ui| {
            for kind in ServiceKind::ALL.iter().copied().filter(|kind| kind.is_for(fields.kind)) {
                ui.selectable_value(&mut fields.service, kind, kind.label(lang)).on_hover_text(kind.tip(lang));
            }
        });
        let kind = fields.service;
        for field in kind.fields {
            match field.shape {
                Shape::Text | Shape::Template | Shape::Content => self.service_text_lines(ui, lang, lines, field),
                Shape::Rules => self.rules_lines(ui, lang, lines),
                Shape::Share => self.share_lines(ui, view, lines),
            }
        }
    }

    fn service_text_lines(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>, field: &kinds::Field) {
        let name = format!("{}-{}", self.fields.service.texts(), field.key);
        let (name, tip) = (t!(lang, &name), lang.text(&format!("{name}-tip"), None));
        let (text, is_hex) = self.fields.service_texts.edited(field.key);
        lines.text(ui, &name, &tip, Field::Service(field.key), text, "");
        if field.shape == Shape::Content {
            lines.check(ui, "", &t!(lang, "form-hex"), &t!(lang, "form-hex-tip"), is_hex);
        }
    }

    fn rules_lines(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        let fields = &mut self.fields;
        // A service of rules without a rule answers nothing.
        if fields.rules.list.is_empty() && !fields.rules.was_begun {
            fields.rules.add();
        }
        let mut editor = rules::Editor {
            lang,
            kind: fields.kind,
            encoding: fields.encoding,
            rules: &mut fields.rules,
            trial: &mut self.trial,
        };
        editor.ui(ui, lines);
    }

    fn share_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        if let Some(purpose) = fields.share.ui(ui, lang, lines, Field::Share) {
            view.asked.push(Asked::Choose(purpose));
        }
        // A lab may be written for a folder that is on another machine.
        if let Some(not_there) = fields.share.not_there() {
            lines.hint(ui, &not_there.text(lang));
        }
        let (name, tip) = (t!(lang, "share-most"), t!(lang, "share-most-tip"));
        lines.text(ui, &name, &tip, Field::MaxTransfers, &mut fields.max_transfers, "32");
        let (name, tip) = (t!(lang, "share-ask-within"), t!(lang, "share-ask-within-tip"));
        lines.text(ui, &name, &tip, Field::AskWithin, &mut fields.ask_within, "30");
        let (name, tip) = (t!(lang, "share-stalled-after"), t!(lang, "share-stalled-after-tip"));
        lines.text(ui, &name, &tip, Field::StalledAfter, &mut fields.stalled_after, "30");
    }
}

/// What was typed for the texts among a service's options, by their keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceTexts(BTreeMap<&'static str, (String, bool)>);

impl ServiceTexts {
    pub fn of(values: &Values) -> Self {
        let typed = |value: &Value| match value {
            Value::Text(text) | Value::Content(Content::Text(text)) => Some((escaped(text), false)),
            Value::Content(Content::Hex(bytes)) => Some((format_hex(bytes), true)),
            Value::Rules(_) | Value::Share(_) => None,
        };
        Self(values.iter().filter_map(|(key, value)| Some((key, typed(value)?))).collect())
    }

    /// What was typed, and whether it is hex where it may be.
    pub fn typed(&self, key: &str) -> (&str, bool) {
        self.0.get(key).map_or(("", false), |(text, is_hex)| (text, *is_hex))
    }

    fn edited(&mut self, key: &'static str) -> (&mut String, &mut bool) {
        let (text, is_hex) = self.0.entry(key).or_default();
        (text, is_hex)
    }

    #[cfg(test)]
    pub fn type_text(&mut self, key: &'static str, text: &str) {
        text.clone_into(self.edited(key).0);
    }
}
