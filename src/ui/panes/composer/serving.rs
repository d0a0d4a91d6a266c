//! What stands in the place of the composer where nothing can be sent by hand: a server of files answers by itself.

use eframe::egui::{Label, RichText, Ui};
use egui_material_icons::icons::ICON_INFO;

use crate::lab::transfer::{Protocol, Shared};
use crate::session::Endpoint;
use crate::t;
use crate::ui::view::{View, ViewRequest};

/// False where the endpoint serves no files. With `cramped` there is room for one line.
pub(super) fn ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, cramped: bool) -> bool {
    let Some((protocol, share)) = endpoint.spec.service.share() else { return false };
    let lang = view.lang;
    let text = match protocol {
        Protocol::Files => t!(lang, "composer-files"),
        Protocol::Http => t!(lang, "composer-http"),
    };
    let is_open = endpoint.live.is_open();
    let text = RichText::new(text).color(view.tokens.muted);
    if cramped {
        ui.horizontal(|ui| {
            if is_open && ui.button(t!(lang, "header-download")).clicked() {
                view.requests.push(ViewRequest::Download(endpoint.id));
            }
            ui.add(Label::new(text).truncate());
        });
        return true;
    }
    ui.horizontal_top(|ui| {
        ui.label(ICON_INFO.rich_text().size(16.0).color(view.tokens.muted));
        ui.vertical(|ui| {
            ui.add(Label::new(text).wrap());
            let shared = match &share.what {
                Shared::Root(folder) => t!(lang, "composer-shares-folder", path = folder.display().to_string()),
                Shared::Files(files) => t!(lang, "composer-shares-files", count = files.len()),
            };
            ui.add(Label::new(RichText::new(shared).size(12.0).color(view.tokens.muted)).truncate());
            if is_open && ui.button(t!(lang, "header-download")).clicked() {
                view.requests.push(ViewRequest::Download(endpoint.id));
            }
        });
    });
    true
}
