//! The inspector of a program: what it runs, how it stands, and what it has moved.

use eframe::egui::{Label, RichText, Ui};

use super::facts::{fact, mono_fact};
use crate::lang::visible::visible_path;
use crate::session::Program;
use crate::t;
use crate::trace::program::Seen;
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::program_state::ProgramState;
use crate::ui::widgets::quantity;

pub fn ui(ui: &mut Ui, view: &mut View<'_>, program: &Program) {
    let lang = view.lang;
    let spec = &program.spec;
    ui.add_space(6.0);
    controls::section(ui, &t!(lang, "kind-program"));
    mono_fact(ui, view, &t!(lang, "fact-name"), &spec.name);
    let state = ProgramState::of(program, lang);
    fact(ui, view, &t!(lang, "fact-state"), |ui, view| {
        ui.add(Label::new(RichText::new(state.word.clone()).color(state.color(view.tokens))).wrap());
    });
    mono_fact(ui, view, &t!(lang, "program-command"), &spec.command_line());
    if let Some(dir) = &spec.dir {
        mono_fact(ui, view, &t!(lang, "program-folder"), &visible_path(dir));
    }
    for (name, value) in &spec.env {
        mono_fact(ui, view, &t!(lang, "program-environment"), &format!("{name}={value}"));
    }
    if let Some(seen) = program.live.seen {
        let how = match seen {
            Seen::Ptrace => t!(lang, "program-seen-by-system"),
            Seen::Python => t!(lang, "program-seen-python"),
            Seen::Not => t!(lang, "program-seen-not"),
        };
        fact(ui, view, &t!(lang, "program-watch"), |ui, _| {
            ui.add(Label::new(RichText::new(how).size(12.0)).wrap());
        });
    }
    if let Some(listener) = program.live.listener() {
        mono_fact(ui, view, &t!(lang, "state-listening"), &listener.to_string());
    }
    let totals = view.session.endpoint_totals(program.id);
    mono_fact(ui, view, &t!(lang, "fact-calls"), &quantity::count(totals.calls));
    mono_fact(ui, view, &t!(lang, "fact-sent"), &quantity::bytes(totals.sent_bytes));
    mono_fact(ui, view, &t!(lang, "fact-received"), &quantity::bytes(totals.received_bytes));
    mono_fact(ui, view, &t!(lang, "program-printed"), &quantity::bytes(program.live.console.printed));
}
