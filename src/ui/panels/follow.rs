use eframe::egui;
use crate::session::Session;
use crate::ui::view::{Selection, View};
#[derive(Default)]
pub struct FollowWindow;
impl FollowWindow {
    pub fn open_selected(&mut self, _session: &Session, _selection: &Selection) {}
    pub fn ui(&mut self, _ctx: &egui::Context, _view: &mut View<'_>) {}
}
