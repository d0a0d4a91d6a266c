//! Drop-down lists and menus, once a frame, wherever they are: egui orders layers by when they were last clicked and
//! closes lists by the mouse alone.

use eframe::egui::containers::menu::{MenuState, SubMenu};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Context, Key, LayerId, Modifiers, Order, Popup};

/// To be called when everything is drawn.
pub fn settle(ctx: &Context) {
    let Some(list) = open(ctx) else { return };
    stay_above_dialog(ctx, list);
    close_when_chosen(ctx, list);
}

/// The list or menu that is open.
fn open(ctx: &Context) -> Option<LayerId> {
    if !Popup::is_any_open(ctx) {
        return None;
    }
    let shown = ctx.memory(|memory| memory.areas().visible_layer_ids());
    shown.into_iter().find(|layer| layer.order == Order::Foreground && Popup::is_id_open(ctx, layer.id))
}

/// A list that was open when its dialog was left keeps its old place in the order, below the dialog that is opened again;
/// where press and release come in one frame it does not get above it again.
fn stay_above_dialog(ctx: &Context, list: LayerId) {
    let Some(dialog) = ctx.memory(|memory| memory.top_modal_layer()) else { return };
    if dialog.order == list.order && dialog != list {
        ctx.set_sublayer(dialog, list);
    }
}

/// Enter and Space choose as a click does; egui changes the value and leaves the list open.
fn close_when_chosen(ctx: &Context, list: LayerId) {
    let pressed = ctx.input(|input| {
        let keys = [Key::Enter, Key::Space];
        keys.into_iter().any(|key| input.key_pressed(key)) && input.modifiers == Modifiers::NONE
    });
    if !pressed {
        return;
    }
    let Some(focused) = ctx.memory(|memory| memory.focused()) else { return };
    let unfolded = MenuState::from_id(ctx, list.id, |state| state.open_item);
    let chosen = ctx.read_response(focused).is_some_and(|entry| entry.layer_id == list && entry.clicked())
        && unfolded != Some(SubMenu::id_from_widget_id(focused))
        && TextEditState::load(ctx, focused).is_none();
    if chosen {
        Popup::close_id(ctx, list.id);
    }
}
