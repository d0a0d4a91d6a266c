//! The form's "Options": socket options and what else the tutorials turn on, drawn from the descriptions of the lab's
//! options. Each tip names the man page.

use eframe::egui::{TextEdit, Ui};

use super::Lines;
use super::fields::Fields;
use super::form_field::Field;
use crate::lab::Serving;
use crate::lab::endpoint_option::{Control, EndpointOption, Usual};
use crate::lab::endpoint_options::OPTIONS;
use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::field;

type Editor = fn(&mut Ui, Lang, &mut Fields, &mut Lines<'_>);

/// The options that are more than a switch or a line.
const EDITORS: &[(&str, Editor)] = &[
    ("local", local),
    ("serving", serving),
    ("framing", |ui, lang, fields, lines| super::framing::ui(ui, lang, &mut fields.framing, lines)),
    ("close_after_reply", close_after_reply),
    ("quit", quit),
    ("hold", hold),
    ("close_on_eof", close_on_eof),
    // With the two that follow it.
    ("reconnect", |ui, lang, fields, lines| super::client_options::ui(ui, lang, &mut fields.client, lines)),
];

pub(super) fn ui(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let kind = fields.kind;
    for option in OPTIONS.iter().filter(|option| option.of.has(kind)) {
        match (EDITORS.iter().find(|(key, _)| *key == option.key), &option.control) {
            (Some((_, editor)), _) => editor(ui, lang, fields, lines),
            (None, Some(control)) => described(ui, lang, option, control, fields, lines),
            // It stands elsewhere in the form, or is for lab files.
            (None, None) => {}
        }
    }
}

/// An option as its description has it.
fn described(
    ui: &mut Ui,
    lang: Lang,
    option: &EndpointOption,
    control: &Control,
    fields: &mut Fields,
    lines: &mut Lines<'_>,
) {
    let kind = fields.kind;
    let tip = lang.text(control.tip, None);
    if let Usual::On(usual) = control.usual {
        // It is as it is anyway until the user touches it.
        let value = fields.switches.entry(option.key).or_default();
        let mut on = value.unwrap_or(usual(kind));
        if lines.check(ui, control.c_name, &lang.text(control.text, None), &tip, &mut on) {
            *value = Some(on);
        }
        return;
    }
    let text = fields.lines.entry(option.key).or_default();
    let (name, hint) = (control.name(lang), control.hint(lang, kind));
    lines.text(ui, &name, &tip, Field::Option(option.key), text, &hint);
    if option.key == "groups"
        && let Some(why) = fields.groups_not_heard(lang)
    {
        lines.hint(ui, &why);
    }
}

/// A client's own address; where the others are bound stands above.
fn local(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    if fields.kind.is_client() {
        let (name, tip) = (t!(lang, "opt-local"), t!(lang, "opt-local-tip"));
        lines.text(ui, &name, &tip, Field::ClientLocal, &mut fields.client_local, &t!(lang, "opt-local-hint"));
    }
}

fn serving(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let name = |serving: Serving| match serving {
        Serving::Concurrent => t!(lang, "opt-concurrent"),
        Serving::OneAtATime => t!(lang, "opt-one-at-a-time"),
    };
    lines.choice(ui, &t!(lang, "opt-serving"), &t!(lang, "opt-serving-tip"), &name(fields.serving), |ui| {
        for serving in [Serving::Concurrent, Serving::OneAtATime] {
            ui.selectable_value(&mut fields.serving, serving, name(serving).as_ref());
        }
    });
}

/// A client's service is not edited here.
fn close_after_reply(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    if fields.kind.is_stream() && !fields.kind.is_client() {
        let (text, tip) = (t!(lang, "opt-close-after-reply"), t!(lang, "opt-close-after-reply-tip"));
        lines.check(ui, "", &text, &tip, &mut fields.close_after_reply);
    }
}

fn quit(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    if fields.kind.is_client() {
        return;
    }
    let (name, tip) = (t!(lang, "opt-quit"), t!(lang, "opt-quit-tip"));
    lines.line(ui, &name, &tip, None, |ui| {
        let edit = TextEdit::singleline(&mut fields.quit).desired_width(f32::INFINITY).hint_text("exit, Q");
        field::line(ui, edit.char_limit(4096))
    });
}

fn hold(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let (text, tip) = (t!(lang, "endpoint-hold"), t!(lang, "endpoint-hold-tip"));
    lines.check(ui, "", &text, &tip, &mut fields.hold);
}

/// Three ways, of which one is neither on nor off.
fn close_on_eof(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let name = |choice: Option<bool>| match choice {
        None => t!(lang, "opt-eof-auto"),
        Some(true) => t!(lang, "opt-eof-close"),
        Some(false) => t!(lang, "opt-eof-keep"),
    };
    let value = fields.switches.entry("close_on_eof").or_default();
    lines.choice(ui, &t!(lang, "opt-eof"), &t!(lang, "opt-eof-tip"), &name(*value), |ui| {
        for choice in [None, Some(true), Some(false)] {
            ui.selectable_value(value, choice, name(choice).as_ref());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In another part of the form, with another option, or for lab files only.
    const ELSEWHERE: [&str; 10] = [
        "protocol",
        "remote",
        "encoding",
        "peers",
        "line_ending",
        "service",
        "keep_alive",
        "greeting",
        "seed",
        "faults",
    ];

    #[test]
    fn every_option_is_in_the_form_once_or_is_known_to_stand_elsewhere() {
        for option in OPTIONS {
            let has_editor = EDITORS.iter().any(|(key, _)| *key == option.key);
            let places = [option.control.is_some(), has_editor, ELSEWHERE.contains(&option.key)];
            assert_eq!(places.into_iter().filter(|is_there| *is_there).count(), 1, "{}", option.key);
        }
    }
}
