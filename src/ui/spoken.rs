//! What reaches a screen reader has no characters of the icon font in it: it would read out their numbers, or nothing.
//! Every name passes here, so a picture in a button or a label needs no care of its own.

use std::ops::RangeInclusive;

use eframe::egui::accesskit::{Node, Role};
use eframe::egui::{Context, FullOutput, Plugin};

/// Where Unicode leaves the meaning to the font, and the icons are.
const PRIVATE_USE: RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';
/// Takes the place of a picture where the length must not change: a space that takes three bytes as well.
const SPACE: &str = "\u{2003}";

/// Takes the pictures out of all names and values.
#[derive(Clone, Copy, Debug, Default)]
pub struct WithoutPictures;

impl Plugin for WithoutPictures {
    fn debug_name(&self) -> &'static str {
        "names without pictures"
    }

    fn output_hook(&mut self, _: &Context, output: &mut FullOutput) {
        let Some(update) = &mut output.platform_output.accesskit_update else { return };
        for (_, node) in &mut update.nodes {
            clean(node);
        }
    }
}

fn clean(node: &mut Node) {
    if node.role() == Role::TextRun {
        // Its value must stay as long as the lengths beside it say: both characters take three bytes.
        if let Some(value) = node.value().filter(|value| value.contains(is_picture)) {
            let value = value.replace(is_picture, SPACE);
            node.set_value(value);
        }
        return;
    }
    if let Some(label) = node.label().and_then(without_pictures) {
        if label.is_empty() {
            node.clear_label();
        } else {
            node.set_label(label);
        }
    }
    if let Some(value) = node.value().and_then(without_pictures) {
        if value.is_empty() {
            node.clear_value();
            // A label that was nothing but a picture: there is nothing to say.
            if node.label().is_none() {
                node.set_hidden();
            }
        } else {
            node.set_value(value);
        }
    }
}

fn is_picture(character: char) -> bool {
    PRIVATE_USE.contains(&character)
}

/// `None` where there are none in it.
fn without_pictures(text: &str) -> Option<String> {
    text.contains(is_picture).then(|| text.replace(is_picture, "").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(label: Option<&str>, value: Option<&str>) -> Node {
        let mut node = Node::new(Role::Label);
        if let Some(label) = label {
            node.set_label(label);
        }
        if let Some(value) = value {
            node.set_value(value);
        }
        clean(&mut node);
        node
    }

    #[test]
    fn the_words_beside_a_picture_stay() {
        let node = cleaned(Some("\u{e5c8} Open"), Some("日志 \u{f8ff}"));
        assert_eq!((node.label(), node.value()), (Some("Open"), Some("日志")));
        assert!(!node.is_hidden());
    }

    #[test]
    fn a_label_that_is_only_a_picture_is_passed_over() {
        assert!(cleaned(None, Some("\u{e5c8}")).is_hidden());
        let named = cleaned(Some("Error"), Some("\u{e000}"));
        assert!(!named.is_hidden() && named.value().is_none());
    }

    #[test]
    fn a_run_of_text_keeps_its_length() {
        let mut run = Node::new(Role::TextRun);
        run.set_value("\u{e5c8} Open");
        clean(&mut run);
        assert_eq!(run.value(), Some("\u{2003} Open"));
        assert_eq!(run.value().map(str::len), Some("\u{e5c8} Open".len()));
    }

    #[test]
    fn text_without_pictures_is_left_alone() {
        let node = cleaned(Some(" a "), Some("\u{fffd}"));
        assert_eq!((node.label(), node.value()), (Some(" a "), Some("\u{fffd}")));
    }
}
