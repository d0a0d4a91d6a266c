//! Three steps for a first-time user, each ticked off when it was really done. They stand
//! over a corner that holds nothing else, and are gone for good when all are done or they were put away.

use std::time::Duration;

use eframe::egui::accesskit::Live;
use eframe::egui::{
    self, Align, Align2, Area, Frame, Id, Label, Layout, Margin, Order, Rect, RichText, Role, Sense, Ui, WidgetInfo,
    vec2,
};
use egui_material_icons::icons::{ICON_CHECK_CIRCLE, ICON_CLOSE, ICON_RADIO_BUTTON_UNCHECKED};

use crate::session::Session;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::View;

/// How long they stay when all are done, in seconds.
const DONE_SHOWN: f64 = 6.0;
const WIDEST: f32 = 260.0;
/// How high they are taken to be before they were drawn.
const HEIGHT: f32 = 190.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Pair,
    Line,
    Call,
}

impl Step {
    const ALL: [Self; 3] = [Self::Pair, Self::Line, Self::Call];
}

#[derive(Debug, Default)]
pub struct FirstSteps {
    shown: bool,
    /// From the menu: also where there is no free corner.
    asked: bool,
    done: [bool; Step::ALL.len()],
    /// The call that was selected already.
    call: Option<u64>,
    /// How many bytes had been sent when a line was sent.
    sent_before: Option<u64>,
    /// When all of them were done.
    done_at: Option<f64>,
}

/// Where they may stand.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// A corner that holds nothing else.
    pub free: Option<Rect>,
    /// Where they stand otherwise, for who asked for them.
    pub else_in: Rect,
}

impl FirstSteps {
    pub fn new(shown: bool) -> Self {
        Self { shown, ..Self::default() }
    }

    /// Begins once more.
    pub fn ask(&mut self, call: Option<u64>) {
        *self = Self { shown: true, asked: true, call, ..Self::default() };
    }

    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// The user sends a line; it counts when the kernel has taken bytes.
    pub fn line_sent(&mut self, sent_bytes: u64) {
        self.sent_before.get_or_insert(sent_bytes);
    }

    /// True where they are over: all done, or put away.
    pub fn ui(&mut self, ctx: &egui::Context, view: &View<'_>, room: Room) -> bool {
        if !self.shown {
            return false;
        }
        self.tick(view);
        let now = ctx.input(|input| input.time);
        let all = self.done.iter().all(|done| *done);
        if all {
            let left = *self.done_at.get_or_insert(now) + DONE_SHOWN - now;
            if left <= 0.0 {
                self.shown = false;
                return true;
            }
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
        let id = Id::unique("first steps");
        let height = ctx.memory(|memory| memory.area_rect(id)).map_or(HEIGHT, |rect| rect.height());
        let fits = |rect: &Rect| rect.height() >= height && rect.width() >= 120.0;
        let (corner, at, width) = match room.free.filter(fits) {
            Some(free) => (Align2::LEFT_BOTTOM, free.left_bottom(), free.width().min(WIDEST)),
            None if self.asked => {
                let inside = room.else_in.shrink(12.0);
                (Align2::RIGHT_BOTTOM, inside.right_bottom(), inside.width().min(WIDEST))
            }
            None => return all,
        };
        let name = t!(view.lang, "first-steps");
        let area = Area::new(id).order(Order::Middle).pivot(corner).fixed_pos(at).sense(Sense::hover());
        let closed = area.show(ctx, |ui| {
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                node.set_role(Role::Group);
                node.set_label(name.as_ref());
            });
            let frame = Frame::new().fill(view.tokens.pane).stroke(egui::Stroke::new(1.0, view.tokens.accent));
            let frame = frame.corner_radius(f32::from(PANE_ROUNDING)).inner_margin(Margin::symmetric(10, 7));
            let closed = frame.show(ui, |ui| {
                ui.set_width(width - 20.0);
                self.contents(ui, view, &name, all)
            });
            closed.inner
        });
        if closed.inner {
            self.shown = false;
        }
        all || closed.inner
    }

    /// True where they are to go.
    fn contents(&self, ui: &mut Ui, view: &View<'_>, name: &str, all: bool) -> bool {
        let (lang, tokens) = (view.lang, view.tokens);
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        let closed = ui
            .horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let closed = controls::icon(ui, ICON_CLOSE, &t!(lang, "first-steps-close")).clicked();
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(theme::strong(name).color(tokens.text)).truncate());
                    });
                    closed
                })
                .inner
            })
            .inner;
        for (number, (step, done)) in (1..).zip(Step::ALL.into_iter().zip(self.done)) {
            let text = match step {
                Step::Pair => t!(lang, "first-steps-pair"),
                Step::Line => t!(lang, "first-steps-line"),
                Step::Call => t!(lang, "first-steps-call"),
            };
            let (icon, picture, words) = match done {
                true => (ICON_CHECK_CIRCLE, tokens.ok, tokens.muted),
                false => (ICON_RADIO_BUTTON_UNCHECKED, tokens.accent, tokens.text),
            };
            ui.horizontal_top(|ui| {
                ui.label(icon.rich_text().size(15.0).color(picture));
                let said = format!("{number}. {text}");
                let label = ui.add(Label::new(RichText::new(&said).size(12.5).color(words)).wrap());
                if done {
                    let said = t!(lang, "first-steps-done", step = said);
                    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &*said));
                    controls::announce(&label, Live::Polite);
                }
            });
        }
        if all {
            let label = ui.add(Label::new(theme::strong(t!(lang, "first-steps-all")).size(12.5)).wrap());
            controls::announce(&label, Live::Polite);
        }
        closed
    }

    fn tick(&mut self, view: &View<'_>) {
        let sent = view.session.trace().totals().sent_bytes;
        let call = view.selection.call();
        for (step, done) in Step::ALL.into_iter().zip(&mut self.done) {
            *done |= match step {
                Step::Pair => has_pair(view.session),
                Step::Line => self.sent_before.is_some_and(|before| sent > before),
                Step::Call => call.is_some() && call != self.call,
            };
        }
    }
}

/// Two endpoints of the lab that can talk: a server with a connection and an open client, or two datagram sockets.
fn has_pair(session: &Session) -> bool {
    let endpoints = session.endpoints();
    let served =
        endpoints.iter().any(|endpoint| endpoint.spec.kind.is_server() && !endpoint.live.observed.conns.is_empty());
    let client = endpoints.iter().any(|endpoint| endpoint.spec.kind.is_client() && endpoint.live.is_open());
    let datagram = |endpoint: &&crate::session::Endpoint| !endpoint.spec.kind.is_stream() && endpoint.live.is_open();
    served && client || endpoints.iter().filter(datagram).count() > 1
}
