//! Building blocks that several panes share.

pub mod choice;
pub mod direction;
pub mod ending;
pub mod ends;
pub mod faults;
pub mod field;
pub mod focus;
pub mod held;
pub mod held_strip;
pub mod hex_view;
pub mod highlights;
pub mod latest;
pub mod line;
pub mod messages;
pub mod modal;
pub mod own_name;
pub mod pause_button;
pub mod predicted;
pub mod program_state;
pub mod quantity;
pub mod remedies;
pub mod row_menu;
pub mod rows;
pub mod state;

/// Fonts and theme as the window has them, for tests of single widgets.
#[cfg(test)]
pub fn set_up_for_tests(ctx: &eframe::egui::Context) {
    crate::desktop::fonts::install(ctx);
    crate::ui::theme::install(ctx);
}
