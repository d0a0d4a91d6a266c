//! The inspector of a rule: which messages it answers, and how.

use eframe::egui::{Align, Label, Layout, Link, RichText, Ui};

use super::facts::{fact, mono_fact, muted};
use crate::lab::Content;
use crate::lab::rule::Rule;
use crate::lang::visible::{visible, visible_lines};
use crate::session::Endpoint;
use crate::t;
use crate::trace::text::as_hex;
use crate::ui::controls;
use crate::ui::view::{View, ViewRequest};

/// The rules that an endpoint answers by, each with the name that calls have it by.
fn rules(endpoint: &Endpoint) -> impl Iterator<Item = (String, &Rule)> {
    let rules = endpoint.spec.service.reply.rules();
    let name = |(index, rule): (usize, &Rule)| match &*rule.name {
        "" => (index + 1).to_string(),
        name => name.to_owned(),
    };
    rules.iter().enumerate().map(move |(index, rule)| (name((index, rule)), rule))
}

/// The endpoint's rules as links; nothing where it has none.
pub fn links_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    if rules(endpoint).next().is_none() {
        return;
    }
    fact(ui, view, &t!(view.lang, "fact-rules"), |ui, view| {
        for (name, _) in rules(endpoint) {
            link_ui(ui, view, &name, (endpoint.id, None));
        }
    });
}

/// A rule's name; a click shows the rule.
pub fn link_ui(ui: &mut Ui, view: &mut View<'_>, name: &str, of: crate::trace::StreamKey) {
    if ui.add(Link::new(RichText::new(visible(name)))).on_hover_text(t!(view.lang, "inspector-show-rule")).clicked() {
        view.selection.select_rule(name, of);
    }
}

pub fn ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, name: &str) {
    let lang = view.lang;
    ui.horizontal(|ui| {
        controls::section(ui, &t!(lang, "inspector-rule", name = name));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.link(t!(lang, "inspector-change")).clicked() {
                view.requests.push(ViewRequest::EditOptions(endpoint.id));
            }
        });
    });
    mono_fact(ui, view, &t!(lang, "fact-endpoint"), &endpoint.spec.name);
    let Some((_, rule)) = rules(endpoint).find(|(known, _)| known == name) else {
        muted(ui, view, &t!(lang, "inspector-rule-gone"));
        return;
    };
    fact(ui, view, &t!(lang, "rules-when"), |ui, _| {
        ui.add(Label::new(rule.when.kind().label(lang)).wrap());
        let pattern = rule.when.text();
        if !pattern.is_empty() {
            ui.add(Label::new(RichText::new(visible_lines(&pattern)).monospace()).wrap());
        }
    });
    let reply = match &rule.reply {
        Some(Content::Text(text)) => visible_lines(text),
        Some(Content::Hex(bytes)) => as_hex(bytes),
        None => t!(lang, "rules-no-reply").into_owned(),
    };
    mono_fact(ui, view, &t!(lang, "rules-reply"), &reply);
    if !rule.delay.is_zero() {
        let delay = t!(lang, "rules-try-delay", ms = u64::try_from(rule.delay.as_millis()).unwrap_or(u64::MAX));
        mono_fact(ui, view, &t!(lang, "rules-delay"), &delay);
    }
    if rule.close {
        muted(ui, view, &t!(lang, "rules-try-close"));
    }
}
