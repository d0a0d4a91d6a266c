//! What a screen reader announces.

use eframe::egui::accesskit::{Live, Role};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{self, NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{Window, click, click_on_top, echo_pair, pick, press, retype, says, talk, until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The names of what is announced when it comes up.
fn announced(harness: &Window, live: Live) -> Vec<String> {
    let nodes = harness.query_all_by(move |node| node.live() == live);
    let said = |node: egui_kittest::Node<'_>| node.accesskit_node().label().or_else(|| node.accesskit_node().value());
    nodes.filter_map(said).collect()
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

/// Every node of the tree as it is now.
fn nodes(harness: &Window) -> Vec<kittest::AccessKitNode<'_>> {
    harness.query_all_by(|_| true).map(|node| node.accesskit_node()).collect()
}

/// What has the keyboard, as a screen reader sees it: in a list that is the row to which the arrows have come.
fn focused(harness: &Window) -> Option<(Role, String)> {
    let focus = harness.query_all_by(|node| node.is_focused()).next()?;
    let node = focus.accesskit_node();
    let node = node.active_descendant().unwrap_or(node);
    Some((node.role(), node.label().or_else(|| node.value()).unwrap_or_default()))
}

/// Presses Tab until it comes round, and gives what it came by.
fn stops(harness: &mut Window) -> Vec<(Role, String)> {
    let mut stops: Vec<(Role, String)> = Vec::new();
    for _ in 0..150 {
        press(harness, Modifiers::NONE, Key::Tab);
        let stop = focused(harness).unwrap_or((Role::Unknown, String::new()));
        if stops.first() == Some(&stop) && stops.len() > 3 {
            return stops;
        }
        stops.push(stop);
    }
    stops
}

/// Every stop has a role and a name, and nothing says a picture.
#[track_caller]
fn check_stops(harness: &mut Window, what: &str) {
    let stops = stops(harness);
    assert!(stops.len() > 2, "{what}: {stops:#?}");
    for (role, name) in &stops {
        let has_role = !matches!(role, Role::Unknown | Role::GenericContainer | Role::Window | Role::Pane);
        assert!(has_role && !name.trim().is_empty(), "{what}: {role:?} {name:?} of {stops:#?}");
    }
    for node in nodes(harness) {
        let text = [node.label(), node.value()].into_iter().flatten().collect::<String>();
        let picture = text.chars().any(|character| ('\u{e000}'..='\u{f8ff}').contains(&character));
        assert!(!picture, "{what}: {text:?} of {:?}", node.role());
    }
}

#[test]
fn every_stop_of_the_tab_key_has_a_role_and_a_name() {
    let mut harness = window(Lang::En, SIZE);
    check_stops(&mut harness, "welcome");
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    check_stops(&mut harness, "a pair");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    check_stops(&mut harness, "the form");
}

#[test]
fn every_stop_has_a_chinese_name_too() {
    let mut harness = window(Lang::ZhCn, SIZE);
    for (_, name) in stops(&mut harness) {
        let is_chinese = name.chars().any(|character| character >= '\u{2e80}');
        assert!(
            is_chinese || ["TCP", "UDP", "English", "Lab", "127.0.0.1"].iter().any(|one| name.contains(one)),
            "{name}"
        );
    }
}

#[test]
fn every_stop_beside_notices_has_a_role_and_a_name() {
    let mut harness = echo_pair(SIZE);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    press(&mut harness, Modifiers::COMMAND, Key::N);
    click_on_top(&mut harness, "TCP server");
    harness.get_by_role_and_label(Role::TextInput, "Port").focus();
    harness.run_steps(2);
    retype(&mut harness, &taken.local_addr().unwrap().port().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    if says(&harness, "Create and open") {
        click(&mut harness, "Create and open");
    }
    until(&mut harness, "the error is shown", |harness| says(harness, "EADDRINUSE"));
    // What is written in a label is a node of its own.
    let mut errors = announced(&harness, Live::Assertive);
    errors.dedup();
    assert_eq!(errors.len(), 1, "{errors:?}");
    check_stops(&mut harness, "notices");
}

#[test]
fn dialogs_are_modal_and_have_their_title_as_name() {
    let mut harness = echo_pair(SIZE);
    let dialogs = |harness: &Window| -> Vec<(String, bool)> {
        let nodes = harness.query_all_by_role(Role::Dialog).map(|node| node.accesskit_node());
        nodes.map(|node| (node.label().unwrap_or_default(), node.is_modal())).collect()
    };
    assert!(dialogs(&harness).is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::N);
    assert_eq!(dialogs(&harness), [("New endpoint".to_owned(), true)]);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    assert_eq!(dialogs(&harness).len(), 1);
    assert!(!dialogs(&harness)[0].0.is_empty() && dialogs(&harness)[0].1);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(
        dialogs(&harness).iter().any(|(name, modal)| name.contains("changes") && *modal),
        "{:?}",
        dialogs(&harness)
    );
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::F1);
    let dialogs = dialogs(&harness);
    assert!(dialogs.len() == 1 && !dialogs[0].0.is_empty() && !dialogs[0].1, "{dialogs:?}");
}

#[test]
fn the_window_is_called_as_its_title_bar_says() {
    let harness = window(Lang::En, SIZE);
    assert_eq!(harness.root().accesskit_node().label().as_deref(), Some("Socket Lab"));
}

#[test]
fn tabs_stand_in_a_list_of_tabs_and_one_is_selected() {
    for size in [SIZE, [480.0, 400.0]] {
        let mut harness = echo_pair(SIZE);
        harness.set_size(size.into());
        harness.run_steps(4);
        let lists = harness.query_all_by_role(Role::TabList).count();
        let tabs: Vec<_> = harness.query_all_by_role(Role::Tab).map(|tab| tab.accesskit_node()).collect();
        let selected = tabs.iter().filter(|tab| tab.is_selected() == Some(true)).count();
        assert!(lists > 0 && selected == lists && tabs.len() > 3, "{size:?}: {lists} lists, {selected} selected");
    }
}

#[test]
fn the_calls_are_rows_of_a_table_and_the_arrows_are_followed() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    {
        let table = harness.get_by_role_and_label(Role::Grid, "Socket calls").accesskit_node();
        let rows = table.children().flat_map(|child| child.children().collect::<Vec<_>>()).count();
        assert!(rows >= rows_in_sight(&harness), "the rows are in the table: {rows}");
    }
    pick(&mut harness, Modifiers::NONE, "send(");
    let before = focused(&harness).unwrap();
    assert_eq!(before.0, Role::Row);
    let selected = |harness: &Window| {
        let rows = harness.query_all_by_role(Role::Row).map(|row| row.accesskit_node());
        rows.filter(|row| row.is_selected() == Some(true)).filter_map(|row| row.label()).collect::<Vec<_>>()
    };
    assert_eq!(selected(&harness), std::slice::from_ref(&before.1));
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    let after = focused(&harness).unwrap();
    assert!(after.0 == Role::Row && after.1 != before.1, "{after:?}");
    assert_eq!(selected(&harness), [after.1]);
}

fn rows_in_sight(harness: &Window) -> usize {
    harness.query_all_by_role(Role::Row).count()
}

#[test]
fn a_message_is_announced_where_the_pane_is_scrolled_away_from_it() {
    let mut harness = echo_pair(SIZE);
    for number in 0..20 {
        talk(&mut harness, &format!("message {number}"));
    }
    let row = harness
        .query_all_by_role(Role::ListBoxOption)
        .find(|row| row.accesskit_node().label().is_some_and(|name| name.contains("received message 19")));
    row.expect("the newest row").click();
    harness.run_steps(3);
    // The list that has the keyboard goes to its first row.
    press(&mut harness, Modifiers::NONE, Key::Home);
    harness.run_steps(3);
    talk(&mut harness, "unseen");
    let said = announced(&harness, Live::Polite);
    assert_eq!(said.iter().filter(|said| said.contains("unseen")).count(), 2, "{said:#?}");
}
