//! The buttons that do what a notice advises.

use eframe::egui::{Button, Ui};

use crate::lang::Lang;
use crate::session::Action;
use crate::session::Logged;
use crate::session::remedy::{Remedy, remedies};
use crate::t;
use crate::ui::view::View;

/// Draws a button for each thing that helps. The notice has been read when one is pressed.
pub fn remedies_ui(ui: &mut Ui, view: &mut View<'_>, logged: &Logged) {
    for remedy in remedies(view.session, &logged.notice) {
        if ui.add(Button::new(word(view.lang, &remedy)).small()).clicked() {
            for action in remedy.actions(view.session) {
                view.act(action);
            }
            view.act(Action::DismissNotice(logged.number));
        }
    }
}

fn word(lang: Lang, remedy: &Remedy) -> String {
    match remedy {
        Remedy::ConnectAgain(_) => t!(lang, "remedy-connect-again"),
        Remedy::AnyFreePort(_) => t!(lang, "remedy-any-port"),
        Remedy::RemoveStale(..) => t!(lang, "trouble-remove-stale"),
        Remedy::CloseOnEof(_) => t!(lang, "remedy-close-on-eof"),
        Remedy::OpenBoth { name, .. } => t!(lang, "remedy-open-other", name = name.as_ref()),
    }
    .into_owned()
}
