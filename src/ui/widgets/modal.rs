//! The frame of every dialog: where it stands, what Escape and Enter mean, and what is forgotten when it opens.

use eframe::egui::{
    Align, Align2, Context, Frame, Id, InnerResponse, Key, Layout, Modal, Modifiers, Popup, Response, Role, Ui, UiKind,
    Vec2, vec2,
};

use crate::ui::theme::{self, Tokens};

/// The least that stays free beside a dialog, both sides together.
const BESIDE: f32 = 60.0;
/// The same below it.
const BELOW: f32 = 24.0;
/// What a dialog's frame takes of its height.
const FRAME: f32 = 16.0;
/// The size of its title.
const TITLE: f32 = 17.0;

/// A dialog that was drawn.
pub struct Shown<R> {
    pub inner: R,
    /// Escape was pressed, and no list was open that it closes.
    pub escape: bool,
}

/// What the contents of a dialog know of it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// It was not there in the frame before: it is scrolled to its top, and nothing of the last one is left.
    pub is_new: bool,
    /// Enter was pressed where no control has the keyboard.
    pub entered: bool,
    /// How high it may become.
    pub height: f32,
}

/// Draws a dialog. Its top edge stays where it is while its contents grow and shrink, so that nothing moves away from
/// under the pointer.
pub fn show<R>(ctx: &Context, id: Id, width: f32, contents: impl FnOnce(&mut Ui, Place) -> R) -> Shown<R> {
    let room = ctx.content_rect().size();
    let top = top(room);
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, top));
    let is_new = !ctx.memory(|memory| memory.areas().visible_last_frame(&area.layer()));
    if is_new {
        // A menu that was open would lie over the dialog.
        Popup::close_all(ctx);
    }
    let popup_open = Popup::is_any_open(ctx);
    let idle = ctx.memory(|memory| memory.focused().is_none());
    let pressed = |key: Key| ctx.input(|input| input.modifiers == Modifiers::NONE && input.key_pressed(key));
    let place = Place {
        is_new,
        entered: idle && !is_new && !popup_open && pressed(Key::Enter),
        height: (room.y - top - BELOW - FRAME).max(160.0),
    };
    let escape = !is_new && !popup_open && ctx.input(|input| input.key_pressed(Key::Escape));
    let frame = Frame::window(&ctx.global_style());
    let modal = Modal::new(id).area(area).frame(frame).backdrop_color(Tokens::of_context(ctx).backdrop());
    let shown = modal.show(ctx, |ui| {
        ui.set_width(width.min(room.x - BESIDE));
        // egui gives a new window 400 points.
        ui.set_max_height(place.height);
        contents(ui, place)
    });
    Shown { inner: shown.inner, escape }
}

/// The line at the top of a dialog, which is also its name.
pub fn title(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = text.into();
    name(ui, &text);
    ui.label(theme::strong(text).size(TITLE))
}

/// Buttons at the right end of a dialog's last line, the one that goes on first. In a line, which is as high as they are:
/// by itself such a layout would take all the height that a dialog may have.
pub fn buttons<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.add_space(8.0);
    ui.horizontal(|ui| ui.with_layout(Layout::right_to_left(Align::Center), contents).inner).inner
}

/// Gives the dialog in which this is drawn the name that a screen reader says when the keyboard comes into it.
pub fn name(ui: &Ui, name: &str) {
    let modal = ui.stack().iter().find(|stack| stack.kind() == Some(UiKind::Modal));
    if let Some(modal) = modal {
        ui.ctx().accesskit_node_builder(modal.unique_id, |node| {
            node.set_role(Role::Dialog);
            node.set_modal();
            node.set_label(name);
        });
    }
}

/// A window that lies over the others and leaves them their keyboard: a dialog with its title as its name.
pub fn beside_others<R>(ctx: &Context, shown: Option<&InnerResponse<R>>) {
    if let Some(shown) = shown {
        ctx.accesskit_node_builder(shown.response.id, |node| node.set_role(Role::Dialog));
    }
}

/// Where a dialog begins: higher where there is little room.
fn top(room: Vec2) -> f32 {
    (room.y * 0.09).clamp(20.0, 96.0)
}
