//! Fields of text whose content counts when it is finished, and only if it can be understood.

use std::collections::HashMap;

use eframe::egui::{Key, RichText, TextEdit, Ui};

use crate::ui::theme::{SMALL, Tokens};
use crate::ui::widgets::field;

/// What is being typed, or can't be understood: by fault and field.
pub type Drafts = HashMap<(usize, &'static str), String>;

pub struct Draft<'a> {
    pub of: (usize, &'static str),
    pub name: &'a str,
    pub hint: &'a str,
    pub tip: &'a str,
    pub width: f32,
    pub most: usize,
}

impl Draft<'_> {
    /// Gives what was understood when the field is left. What could not be stays there, with the reason.
    pub fn ui<T>(
        self,
        ui: &mut Ui,
        drafts: &mut Drafts,
        now: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let mut text = drafts.get(&self.of).map_or(now, String::as_str).to_owned();
        let mut given = None;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let label = ui.label(self.name);
            let edit = TextEdit::singleline(&mut text).hint_text(self.hint).desired_width(self.width);
            let response = field::line(ui, edit.char_limit(self.most)).labelled_by(label.id);
            if response.changed() {
                drafts.insert(self.of, text.clone());
            }
            let read = parse(text.trim());
            let is_taken_back = text == now || ui.input(|input| input.key_pressed(Key::Escape));
            if response.lost_focus() && is_taken_back {
                drafts.remove(&self.of);
            } else if let (Err(why), true) = (&read, drafts.contains_key(&self.of)) {
                ui.label(RichText::new(why).size(SMALL).color(Tokens::of(ui).error));
            } else if response.lost_focus()
                && drafts.remove(&self.of).is_some()
                && let Ok(read) = read
            {
                given = Some(read);
            }
            response.on_hover_text(self.tip);
        });
        given
    }
}
