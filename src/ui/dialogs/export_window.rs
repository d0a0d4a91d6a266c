//! The window that asks what is exported and how; where to is the system's dialog's business.

use eframe::egui::{self, Id, RichText};

use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::session::Session;
use crate::session::export_job::Scope;
use crate::t;
use crate::trace::ConnId;
use crate::trace::export::Format;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::widgets::modal;

const WIDTH: f32 = 440.0;

pub enum Answer {
    Export(Format, Scope),
    Cancelled,
}

pub struct ExportWindow {
    format: Format,
    scope: Scope,
    /// What there is to choose from.
    scopes: Vec<Scope>,
}

impl ExportWindow {
    /// With what is selected in the window.
    pub fn new(endpoint: Option<EndpointId>, conn: Option<ConnId>) -> Self {
        let mut scopes = vec![Scope::Everything];
        if let Some(endpoint) = endpoint {
            scopes.push(Scope::Endpoint(endpoint));
            scopes.extend(conn.map(|conn| Scope::Connection(endpoint, conn)));
        }
        Self { format: Format::Pcapng, scope: Scope::Everything, scopes }
    }

    /// Offers what a filter shows too, and proposes it.
    pub fn with_filter(mut self, matching: Option<Scope>) -> Self {
        if let Some(matching) = matching {
            self.scope = matching.clone();
            self.scopes.push(matching);
        }
        self
    }

    pub fn ui(&mut self, ctx: &egui::Context, lang: Lang, session: &Session) -> Option<Answer> {
        let tokens = Tokens::of_context(ctx);
        let shown = modal::show(ctx, Id::unique("export window"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "export-title"));
            ui.add_space(4.0);
            ui.label(RichText::new(t!(lang, "export-format")).color(tokens.muted));
            for format in Format::EXPORTS {
                let (name, tip) = match format {
                    Format::Jsonl => (t!(lang, "export-jsonl"), t!(lang, "export-jsonl-tip")),
                    Format::Csv => (t!(lang, "export-csv"), t!(lang, "export-csv-tip")),
                    Format::Text => (t!(lang, "export-text"), t!(lang, "export-text-tip")),
                    _ => (t!(lang, "export-pcapng"), t!(lang, "export-pcapng-tip")),
                };
                ui.radio_value(&mut self.format, format, name).on_hover_text(tip);
            }
            ui.add_space(6.0);
            ui.label(RichText::new(t!(lang, "export-scope")).color(tokens.muted));
            for scope in &self.scopes {
                let name = match scope {
                    Scope::Everything => t!(lang, "export-everything"),
                    Scope::Endpoint(endpoint) => {
                        t!(lang, "export-endpoint", endpoint = session.trace().name(*endpoint))
                    }
                    Scope::Connection(endpoint, conn) => {
                        let name = session.name_of((*endpoint, Some(*conn)));
                        let others = scope.other_ends(session.trace());
                        let others: Vec<String> =
                            others.into_iter().map(|other| session.name_of_socket(other)).collect();
                        match others.is_empty() {
                            false => t!(lang, "export-connection-both", name = name, other = others.join(", ")),
                            true => t!(lang, "export-connection", name = name),
                        }
                    }
                    Scope::Matching(_) => t!(lang, "export-matching"),
                };
                let chosen = match (scope, &self.scope) {
                    (Scope::Matching(_), Scope::Matching(_)) => true,
                    (one, other) => one == other,
                };
                if ui.radio(chosen, name).clicked() {
                    self.scope = scope.clone();
                }
            }
            let mut answer = None;
            modal::buttons(ui, |ui| {
                let some = !session.trace().is_empty() && session.exporting().is_none();
                let go = controls::primary_enabled(ui, some, t!(lang, "export-go"));
                if go.clicked() || (some && place.entered) {
                    answer = Some(Answer::Export(self.format, self.scope.clone()));
                }
                if ui.button(t!(lang, "cancel")).clicked() {
                    answer = Some(Answer::Cancelled);
                }
                if session.trace().is_empty() {
                    ui.label(RichText::new(t!(lang, "export-nothing")).color(tokens.muted));
                }
            });
            answer
        });
        shown.inner.or_else(|| shown.escape.then_some(Answer::Cancelled))
    }
}
