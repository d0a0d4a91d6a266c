//! The inspector of a rule: which messages it answers, and how.

use eframe::egui::{Align, Label, Layout, Link, RichText, Ui};

use super::facts::{fact, mono_fact, muted};
use crate::lab::duration;
use crate::lab::rule::{On, Rule, RuleReply};
use crate::lang::visible::{visible, visible_lines};
use crate::session::Endpoint;
use crate::t;
use crate::ui::controls;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::quantity;

/// A rule that an endpoint answers by.
struct Listed<'e> {
    /// As calls have it.
    name: String,
    rule: &'e Rule,
    /// How often it has been met; `None` where only the present knows that.
    met: Option<u64>,
}

fn rules<'e>(view: &View<'_>, endpoint: &'e Endpoint) -> impl Iterator<Item = Listed<'e>> {
    let is_known = view.session.looking_back().is_none() && view.session.viewed().is_none();
    let rules = endpoint.spec.service.reply.rules();
    rules.iter().enumerate().map(move |(index, rule)| {
        let met = endpoint.live.rules_met.get(&index).copied().unwrap_or(0);
        Listed { name: Rule::known_as(index, &rule.name), rule, met: is_known.then_some(met) }
    })
}

/// The endpoint's rules as links; nothing where it has none.
pub fn links_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    if endpoint.spec.service.reply.rules().is_empty() {
        return;
    }
    fact(ui, view, &t!(view.lang, "fact-rules"), |ui, view| {
        let listed: Vec<_> = rules(view, endpoint).collect();
        for Listed { name, met, .. } in listed {
            ui.horizontal(|ui| {
                link_ui(ui, view, &name, (endpoint.id, None));
                if let Some(met) = met.filter(|met| *met > 0) {
                    let times = t!(view.lang, "rule-times", times = met, count = quantity::count(met));
                    ui.label(RichText::new(times).color(view.tokens.muted));
                }
            });
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
    let Some(Listed { rule, met, .. }) = rules(view, endpoint).find(|listed| listed.name == name) else {
        muted(ui, view, &t!(lang, "inspector-rule-gone"));
        return;
    };
    if let Some(met) = met {
        let times = t!(lang, "rule-times", times = met, count = quantity::count(met));
        mono_fact(ui, view, &t!(lang, "fact-met"), &times);
    }
    match rule.on {
        On::Message => {}
        On::Connect => muted(ui, view, &t!(lang, "rules-on-connect")),
        On::Every(time) => mono_fact(ui, view, &t!(lang, "rules-on-every"), &duration::format(time)),
    }
    fact(ui, view, &t!(lang, "rules-when"), |ui, _| {
        ui.add(Label::new(rule.when.kind().label(lang)).wrap());
        let pattern = rule.when.text();
        if !pattern.is_empty() {
            ui.add(Label::new(RichText::new(visible_lines(&pattern)).monospace()).wrap());
        }
    });
    let shown = |reply: &RuleReply| visible_lines(&reply.written());
    let replies: Vec<String> = rule.reply.iter().chain(&rule.others).map(shown).collect();
    let none = || t!(lang, "rules-no-reply").into_owned();
    let reply = if replies.is_empty() { none() } else { replies.join("\n") };
    mono_fact(ui, view, &t!(lang, "rules-reply"), &reply);
    if !rule.others.is_empty() {
        fact(ui, view, &t!(lang, "rules-pick"), |ui, _| {
            ui.label(lang.text(rule.pick.text_key(), None));
        });
    }
    for part in &rule.then {
        mono_fact(ui, view, &t!(lang, "rules-then"), &shown(&part.reply));
    }
    for (label, state) in [("rules-from", &rule.from), ("rules-to", &rule.to)] {
        if !state.is_empty() {
            mono_fact(ui, view, &lang.text(label, None), state);
        }
    }
    if !rule.delay.is_zero() {
        mono_fact(ui, view, &t!(lang, "rules-delay"), &rule.delay.format());
    }
    if rule.close {
        muted(ui, view, &t!(lang, "rules-try-close"));
    }
}
