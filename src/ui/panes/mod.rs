//! One view each: an endpoint with its conversation, the traffic table. Panes read the session and return actions.
//!
//! A view of the whole lab is a [`LabView`], which says what there is to know of it, and the [`Pane`] that it makes: one
//! file and one line in [`LabView::ALL`].

pub mod byte_map;
pub mod code;
mod composer;
pub mod conversation;
pub mod endpoint;
pub mod ladder;
mod picture_menu;
pub mod plots;
pub mod program;
pub mod traffic;
pub mod transfers;
pub mod welcome;

use std::fmt;
use std::hash::{Hash, Hasher};

use eframe::egui::{Key, KeyboardShortcut, Modifiers, Ui, Vec2, vec2};

use super::command::UiCommand;
use super::picture::Look;
use super::view::View;
use crate::lang::Lang;

/// A view of the whole lab. All of them are panes from the start, as tabs beside each other.
pub struct LabView {
    /// The name in a saved layout, and of the file that a picture of it is saved as.
    pub name: &'static str,
    /// The key of what its tab says.
    pub title: &'static str,
    /// The keys of the name and tip of the command that brings it to the front.
    pub command: &'static str,
    pub command_tip: &'static str,
    /// The least room in which it is of use, without its bar of tabs.
    pub least: Vec2,
    /// `None` where there are no pictures of it.
    pub picture: Option<PictureTexts>,
    pub make: fn() -> Box<dyn Pane>,
}

/// What is said of pictures of a view, as keys.
pub struct PictureTexts {
    pub title: &'static str,
    pub copied: &'static str,
    /// The picture may show all rows, also those out of sight.
    pub has_rows: bool,
}

/// A view of the whole lab as it is drawn, with its state.
pub trait Pane {
    /// Which view it is.
    fn view(&self) -> &'static LabView;

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>);

    /// Does a command that is for this pane; false where it is not.
    fn command(&mut self, _: &UiCommand) -> bool {
        false
    }

    /// A run begins with the call of this number.
    fn tell_from(&mut self, _seq: u64) {}

    /// What is drawn on paper, and its size in points; `None` where there is nothing to see. The pane stays as it is.
    fn on_paper<'p>(&'p mut self, _: &View<'_>, _: Look) -> Option<(Vec2, Paper<'p>)> {
        None
    }
}

/// Draws a view on paper.
pub type Paper<'p> = Box<dyn FnMut(&mut Ui, &mut View<'_>) + 'p>;

/// The keys that bring a view to the front, with Alt.
const KEYS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

impl LabView {
    /// Every view, in the order of the tabs and of Alt+1, Alt+2 …
    pub const ALL: &'static [&'static Self] =
        &[&traffic::TRAFFIC, &ladder::LADDER, &byte_map::BYTE_MAP, &plots::PLOTS, &transfers::TRANSFERS, &code::CODE];

    /// The least room in which two rows of a table can be read.
    const TWO_ROWS: Vec2 = vec2(300.0, 116.0);

    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|view| view.name == name).copied()
    }

    /// Those that there are pictures of.
    pub fn pictured() -> impl Iterator<Item = &'static Self> {
        Self::ALL.iter().copied().filter(|view| view.picture.is_some())
    }

    pub fn title(&self, lang: Lang) -> String {
        lang.text(self.title, None).into_owned()
    }

    /// Its place in [`LabView::ALL`].
    pub fn place(&self) -> Option<usize> {
        Self::ALL.iter().position(|view| *view == self)
    }

    /// Alt and its place, while there are digits.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let key = KEYS.get(self.place()?)?;
        Some(KeyboardShortcut::new(Modifiers::ALT, *key))
    }
}

/// No two views have one name.
impl PartialEq for LabView {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for LabView {}

impl Hash for LabView {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl fmt::Debug for LabView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_a_name_of_its_own_and_makes_the_pane_of_that_view() {
        for view in LabView::ALL {
            assert_eq!(LabView::named(view.name), Some(*view), "two views have one name");
            assert_eq!((view.make)().view(), *view);
        }
    }

    #[test]
    fn a_views_place_is_its_digit() {
        let keys: Vec<_> =
            LabView::ALL.iter().filter_map(|view| view.shortcut()).map(|keys| keys.logical_key).collect();
        assert_eq!(keys, KEYS[..LabView::ALL.len()]);
    }
}
