//! A word about what was just done, with a button that takes it back. It lies over the content at the bottom, moves
//! nothing, and goes by itself; not while the pointer or the keyboard is on it.

use std::time::Duration;

use eframe::egui::accesskit::Live;
use eframe::egui::{self, Align2, Area, Frame, Id, Label, Margin, Order, RichText, vec2};
use egui_material_icons::icons::ICON_CLOSE;

use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::session::{Action, Change, LayoutChange, Session};
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::panes::LabView;
use crate::ui::theme::PANE_ROUNDING;
use crate::ui::view::{View, ViewRequest};

/// How long it is there, in seconds.
const SHOWN: f64 = 8.0;
/// The same where there is nothing to decide.
const SHOWN_BRIEFLY: f64 = 4.0;
/// How far it stands above the lower edge of the window: clear of the status bar.
const ABOVE: f32 = 40.0;
const MAX_WIDTH: f32 = 420.0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToastText {
    Done(Change),
    Undone(Change),
    Redone(Change),
    /// A picture of this view is in the clipboard.
    PictureCopied(&'static LabView),
    /// Something that would act on sockets while the past is shown.
    InThePast,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    said: ToastText,
    /// An endpoint that has come back, closed.
    opens: Option<EndpointId>,
    left: f64,
    /// The time of the last frame.
    last: Option<f64>,
}

impl Toast {
    pub fn new(said: ToastText, opens: Option<EndpointId>) -> Self {
        let left = if matches!(said, ToastText::PictureCopied(_)) { SHOWN_BRIEFLY } else { SHOWN };
        Self { said, opens, left, last: None }
    }

    /// True where it is over.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let now = ctx.input(|input| input.time);
        let gone_by = self.last.replace(now).map_or(0.0, |last| now - last);
        let text = text(view.lang, &self.said);
        let width = MAX_WIDTH.min(ctx.content_rect().width() - 40.0);
        let area =
            Area::new(Id::unique("toast")).order(Order::Foreground).anchor(Align2::CENTER_BOTTOM, vec2(0.0, -ABOVE));
        let mut over = false;
        let shown = area.show(ctx, |ui| {
            let tokens = view.tokens;
            let frame = Frame::popup(ui.style()).fill(tokens.panel).stroke(egui::Stroke::new(1.0, tokens.accent));
            frame.corner_radius(f32::from(PANE_ROUNDING)).inner_margin(Margin::symmetric(12, 7)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.scope(|ui| {
                        ui.set_max_width(width);
                        let label = ui.add(Label::new(RichText::new(&text).color(tokens.text)).truncate());
                        // Read out when whatever is being read is over.
                        ui.ctx().accesskit_node_builder(label.id, |node| node.set_live(Live::Polite));
                    });
                    over |= self.buttons(ui, view);
                });
            })
        });
        let response = shown.response;
        let is_held = response.contains_pointer()
            || ctx
                .memory(|memory| memory.focused())
                .is_some_and(|id| ctx.read_response(id).is_some_and(|focused| focused.layer_id == response.layer_id));
        if !is_held {
            self.left -= gone_by;
        }
        ctx.request_repaint_after(Duration::from_secs_f64(self.left.max(0.1)));
        over || self.left <= 0.0
    }

    /// True where one of them was used.
    fn buttons(&self, ui: &mut egui::Ui, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let mut used = false;
        let way_back = match self.said {
            ToastText::Done(_) | ToastText::Redone(_) => Some((UiCommand::Undo, t!(lang, "toast-undo"))),
            ToastText::Undone(_) => Some((UiCommand::Redo, t!(lang, "toast-redo"))),
            ToastText::PictureCopied(_) => None,
            ToastText::InThePast => Some((UiCommand::BackToNow, t!(lang, "playhead-back-to-now"))),
        };
        let closed = self.opens.and_then(|id| view.session.endpoint(id)).filter(|endpoint| endpoint.live.is_closed());
        if let Some(endpoint) = closed {
            let name = t!(lang, "toast-open", name = endpoint.spec.name.as_str());
            if controls::primary(ui, name).clicked() {
                view.act(Action::Open(endpoint.id));
                view.requests.push(ViewRequest::Show(endpoint.id));
                used = true;
            }
        }
        if let Some((command, name)) = way_back
            && ui.button(name).clicked()
        {
            view.command(command);
            used = true;
        }
        used | controls::icon(ui, ICON_CLOSE, &t!(lang, "toast-close")).clicked()
    }
}

fn text(lang: Lang, said: &ToastText) -> String {
    match said {
        ToastText::Done(change) => done(lang, change),
        ToastText::Undone(change) => t!(lang, "toast-undone", what = what(lang, change)).into_owned(),
        ToastText::Redone(change) => t!(lang, "toast-redone", what = what(lang, change)).into_owned(),
        ToastText::PictureCopied(view) => {
            view.picture.as_ref().map(|texts| lang.text(texts.copied, None).into_owned()).unwrap_or_default()
        }
        ToastText::InThePast => t!(lang, "playhead-refused").into_owned(),
    }
}

/// `Undo: remove client`; `None` where there is nothing to undo.
pub fn command_name(lang: Lang, session: &Session, command: &UiCommand) -> Option<String> {
    Some(match command {
        UiCommand::Undo => t!(lang, "undo-what", what = what(lang, session.undoable()?)).into_owned(),
        UiCommand::Redo => t!(lang, "redo-what", what = what(lang, session.redoable()?)).into_owned(),
        _ => return None,
    })
}

/// What a change does, as it stands after "Undo:".
pub fn what(lang: Lang, change: &Change) -> String {
    let name = |name: &String| name.clone();
    match change {
        Change::Added(it) => t!(lang, "change-added", name = name(it)),
        Change::AddedPair => t!(lang, "change-added-pair"),
        Change::Removed(it) => t!(lang, "change-removed", name = name(it)),
        Change::Renamed(it) => t!(lang, "change-renamed", name = name(it)),
        Change::Options(it) => t!(lang, "change-options", name = name(it)),
        Change::RulesGone(it) => t!(lang, "change-rules-gone", name = name(it)),
        Change::Groups(it) => t!(lang, "change-groups", name = name(it)),
        Change::Order => t!(lang, "change-order"),
        Change::Snippets => t!(lang, "change-snippets"),
        Change::SnippetGone => t!(lang, "change-snippet-gone"),
        Change::Breakpoints => t!(lang, "change-breakpoints"),
        Change::BreakpointGone => t!(lang, "change-breakpoint-gone"),
        Change::Link => t!(lang, "change-link"),
        Change::LinkFaults => t!(lang, "change-link-faults"),
        Change::Title => t!(lang, "change-title"),
        Change::Note => t!(lang, "change-note"),
        Change::Layout(LayoutChange::Closed(it)) => t!(lang, "change-pane-closed", name = name(it)),
        Change::Layout(LayoutChange::Shown) => t!(lang, "change-pane-shown"),
        Change::Layout(LayoutChange::Moved) => t!(lang, "change-pane-moved"),
        Change::Layout(LayoutChange::Resized) => t!(lang, "change-panes-resized"),
        Change::Layout(LayoutChange::Reset) => t!(lang, "change-panes-reset"),
        Change::ClearedTrace(_) => t!(lang, "change-cleared"),
        Change::Bookmark(call) => t!(lang, "change-bookmark", call = call.to_string()),
        Change::BookmarkGone(call) => t!(lang, "change-bookmark-gone", call = call.to_string()),
        Change::ClearedTransfers => t!(lang, "change-cleared-transfers"),
        Change::NewLab => t!(lang, "change-new-lab"),
        Change::OpenedLab => t!(lang, "change-opened-lab"),
        Change::OpenedTrace => t!(lang, "change-opened-trace"),
    }
    .into_owned()
}

/// What was lost, once it has been done.
fn done(lang: Lang, change: &Change) -> String {
    match change {
        Change::Removed(name) => t!(lang, "done-removed", name = name.clone()),
        Change::RulesGone(name) => t!(lang, "done-rules-gone", name = name.clone()),
        Change::SnippetGone => t!(lang, "done-snippet-gone"),
        Change::BreakpointGone => t!(lang, "done-breakpoint-gone"),
        Change::Layout(LayoutChange::Closed(name)) => t!(lang, "done-pane-closed", name = name.clone()),
        Change::Layout(LayoutChange::Reset) => t!(lang, "done-panes-reset"),
        Change::ClearedTrace(calls) => t!(lang, "done-cleared", calls = *calls),
        Change::BookmarkGone(call) => t!(lang, "done-bookmark-gone", call = call.to_string()),
        Change::ClearedTransfers => t!(lang, "done-cleared-transfers"),
        Change::NewLab => t!(lang, "done-new-lab"),
        Change::OpenedLab => t!(lang, "done-opened-lab"),
        Change::OpenedTrace => t!(lang, "done-opened-trace"),
        _ => return what(lang, change),
    }
    .into_owned()
}
