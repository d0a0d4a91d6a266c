//! What a server answers with: the lines of the form for its service.

use eframe::egui::Ui;

use super::form_field::Field;
use super::{Form, Lines, rules};
use crate::kinds::Shape;
use crate::kinds::service::ServiceKind;
use crate::lang::Lang;
use crate::t;
use crate::ui::view::{View, ViewRequest};

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
        let texts = kind.texts();
        for fields in kind.fields.chunk_by(|_, next| next.is_beside) {
            let Some(field) = fields.first() else { continue };
            match field.shape {
                Shape::Rules => self.rules_lines(ui, lang, lines),
                Shape::Share => self.share_lines(ui, view, lines),
                Shape::Text
                | Shape::Template
                | Shape::Content
                | Shape::Bytes { .. }
                | Shape::Number { .. }
                | Shape::OneNumber { .. }
                | Shape::Mark { .. }
                | Shape::Time { .. }
                | Shape::Pattern
                | Shape::Count { .. }
                | Shape::Choice(_) => {
                    let typed = &mut self.fields.service_typed;
                    typed.ui(ui, lang, lines, &texts, fields, Field::Service(field.key));
                }
            }
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
            preset: fields.framing.framing(lang, fields.encoding).ok().and_then(|framing| framing.preset()),
            rules: &mut fields.rules,
            trial: &mut self.trial,
        };
        editor.ui(ui, lines);
    }

    fn share_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        if let Some(purpose) = fields.share.ui(ui, lang, lines, Field::Share) {
            view.requests.push(ViewRequest::Choose(purpose));
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
