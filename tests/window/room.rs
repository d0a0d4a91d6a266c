//! Every size, zoom and language: nothing lies over anything else, and nothing is cut.

use std::collections::HashMap;

use eframe::egui::accesskit::Role;
use eframe::egui::{Id, Rect, Vec2, WidgetRect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::examples;
use socket_lab::lang::Lang;
use socket_lab::session::Action;

use crate::driving::{Window, all_open, click, echo_pair, talk, until, window};

/// Windows in points without zoom, from the smallest to a projector's and a large screen.
const SIZES: [[f32; 2]; 6] =
    [[900.0, 600.0], [1280.0, 720.0], [1440.0, 900.0], [1600.0, 1000.0], [1920.0, 1080.0], [3840.0, 2160.0]];
const ZOOMS: [f32; 4] = [1.0, 1.5, 2.0, 2.5];
/// By so much, in points, two rectangles may meet: lines are drawn on the edge.
const TOUCH: f32 = 1.5;
/// What is a control at all.
const SMALLEST: f32 = 3.0;

/// All that can be pressed, with what it is called, of each layer.
fn pressable(harness: &Window) -> Vec<(WidgetRect, String)> {
    harness.ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let named = |id: Id| {
            let info = widgets.info(id);
            info.map_or_else(String::new, |info| {
                format!("{:?} {}", info.role, info.label.as_deref().unwrap_or_default())
            })
        };
        let all = widgets.layers().flat_map(|(_, widgets)| widgets);
        all.filter(|widget| widget.sense.senses_click()).map(|widget| (*widget, named(widget.id))).collect()
    })
}

/// What of it is in sight.
fn seen(widget: &WidgetRect) -> Option<Rect> {
    let rect = widget.rect.intersect(widget.interact_rect);
    (rect.is_positive() && rect.width() >= SMALLEST && rect.height() >= SMALLEST).then_some(rect)
}

fn faults(harness: &Window, when: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let all = pressable(harness);
    let mut layers: HashMap<_, Vec<(Rect, &str)>> = HashMap::new();
    for (widget, name) in &all {
        if let Some(rect) = seen(widget) {
            layers.entry(widget.layer_id).or_default().push((rect, name));
        }
    }
    for widgets in layers.values() {
        for (at, (one, name)) in widgets.iter().enumerate() {
            for (other, other_name) in &widgets[..at] {
                let both = one.intersect(*other);
                let meets = both.is_positive() && both.width() > TOUCH && both.height() > TOUCH;
                let nested = one.expand(TOUCH).contains_rect(*other) || other.expand(TOUCH).contains_rect(*one);
                if meets && !nested {
                    faults.push(format!("{when}: {name:?} {one:?} lies over {other_name:?} {other:?}"));
                }
            }
        }
    }
    let screen = harness.ctx.content_rect().expand(TOUCH);
    for role in
        [Role::Button, Role::TextInput, Role::MultilineTextInput, Role::ComboBox, Role::CheckBox, Role::SpinButton]
    {
        for node in harness.query_all_by_role(role) {
            let (rect, name) = (node.rect(), node.accesskit_node().label().unwrap_or_default());
            if rect.is_positive() && !screen.contains_rect(rect) {
                faults.push(format!("{when}: {role:?} {name:?} at {rect:?} is cut by the window {screen:?}"));
            }
        }
    }
    faults
}

/// Of these all must be in sight, whole.
fn missing(harness: &Window, when: &str, names: &[&str]) -> Vec<String> {
    let all = pressable(harness);
    let whole = |name: &&&str| {
        all.iter().any(|(widget, called)| {
            called.contains(**name) && seen(widget).is_some_and(|rect| rect.expand(TOUCH).contains_rect(widget.rect))
        })
    };
    let names = names.iter().filter(|name| !whole(name));
    names.map(|name| format!("{when}: {name:?} is not in sight")).collect()
}

/// Walks all sizes and zooms. `must` are names of controls that are the last to go, in the language of the window.
fn walk(harness: &mut Window, what: &str, must: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for size in SIZES {
        for zoom in ZOOMS {
            // The zoom only makes the points larger, of which there are fewer.
            let points: Vec2 = vec2(size[0], size[1]) / zoom;
            harness.set_size(points);
            harness.run_steps(3);
            let when = format!("{what}, {}x{} at {zoom}", size[0], size[1]);
            found.extend(faults(harness, &when));
            found.extend(missing(harness, &when, must));
        }
    }
    found
}

#[track_caller]
fn none(faults: Vec<String>) {
    let all = faults.len();
    assert!(faults.is_empty(), "{all} faults:\n{}", faults.into_iter().take(60).collect::<Vec<_>>().join("\n"));
}

fn both_languages(harness: &mut Window, what: &str, must: [&[&str]; 2]) -> Vec<String> {
    let mut found = Vec::new();
    for (lang, must) in Lang::ALL.into_iter().zip(must) {
        harness.set_size(vec2(1440.0, 900.0));
        harness.run_steps(3);
        if harness.state().lang() != lang {
            click(harness, if lang == Lang::ZhCn { "Switch to 简体中文" } else { "切换到 English" });
        }
        found.extend(walk(harness, &format!("{what} {lang:?}"), must));
    }
    found
}

/// An example with its endpoints open and its steps run.
fn example(number: u8) -> Window {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    let lab = examples::all().iter().find(|example| example.number == number).unwrap().lab.clone();
    harness.state_mut().session_mut().load(lab, None);
    harness.run_steps(3);
    if harness.state().session().steps().is_empty() {
        harness.state_mut().session_mut().act(Action::OpenAll);
        until(&mut harness, "all are open", all_open);
    } else {
        harness.state_mut().session_mut().act(Action::RunSteps);
        until(&mut harness, "the steps are done", |harness| {
            harness.state().session().run_state().is_some_and(|state| state.finished || state.failed.is_some())
        });
    }
    harness.run_steps(3);
    harness
}

#[test]
fn nothing_overlaps_in_an_empty_lab() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    none(both_languages(&mut harness, "empty", [&[], &[]]));
}

#[test]
fn nothing_overlaps_beside_a_talking_pair() {
    let mut harness = echo_pair([1440.0, 900.0]);
    talk(&mut harness, "hello");
    let must: [&[&str]; 2] = [&["Message of client", "Send"], &["client", "发送"]];
    none(both_languages(&mut harness, "pair", must));
}

#[test]
fn nothing_overlaps_in_a_room_of_datagram_sockets() {
    none(both_languages(&mut example(5), "udp room", [&["Send"], &["发送"]]));
}

#[test]
fn nothing_overlaps_in_a_lab_with_a_note_and_steps() {
    none(both_languages(&mut example(15), "steps", [&["Send"], &["发送"]]));
}
