//! What a server answers with: the lines of the form for its service.

use eframe::egui::Ui;

use super::fields::{Field, Fields};
use super::lines::Lines;
use super::{Form, rules};
use crate::lab::Reply;
use crate::lang::Lang;
use crate::t;
use crate::ui::view::{Asked, View};

impl Form {
    pub(super) fn service_lines(&mut self, ui: &mut Ui, view: &mut View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let fields = &mut self.fields;
        lines.choice(
            ui,
            &t!(lang, "form-service"),
            &t!(lang, "form-service-tip"),
            &service_name(lang, fields.service),
            |ui| {
                for kind in Reply::KINDS.into_iter().filter(|kind| Fields::can_serve(fields.kind, kind)) {
                    ui.selectable_value(&mut fields.service, kind, service_name(lang, kind))
                        .on_hover_text(service_tip(lang, kind));
                }
            },
        );
        if fields.service == "rules" {
            // A rules service without a rule answers nothing.
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
            return;
        }
        if fields.serves_files() {
            self.share_lines(ui, view, lines);
            return;
        }
        if !fields.has_service_text() {
            return;
        }
        let (name, tip) = match fields.service {
            "suffix" => (t!(lang, "form-suffix"), t!(lang, "form-text-tip")),
            "template" => (t!(lang, "form-template"), t!(lang, "form-template-tip")),
            _ => (t!(lang, "form-constant"), t!(lang, "form-text-tip")),
        };
        lines.text(ui, &name, &tip, Field::ServiceText, &mut fields.service_text, "");
        if fields.service == "constant" {
            lines.check(ui, "", &t!(lang, "form-hex"), &t!(lang, "form-hex-tip"), &mut fields.service_hex);
        }
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

fn service_name(lang: Lang, kind: &str) -> String {
    match kind {
        "echo" => t!(lang, "service-echo"),
        "suffix" => t!(lang, "service-suffix"),
        "upper" => t!(lang, "service-upper"),
        "constant" => t!(lang, "service-constant"),
        "template" => t!(lang, "service-template"),
        "rules" => t!(lang, "service-rules"),
        "files" => t!(lang, "service-files"),
        "http" => t!(lang, "service-http"),
        _ => t!(lang, "service-manual"),
    }
    .into_owned()
}

fn service_tip(lang: Lang, kind: &str) -> String {
    match kind {
        "echo" => t!(lang, "service-echo-tip"),
        "suffix" => t!(lang, "service-suffix-tip"),
        "upper" => t!(lang, "service-upper-tip"),
        "constant" => t!(lang, "service-constant-tip"),
        "template" => t!(lang, "service-template-tip"),
        "rules" => t!(lang, "service-rules-tip"),
        "files" => t!(lang, "service-files-tip"),
        "http" => t!(lang, "service-http-tip"),
        _ => t!(lang, "service-manual-tip"),
    }
    .into_owned()
}
