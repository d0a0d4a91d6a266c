//! The menus of the top bar by the keyboard: F10 opens the first, a tap of Alt goes to it, the arrows walk from one to the
//! next, Escape leads back to where the keyboard was.

use eframe::egui::containers::menu::MenuState;
use eframe::egui::{Context, Event, FocusDirection, Id, Key, Modifiers, Popup, Response};

use super::widgets::focus;

#[derive(Clone, Debug, Default)]
struct Menus {
    /// The buttons from left to right.
    buttons: Vec<Id>,
    /// Entries that open a menu of their own.
    leading_on: Vec<Id>,
    /// The user is in the menus by the keyboard, and came from here.
    inside: Option<Option<Id>>,
    /// Alt alone is being held.
    alt: bool,
}

fn with<R>(ctx: &Context, act: impl FnOnce(&mut Menus) -> R) -> R {
    ctx.data_mut(|data| act(data.get_temp_mut_or_default::<Menus>(Id::unique("menus of the top bar"))))
}

fn menu_of(button: Id) -> Id {
    button.with("popup")
}

/// Before the buttons are drawn.
pub fn begin(ctx: &Context) {
    with(ctx, |menus| {
        menus.buttons.clear();
        menus.leading_on.clear();
    });
}

pub fn add(button: &Response) {
    debug_assert_eq!(Popup::default_response_id(button), menu_of(button.id));
    with(&button.ctx, |menus| menus.buttons.push(button.id));
}

/// An entry that opens a menu of its own: the arrow to the right is for that.
pub fn add_leading_on(entry: &Response) {
    with(&entry.ctx, |menus| menus.leading_on.push(entry.id));
}

/// Goes to the first menu, and opens it.
pub fn enter(ctx: &Context, open: bool) {
    let focused = ctx.memory(|memory| memory.focused());
    let first = with(ctx, |menus| {
        let first = menus.buttons.first().copied();
        if first.is_some() {
            menus.inside = Some(focused);
        }
        first
    });
    if let Some(first) = first {
        focus::give_to(ctx, first);
        if open {
            Popup::open_id(ctx, menu_of(first));
        }
        ctx.request_repaint();
    }
}

/// Looks at the keys before anything is drawn. `free` where no window over the others wants them.
pub fn look(ctx: &Context, free: bool) {
    if !free {
        with(ctx, |menus| menus.alt = false);
        return;
    }
    if tapped_alt(ctx) {
        match with(ctx, |menus| menus.inside) {
            Some(_) => leave(ctx),
            None => enter(ctx, false),
        }
    }
    walk(ctx);
}

/// Alt was pressed and let go of, and nothing else meanwhile.
fn tapped_alt(ctx: &Context) -> bool {
    // There the key is for letters.
    if cfg!(target_os = "macos") {
        return false;
    }
    let mut held = with(ctx, |menus| menus.alt);
    let mut tapped = false;
    ctx.input(|input| {
        for event in &input.events {
            match event {
                Event::Key { key: Key::AltLeft, pressed: true, repeat, modifiers, .. } => {
                    let others = modifiers.ctrl || modifiers.shift || modifiers.mac_cmd;
                    held = !others && (held || !repeat);
                }
                Event::Key { key: Key::AltLeft, pressed: false, .. } => tapped = std::mem::take(&mut held),
                Event::Key { pressed: true, .. }
                | Event::PointerButton { .. }
                | Event::MouseWheel { .. }
                | Event::Text(_)
                | Event::Ime(_)
                | Event::WindowFocused(_) => held = false,
                _ => {}
            }
        }
    });
    with(ctx, |menus| menus.alt = held);
    tapped
}

fn walk(ctx: &Context) {
    let menus = with(ctx, |menus| menus.clone());
    let focused = ctx.memory(|memory| memory.focused());
    let open = menus.buttons.iter().position(|button| Popup::is_id_open(ctx, menu_of(*button)));
    let at = open.or_else(|| menus.buttons.iter().position(|button| Some(*button) == focused));
    let pressed = |key| ctx.input(|input| input.key_pressed(key) && input.modifiers == Modifiers::NONE);
    if menus.inside.is_some() && pressed(Key::Escape) {
        if open.is_none() {
            ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        }
        leave(ctx);
        return;
    }
    let Some(at) = at else {
        // Something was chosen, or the pointer has taken the keyboard elsewhere.
        with(ctx, |menus| menus.inside = None);
        return;
    };
    let inner = open.and_then(|at| menus.buttons.get(at)).and_then(|button| {
        // A menu within the menu is open.
        MenuState::from_id(ctx, menu_of(*button), |state| state.open_item)
    });
    let leads_on = focused.is_some_and(|focused| menus.leading_on.contains(&focused));
    // The keyboard is in there.
    if inner.is_some() && !leads_on {
        return;
    }
    let count = menus.buttons.len();
    let next = if pressed(Key::ArrowLeft) {
        (at + count - 1) % count
    } else if pressed(Key::ArrowRight) && !leads_on {
        (at + 1) % count
    } else if pressed(Key::ArrowDown) && open.is_none() {
        at
    } else {
        return;
    };
    let Some(button) = menus.buttons.get(next).copied() else { return };
    let down = next == at;
    ctx.input_mut(|input| {
        for key in [Key::ArrowLeft, Key::ArrowRight] {
            input.consume_key(Modifiers::NONE, key);
        }
    });
    if !down {
        // egui has seen the arrow already, and would go on from there.
        ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        focus::give_to(ctx, button);
    }
    if open.is_some() || down {
        Popup::open_id(ctx, menu_of(button));
    }
}

/// Back to where the keyboard was.
fn leave(ctx: &Context) {
    let back = with(ctx, |menus| {
        menus.alt = false;
        menus.inside.take().flatten()
    });
    match back {
        Some(back) => focus::give_to(ctx, back),
        None => ctx.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        }),
    }
    ctx.request_repaint();
}
