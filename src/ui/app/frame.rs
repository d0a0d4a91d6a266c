//! One frame: every panel and pane, then the windows over them.

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel, Stroke, Ui};

use super::App;
use crate::lab::EndpointKind;
use crate::t;
use crate::ui::controls;
use crate::ui::panels::form::{self, Form};
use crate::ui::panels::palette::Wanted;
use crate::ui::panels::{address_list, steps_bar, top_bar, welcome};
use crate::ui::theme::{GAP, HEADER_HEIGHT, Tokens};
use crate::ui::view::View;

/// Where the window is narrower than this the inspector stays away unless the user wants it.
const ROOM_FOR_INSPECTOR: f32 = 1100.0;

impl App {
    /// Whether the inspector is shown: as the user said, else as there is room.
    pub(super) fn inspector_shown(&self, width: f32) -> bool {
        self.store.settings.inspector_shown.unwrap_or(width >= ROOM_FOR_INSPECTOR)
    }

    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let tokens = Tokens::of(ui);
        let inspector_shown = self.inspector_shown(ctx.content_rect().width());
        let endpoints_shown = self.store.settings.endpoints_shown;
        self.filtering.update(&ctx, &self.session);
        self.pause.take_if(|pause| pause.is_over(&self.session));
        // The parts of the view are borrowed one by one: the rest of the window is drawn with them.
        let mut view = View {
            session: &self.session,
            lang: self.lang,
            tokens,
            selection: &mut self.selection,
            filtering: Some(&self.filtering),
            pause: self.pause.as_ref(),
            asked: &mut self.asked,
        };
        let recent = self.store.settings.recent.as_slice();
        let panel = Frame::new().fill(tokens.panel);

        Panel::top("top bar")
            .exact_size(40.0)
            .resizable(false)
            .frame(panel.inner_margin(Margin::symmetric(12, 0)))
            .show(ui, |ui| {
                top_bar::ui(ui, &mut view, top_bar::Bar { recent, endpoints_shown, inspector_shown });
            });
        Panel::bottom("status bar")
            .exact_size(27.0)
            .resizable(false)
            .frame(panel.inner_margin(Margin::symmetric(12, 0)))
            .show(ui, |ui| {
                self.status.ui(ui, &mut view, &mut self.notices);
            });
        if endpoints_shown {
            let left = Panel::left("endpoints").default_size(212.0).size_range(150.0..=420.0);
            left.frame(panel.inner_margin(Margin::symmetric(10, 14))).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.add_space(4.0);
                    controls::section(ui, &t!(view.lang, "endpoints-heading"));
                });
                ui.add_space(2.0);
                let room = ui.available_height() - address_list::height(&self.addresses);
                self.endpoints.ui(ui, &mut view, room.max(60.0));
                address_list::ui(ui, &mut view, &self.addresses);
            });
        }
        if inspector_shown {
            let right = Panel::right("inspector").default_size(286.0).size_range(220.0..=560.0);
            right.frame(panel.inner_margin(Margin::symmetric(14, 14))).show(ui, |ui| self.inspector.ui(ui, &mut view));
        }
        let mut chosen = None;
        let centre = Frame::new().fill(tokens.window).inner_margin(Margin::same(GAP as i8));
        let centre = CentralPanel::no_frame().frame(centre).show(ui, |ui| {
            self.note.ui(ui, &mut view);
            steps_bar::ui(ui, &mut view);
            let mut room = ui.available_rect_before_wrap();
            if view.session.endpoints().is_empty() && view.session.viewed().is_none() {
                chosen = welcome::ui(ui, &mut view, recent, self.recovery.left.first());
            } else {
                self.panes.ui(ui, &mut view);
                // The headers, with what could be done about the trouble, stay in sight.
                room.min.y += HEADER_HEIGHT;
            }
            room
        });
        self.notices.ui(&ctx, &mut view, centre.inner);
        if let Some(wanted) = self.palette.ui(&ctx, &mut view, recent) {
            match wanted {
                Wanted::HidePane(endpoint) => self.panes.hide(endpoint),
            }
        }
        if let Some(form) = &mut self.form
            && form.ui(&ctx, &mut view) == form::Answer::Closed
        {
            self.form = None;
        }
        if self.serve.as_mut().is_some_and(|serve| serve.ui(&ctx, &mut view)) {
            self.serve = None;
        }
        if self.download.as_mut().is_some_and(|download| download.ui(&ctx, &mut view)) {
            self.download = None;
        }
        self.address_window.ui(&ctx, &mut view, &self.addresses);
        let save = self.follow.ui(&ctx, &mut view);
        self.help.ui(&ctx, self.lang);
        if let Some(save) = save {
            self.ask_where_to_save_followed(save);
        }
        match chosen {
            Some(welcome::Chosen::Form(kind)) => self.open_form(kind),
            Some(welcome::Chosen::Reopen) => self.reopen_left(),
            Some(welcome::Chosen::Forget) => self.forget_left(),
            None => {}
        }
        self.draw_dialogs(&ctx);
        self.draw_traces(&ctx);
        self.paint_drop_target(&ctx);
    }

    pub(super) fn open_form(&mut self, kind: EndpointKind) {
        self.form = Some(Form::new(&self.session, self.lang, kind));
    }

    /// While files are held over the window: what letting go will do.
    fn paint_drop_target(&self, ctx: &egui::Context) {
        let held: Vec<_> = ctx.input(|input| input.raw.hovered_files.iter().map(|file| file.path.clone()).collect());
        if held.is_empty() {
            return;
        }
        let text = self.drop_text(&held);
        let tokens = Tokens::of_context(ctx);
        let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop target"));
        let painter = ctx.layer_painter(layer);
        let rect = ctx.content_rect();
        painter.rect_filled(rect, 0.0, tokens.backdrop());
        painter.rect_stroke(rect.shrink(6.0), 8.0, Stroke::new(2.0, tokens.accent), egui::StrokeKind::Inside);
        let font = egui::TextStyle::Heading.resolve(&ctx.global_style());
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, tokens.on_backdrop());
    }
}
