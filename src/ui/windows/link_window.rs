//! The lossy link of the lab: whether it runs on one, and what that does to frames, which acts at once.

use eframe::egui::{self, Align2, Checkbox, DragValue, Label, RichText, ScrollArea, Ui, Window, vec2};

use crate::kinds::fault::conditions::Place;
use crate::lab::Link;
use crate::session::Action;
use crate::t;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::faults::FaultList;
use crate::ui::widgets::modal;
use crate::ui::widgets::quantity::count;

const WIDTH: f32 = 560.0;
/// What stands above the list.
const HEAD: f32 = 120.0;
/// A number is exact up to here; a lab file may say more.
const LARGEST_SEED: u64 = 1 << 53;

#[derive(Default)]
pub struct LinkWindow {
    pub open: bool,
    list: FaultList,
    /// What it was before it was switched off here.
    before: Option<Link>,
}

impl LinkWindow {
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) {
        // Not while a field or a window above has a use for the key.
        let idle = ctx.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        if self.open && idle && ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.open = false;
        }
        let mut open = self.open;
        let room = ctx.content_rect().size() - vec2(80.0, 120.0);
        let shown = Window::new(t!(view.lang, "link-title").as_ref())
            .id(egui::Id::unique("lossy link"))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| {
                ui.set_width(WIDTH.min(room.x));
                self.contents(ui, view, room.y.max(160.0));
            });
        self.open = open;
        modal::beside_others(ctx, shown.as_ref());
    }

    fn contents(&mut self, ui: &mut Ui, view: &mut View<'_>, height: f32) {
        let (lang, muted) = (view.lang, view.tokens.muted);
        let now = view.session.link();
        let mut link = now.cloned();
        let mut is_on = link.is_some();
        let switch = ui.add(Checkbox::new(&mut is_on, t!(lang, "link-on")));
        if switch.on_hover_text(t!(lang, "link-reopens")).changed() {
            link = if is_on { Some(self.before.take().unwrap_or_else(Link::usual)) } else { None };
            self.before = now.cloned();
        }
        let small = |ui: &mut Ui, text: &str, color| {
            ui.add(Label::new(RichText::new(text).size(SMALL).color(color)).wrap());
        };
        match &mut link {
            None => small(ui, &t!(lang, "link-off-what"), muted),
            Some(link) => {
                if view.session.is_link_refused() {
                    small(ui, &t!(lang, "notice-no-link-what"), view.tokens.error);
                    small(ui, &t!(lang, "notice-no-link-do"), view.tokens.error);
                } else if view.session.is_link_there() {
                    let segments = view.session.segments();
                    let all = count(segments.evicted() + segments.len() as u64);
                    let (dropped, again) = (count(segments.dropped()), count(segments.again()));
                    small(ui, &t!(lang, "status-link", all = all, dropped = dropped, again = again), muted);
                }
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
                    self.list.add_ui(ui, lang, &mut link.faults, Place::Link);
                    FaultList::calm_ui(ui, lang, &mut link.faults);
                    let label = ui.label(t!(lang, "link-seed"));
                    let most = LARGEST_SEED.max(link.seed);
                    let seed = DragValue::new(&mut link.seed).range(0..=most).speed(0.1).update_while_editing(false);
                    ui.add(seed).labelled_by(label.id).on_hover_text(t!(lang, "link-seed-tip"));
                });
                ui.separator();
                ScrollArea::vertical().max_height(height - HEAD).auto_shrink([false, true]).show(ui, |ui| {
                    self.list.ui(ui, lang, &mut link.faults, Place::Link);
                });
            }
        }
        if link.as_ref() != now {
            view.act(Action::SetLink(link));
        }
    }
}
