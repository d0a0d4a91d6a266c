//! The plots.

use std::collections::HashSet;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::driving::{Window, click, echo_pair, press, says, talk, until, until_copied};

const SIZE: [f32; 2] = [1440.0, 1000.0];

fn plots(harness: &mut Window) {
    press(harness, Modifiers::ALT, Key::Num4);
}

/// What is said of each plot: its title with the values of its lines.
fn drawn(harness: &Window) -> Vec<String> {
    harness.query_all_by_role(Role::Image).filter_map(|node| node.accesskit_node().label()).collect()
}

fn plot(harness: &Window, title: &str) -> Option<String> {
    drawn(harness).into_iter().find(|name| name.starts_with(title))
}

/// Chooses from a list at the top of the plots.
#[track_caller]
fn choose(harness: &mut Window, list: &str, entry: &str) {
    harness.get_by_role_and_label(Role::ComboBox, list).click();
    harness.run_steps(3);
    click(harness, entry);
}

#[test]
fn without_any_call_it_says_what_will_be_plotted() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "all endpoints");
    assert!(!says(&harness, "Nothing to plot yet") && drawn(&harness).len() == 2);
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(says(&harness, "Nothing to plot yet") && drawn(&harness).is_empty());
}

#[test]
fn the_rates_of_all_endpoints_and_of_one() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "all endpoints");
    talk(&mut harness, "hello");
    // Five bytes in one tenth of a second.
    let says_rate = |harness: &Window| {
        plot(harness, "bytes per second").is_some_and(|name| {
            ["server sent at most 50 bytes/s", "client received at most 50 bytes/s"]
                .iter()
                .all(|part| name.contains(part))
        })
    };
    until(&mut harness, "both are drawn", says_rate);
    choose(&mut harness, "What is plotted", "endpoint server");
    let name = plot(&harness, "server: calls per second").unwrap();
    assert!(name.contains("sends at most 10 calls/s") && name.contains("other calls at most"), "{name}");
    assert_eq!(plot(&harness, "client"), None);
}

#[test]
fn what_is_plotted_follows_the_selection() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    for name in ["server", "client"] {
        let row = harness.query_all_by_label_contains(name).find(|node| begins(node.accesskit_node().label(), name));
        row.unwrap().click();
        harness.run_steps(3);
        assert!(plot(&harness, &format!("{name}: bytes per second")).is_some(), "{name}: {:#?}", drawn(&harness));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_shows_what_the_kernel_says_only_while_it_is_plotted() {
    // All plots are in sight.
    let mut harness = echo_pair([1440.0, 2000.0]);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "connection server #1");
    talk(&mut harness, "hello");
    let reported = |harness: &Window| {
        let says = |title: &str, part: &str| plot(harness, title).is_some_and(|name| name.contains(part));
        says("server #1: round trip", "µs")
            && says("server #1: congestion", "congestion window ")
            && says("server #1: queues", "receive queue 0 bytes")
            && says("server #1: losses", "sent again 0 segments")
            && says("server #1: windows", "peer's window")
    };
    until(&mut harness, "the kernel has said it all", reported);
    let endpoint = harness.state().session().endpoint_named("server").unwrap();
    let key = (endpoint.id, endpoint.live.observed.conns.keys().next().copied());
    // The inspector would go on asking.
    press(&mut harness, Modifiers::COMMAND, Key::I);
    press(&mut harness, Modifiers::ALT, Key::Num1);
    let socket = |harness: &Window| harness.state().session().socket_of(key).unwrap();
    let samples = |harness: &Window| harness.state().session().kernel().of(socket(harness)).len();
    until(&mut harness, "nobody asks any more", |harness| {
        harness.state().session().kernel().stops(socket(harness)).next().is_some()
    });
    let before = samples(&harness);
    talk(&mut harness, "hello again");
    assert_eq!(samples(&harness), before, "a plot that is not shown asks nothing");
}

#[cfg(target_os = "linux")]
#[test]
fn a_listener_shows_its_accept_queue_and_a_closed_one_says_that_there_is_none() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "endpoint server");
    until(&mut harness, "the queue is empty and has room", |harness| {
        plot(harness, "server: accept queue").is_some_and(|name| name.contains("may wait 129 connections"))
    });
    choose(&mut harness, "What is plotted", "endpoint client");
    assert!(plot(&harness, "client: round trip").is_some(), "a client is its connection");
    click(&mut harness, "Half-close");
    until(&mut harness, "it is over and said so", |harness| says(harness, "The connection is over"));
}

#[test]
fn paused_the_plots_stand_still() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "endpoint client");
    talk(&mut harness, "hello");
    let rate = |harness: &Window| plot(harness, "client: bytes per second").unwrap();
    until(&mut harness, "it is drawn", |harness| rate(harness).contains("sent at most 50 bytes/s"));
    click(&mut harness, "Pause traffic, ladder and plots (recording goes on)");
    harness.run_steps(2);
    let held = rate(&harness);
    talk(&mut harness, "a longer message");
    assert_eq!(rate(&harness), held);
    click(&mut harness, "Go on");
    until(&mut harness, "it has gone on", |harness| rate(harness).contains("sent at most 160 bytes/s"));
}

#[test]
fn plots_of_nothing_new_draw_nothing() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "all endpoints");
    talk(&mut harness, "hello");
    // The waits in the conversations are counted in seconds.
    until(&mut harness, "no frame is due soon", |harness| {
        harness.output().viewport_output.values().all(|viewport| viewport.repaint_delay > Duration::from_millis(400))
    });
}

#[test]
fn every_range_of_time_can_be_chosen() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    talk(&mut harness, "hello");
    for entry in ["last 10 s", "last 10 min", "all", "last 1 min"] {
        choose(&mut harness, "How far back", entry);
        assert!(plot(&harness, "client: bytes per second").is_some(), "{entry}: {:#?}", drawn(&harness));
    }
}

#[test]
fn plots_beside_each_other_have_equal_frames_and_grids_of_one_strength() {
    let mut harness = echo_pair(SIZE);
    plots(&mut harness);
    choose(&mut harness, "What is plotted", "connection server #1");
    talk(&mut harness, "hello");
    let frames: Vec<_> = harness.query_all_by_role(Role::Image).map(|node| node.rect()).collect();
    let (left, right): (Vec<_>, Vec<_>) =
        frames.chunks(2).filter(|row| row.len() == 2).map(|row| (row[0], row[1])).unzip();
    assert!(!left.is_empty(), "{frames:?}");
    for (left, right) in left.iter().zip(&right) {
        assert_eq!((left.y_range(), left.size()), (right.y_range(), right.size()), "{frames:?}");
    }
    click(&mut harness, "Picture of this view");
    click(&mut harness, "Save picture…");
    harness.get_by_role_and_label(Role::RadioButton, "SVG: lines and text").click();
    harness.run_steps(2);
    click_on_top_at_once(&mut harness, "Copy");
    let svg = until_copied(&mut harness);
    let lines = svg.split("<line ").skip(1).filter_map(|part| Some(part.split_once("/>")?.0));
    // A curve is thicker than the grid.
    let lines: Vec<&str> = lines.filter(|line| line.contains("stroke-width=\"1\"")).collect();
    let pen = |line: &str| line.split_once(" stroke=").map(|(_, pen)| pen.to_owned());
    let value =
        |line: &str, name: &str| line.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.parse::<f32>().ok();
    let is = |line: &str, one: &str, other: &str| value(line, one) == value(line, other);
    let upright: HashSet<_> = lines.iter().filter(|line| is(line, "x1", "x2")).map(|line| pen(line)).collect();
    let flat: Vec<_> = lines
        .iter()
        .filter(|line| is(line, "y1", "y2") && pen(line) == upright.iter().next().cloned().flatten())
        .collect();
    assert!(upright.len() == 1 && flat.len() >= 4, "{upright:?} {lines:#?}");
}

/// The frame after the click is the one to be looked at.
fn click_on_top_at_once(harness: &mut Window, name: &str) {
    harness.query_all_by_role_and_label(Role::Button, name).last().unwrap().click();
    harness.step();
}

fn begins(name: Option<String>, beginning: &str) -> bool {
    name.is_some_and(|name| name.starts_with(beginning))
}
