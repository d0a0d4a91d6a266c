//! Time stands still: a coloured bar above the panes that says so, what comes next, and how to go on. It is there for as long
//! as anything is held.

use eframe::egui::{Button, Context, CornerRadius, Id, LayerId, Order, RichText, Stroke, StrokeKind, Ui};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_PAUSE_CIRCLE, ICON_PLAY_ARROW, ICON_QUIZ, ICON_STEP};

use super::still_bar;
use crate::session::Session;
use crate::t;
use crate::trace::held::HeldCall;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::held;

/// How thick the frame around the window is while time stands still, in points.
const FRAME: f32 = 3.0;

pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    if !view.session.is_anything_held() {
        return;
    }
    let (lang, tokens) = (view.lang, view.tokens);
    let next = held::to_step(view.session, view.selection.endpoint()).cloned();
    let said = said(view.session, next.as_ref(), lang);
    still_bar::ui(ui, tokens, ICON_PAUSE_CIRCLE, &t!(lang, "held-title"), &said, |ui| {
        let words = ui.available_width() > 620.0;
        button(ui, view, &UiCommand::Continue, ICON_PLAY_ARROW, words, true);
        button(ui, view, &UiCommand::Step, ICON_STEP, words, next.is_some());
        button(ui, view, &UiCommand::Predict, ICON_QUIZ, words, next.is_some());
    });
}

/// What comes next, and what has stopped it.
fn said(session: &Session, next: Option<&HeldCall>, lang: crate::lang::Lang) -> String {
    let Some(call) = next else { return t!(lang, "held-at-next-call").into_owned() };
    let count = session.held_calls().count();
    let next = held::next(session, lang, call);
    let next = match count {
        0 | 1 => next,
        _ => t!(lang, "held-and-others", next = next, count = count - 1).into_owned(),
    };
    match session.stopped_by(call.endpoint) {
        Some(breakpoint) => {
            t!(lang, "held-by-breakpoint", next = next, name = breakpoint.title().to_owned()).into_owned()
        }
        None => next,
    }
}

fn button(ui: &mut Ui, view: &mut View<'_>, command: &UiCommand, icon: MaterialIcon, words: bool, enabled: bool) {
    let entry = command.entry();
    let name = view.lang.text(entry.name, None);
    let keys = command.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
    let tip = format!("{} ({keys})", view.lang.text(entry.tip, None));
    let response = if words {
        let icon = icon.rich_text().size(15.0).color(view.tokens.text);
        let shown = RichText::new(format!("{name} {keys}"));
        ui.add_enabled(enabled, Button::new((icon, shown)).gap(4.0)).accessible_name(name.as_ref())
    } else {
        ui.add_enabled_ui(enabled, |ui| controls::icon(ui, icon, &name)).inner
    };
    if response.on_hover_text(tip).clicked() {
        view.command(command.clone());
    }
}

/// The frame around the whole window.
pub fn paint(ctx: &Context, session: &Session, tokens: &Tokens) {
    if !session.is_anything_held() {
        return;
    }
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("held frame")));
    let stroke = Stroke::new(FRAME, tokens.held);
    painter.rect_stroke(ctx.content_rect(), CornerRadius::ZERO, stroke, StrokeKind::Inside);
}
