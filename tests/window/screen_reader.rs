//! What a screen reader is told.

use eframe::egui::accesskit::{Live, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::driving::{Window, echo_pair, says, talk};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The names of what is announced when it comes up.
fn announced(harness: &Window, live: Live) -> Vec<String> {
    let nodes = harness.query_all_by(move |node| node.live() == live);
    nodes.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn the_newest_message_of_each_pane_is_announced() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "one");
    talk(&mut harness, "two");
    let said = announced(&harness, Live::Polite);
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(said.iter().all(|said| said.contains("received") && said.contains("two")), "{said:#?}");
}

#[test]
fn connections_are_named_and_counted_as_one_says_it() {
    let harness = echo_pair(SIZE);
    assert!(says(&harness, "Hide 1 connection"));
    assert!(!says(&harness, "1 connections"));
    assert!(says(&harness, "Menu of server"));
    assert!(says(&harness, "Menu of connection #1 of server"));
}

#[test]
fn the_views_stand_on_tabs() {
    let harness = echo_pair(SIZE);
    let tabs = harness.query_all_by_role(Role::Tab).filter_map(|tab| tab.accesskit_node().label());
    let tabs: Vec<_> = tabs.collect();
    assert!(tabs.iter().any(|tab| tab == "Traffic"), "{tabs:?}");
}
