//! One frame: every panel and pane, then the windows over them.

use eframe::egui::{self, CentralPanel, Frame, Margin, Panel, Stroke, Ui, Vec2};

use super::App;
use super::room::{Column, List, Room, STRIP, Wanted};
use crate::lab::EndpointKind;
use crate::t;
use crate::ui::bars::first_steps;
use crate::ui::bars::{address_list, endpoint_strip, hold_bar, message_bar, program_list, steps_bar, top_bar};
use crate::ui::controls;
use crate::ui::dialogs::form::{self, Form};
use crate::ui::layout::on_ground;
use crate::ui::panes::welcome;
use crate::ui::playhead;
use crate::ui::popups;
use crate::ui::presentation::Parts;
use crate::ui::regions::{Place, region};
use crate::ui::theme::{GAP, HEADER_HEIGHT, Tokens};
use crate::ui::view::View;

impl App {
    /// What there is room for of what the user wants to see.
    pub(super) fn room(&self, size: Vec2) -> Room {
        let settings = &self.store.settings;
        // The lesson stands beside everything else.
        let size = Vec2::new(size.x - self.lesson.width(), size.y);
        Room::of(size, Wanted { endpoints: settings.endpoints_shown, inspector: settings.inspector_shown })
    }

    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let tokens = Tokens::of(ui);
        self.lesson.follow(&self.session, &self.lessons);
        let room = self.room(ctx.content_rect().size());
        let inspector_shown = room.inspector;
        let endpoints_shown = self.store.settings.endpoints_shown;
        let presented = if self.presenting.is_some() { self.presented() } else { None };
        self.follow_playhead(&ctx);
        self.selection.begin_frame();
        let selected = self.selection.clone();
        self.filtering.update(&ctx, &self.session, !self.store.settings.traffic.unfolded);
        let time = ctx.input(|input| input.time);
        self.partners.update(self.session.trace(), self.selection.call(), time);
        self.pause.take_if(|pause| pause.is_over(&self.session));
        // The parts of the view are borrowed one by one: the rest of the window is drawn with them.
        let mut view = View {
            session: &self.session,
            lang: self.lang,
            tokens,
            selection: &mut self.selection,
            filtering: Some(&self.filtering),
            partners: Some(&self.partners),
            table: &self.store.settings.traffic,
            pause: self.pause.as_ref(),
            on_paper: false,
            requests: &mut self.requests,
        };
        let recent = self.store.settings.recent.as_slice();
        let learnt = self.lesson.learnt(&self.lessons);
        let panel = Frame::new().fill(tokens.panel);

        let mut free = None;
        let mut chosen = None;
        let mut shown_large = presented;
        if let Some(presentation) = &mut self.presenting {
            self.playhead.ui(ui, &mut view);
            let left = self.recovery.left.first();
            let parts = Parts { panes: &mut self.panes, inspector: &mut self.inspector, predict: &mut self.predict };
            let centre = presentation.ui(ui, &mut view, parts, &mut shown_large, |ui, view| {
                chosen = welcome::ui(ui, view, recent, left, &learnt);
            });
            self.notices.ui(&ctx, &mut view, centre);
        } else {
            Panel::top("top bar")
                .exact_size(40.0)
                .resizable(false)
                .frame(panel.inner_margin(Margin::symmetric(12, 0)))
                .show(ui, |ui| {
                    top_bar::ui(
                        ui,
                        &mut view,
                        top_bar::Bar { learnt: &learnt, recent, endpoints_shown, inspector_shown },
                    );
                });
            Panel::bottom("status bar")
                .exact_size(27.0)
                .resizable(false)
                .frame(panel.inner_margin(Margin::symmetric(12, 0)))
                .show(ui, |ui| {
                    self.status.ui(ui, &mut view, &mut self.notices);
                });
            self.playhead.ui(ui, &mut view);
            self.lesson.panel(ui, &mut view, panel, &mut self.lessons);
            let list = egui::Id::unique("part list");
            if room.list == List::Strip {
                let strip = Panel::left("endpoint strip").exact_size(STRIP).resizable(false);
                strip
                    .frame(panel.inner_margin(Margin::symmetric(4, 8)))
                    .show(ui, |ui| region(ui, list, Place::List, |ui| endpoint_strip::ui(ui, &mut view)));
            }
            if room.list == List::Whole {
                let left = Panel::left("endpoints").default_size(212.0).size_range(150.0..=420.0);
                left.frame(panel.inner_margin(Margin::symmetric(10, 14))).show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.add_space(4.0);
                        controls::section(ui, &t!(view.lang, "endpoints-heading"));
                    });
                    ui.add_space(2.0);
                    let below = if room.addresses { address_list::height(&self.addresses) } else { 0.0 };
                    let programs = program_list::height(view.session.programs());
                    let least = if programs > 0.0 { program_list::LEAST } else { 0.0 };
                    let column = Column::of(ui.available_height(), programs, below, least);
                    let whole = ui.available_rect_before_wrap();
                    region(ui, list, Place::List, |ui| {
                        self.endpoints.ui(ui, &mut view, column.endpoints);
                        program_list::ui(ui, &mut view, column.programs);
                        if column.addresses {
                            address_list::ui(ui, &mut view, &self.addresses);
                        }
                    });
                    free = Some(whole.with_min_y(ui.cursor().top() + GAP));
                });
                controls::name_boundary(ui, "endpoints", &t!(self.lang, "boundary-endpoints"));
            }
            if inspector_shown {
                let right = Panel::right("inspector").default_size(286.0).size_range(220.0..=560.0);
                right.frame(panel.inner_margin(Margin::symmetric(14, 14))).show(ui, |ui| {
                    let id = egui::Id::unique("part inspector");
                    region(ui, id, Place::Inspector, |ui| self.inspector.ui(ui, &mut view, false));
                });
                controls::name_boundary(ui, "inspector", &t!(self.lang, "boundary-inspector"));
            }
            let centre = Frame::new().inner_margin(Margin::same(GAP as i8));
            let middle = |ui: &mut Ui| {
                if room.note {
                    self.note.ui(ui, &mut view);
                }
                if room.steps {
                    steps_bar::ui(ui, &mut view, !self.lesson.keeps_from_running());
                }
                hold_bar::ui(ui, &mut view);
                self.predict.ui(ui, &mut view, false);
                message_bar::ui(ui, &mut view);
                let mut room = ui.available_rect_before_wrap();
                if view.session.is_empty() && view.session.viewed().is_none() {
                    chosen = welcome::ui(ui, &mut view, recent, self.recovery.left.first(), &learnt);
                } else {
                    self.panes.ui(ui, &mut view);
                    // The headers, with what could be done about the trouble, stay in sight.
                    room.min.y += HEADER_HEIGHT;
                }
                room
            };
            let centre = CentralPanel::no_frame().frame(centre).show(ui, |ui| on_ground(ui, tokens.window, middle));
            self.notices.ui(&ctx, &mut view, centre.inner);
            let corner = first_steps::Room { free, else_in: centre.inner };
            if self.first_steps.ui(&ctx, &view, corner) {
                self.store.settings.first_steps_over = true;
            }
            // A user who put the inspector away does not want it back with each click.
            if inspector_shown || self.store.settings.inspector_shown == Some(false) {
                self.overlay.close();
            } else {
                self.overlay.ui(&ctx, &mut view, &mut self.inspector, centre.response.rect, &selected);
            }
        }
        self.palette.ui(&ctx, &mut view, recent);
        if self.toast.as_mut().is_some_and(|toast| toast.ui(&ctx, &mut view)) {
            self.toast = None;
        }
        if let Some(form) = &mut self.form
            && form.ui(&ctx, &mut view) == form::Answer::Closed
        {
            self.form = None;
        }
        if self.program_form.as_mut().is_some_and(|form| form.ui(&ctx, &mut view)) {
            self.program_form = None;
        }
        if self.python.as_mut().is_some_and(|program| program.ui(&ctx, &mut view)) {
            self.python = None;
        }
        if self.serve.as_mut().is_some_and(|serve| serve.ui(&ctx, &mut view)) {
            self.serve = None;
        }
        if self.download.as_mut().is_some_and(|download| download.ui(&ctx, &mut view)) {
            self.download = None;
        }
        if self.breakpoints.as_mut().is_some_and(|breakpoints| breakpoints.ui(&ctx, &mut view)) {
            self.breakpoints = None;
        }
        if self.message.as_mut().is_some_and(|message| message.ui(&ctx, &mut view)) {
            self.message = None;
        }
        if self.hand_in.as_mut().is_some_and(|hand_in| hand_in.ui(&ctx, &mut view)) {
            self.hand_in = None;
        }
        if self.title.as_mut().is_some_and(|title| title.ui(&ctx, &mut view)) {
            self.title = None;
        }
        self.address_window.ui(&ctx, &mut view, &self.addresses);
        self.link_window.ui(&ctx, &mut view);
        let save = self.follow.ui(&ctx, &mut view);
        self.help.ui(&ctx, self.lang);
        if shown_large != presented
            && let Some(shown) = shown_large
        {
            self.set_presented(shown);
        }
        if let Some(save) = save {
            self.ask_where_to_save_followed(save);
        }
        match chosen {
            Some(welcome::WelcomeChoice::Form(kind)) => self.open_form(kind),
            Some(welcome::WelcomeChoice::Reopen) => self.reopen_left(),
            Some(welcome::WelcomeChoice::Forget) => self.forget_left(),
            None => {}
        }
        self.draw_dialogs(&ctx);
        self.draw_traces(&ctx);
        self.draw_picture_window(&ctx);
        self.paint_drop_target(&ctx);
        if let Some(presentation) = &mut self.presenting {
            presentation.paint(&ctx, tokens);
        }
        hold_bar::paint(&ctx, &self.session, tokens);
        playhead::paint_frame(&ctx, &self.session, tokens);
        self.consent_ui(&ctx);
        popups::settle(&ctx);
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
