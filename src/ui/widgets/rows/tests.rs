use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{self, Event, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;

const ROW: f32 = 20.0;

#[derive(Default)]
struct Seen {
    painted: Vec<u64>,
    selected: Option<u64>,
}

fn harness(count: u64, rows: Rows) -> (Harness<'static>, Rc<RefCell<Seen>>, Rc<RefCell<Rows>>) {
    let seen = Rc::new(RefCell::new(Seen::default()));
    let rows = Rc::new(RefCell::new(rows));
    let (told, list) = (Rc::clone(&seen), Rc::clone(&rows));
    let harness = Harness::builder().with_size(vec2(200.0, 200.0)).build_ui(move |ui| {
        let mut seen = told.borrow_mut();
        seen.painted.clear();
        let selected = seen.selected;
        let listing =
            Listing { salt: "rows", name: "calls", range: 0..count, row_height: ROW, selected, kind: Kind::Choice };
        let shown = list.borrow_mut().show(ui, &listing, |_, row| {
            seen.painted.push(row.number);
            row.name(|| format!("row {}", row.number));
        });
        if shown.picked.is_some() {
            seen.selected = shown.picked;
        }
    });
    (harness, seen, rows)
}

#[test]
fn the_last_of_ten_million_rows_can_be_reached_and_clicked() {
    let (mut harness, seen, _) = harness(10_000_000, Rows::following());
    harness.run();
    assert_eq!(seen.borrow().painted.last(), Some(&9_999_999));
    assert!(seen.borrow().painted.len() < 15, "only what is in sight is painted");
    harness.get_by_label("row 9999998").click();
    harness.run();
    assert_eq!(seen.borrow().selected, Some(9_999_998));
}

#[test]
fn the_keys_go_row_by_row_at_any_place() {
    let (mut harness, seen, rows) = harness(10_000_000, Rows::from_start());
    harness.run();
    harness.get_by_label("row 0").click();
    harness.run();
    for (key, row) in [(Key::End, 9_999_999), (Key::ArrowUp, 9_999_998), (Key::Home, 0), (Key::ArrowDown, 1)] {
        harness.key_press(key);
        harness.run();
        assert_eq!(seen.borrow().selected, Some(row), "{key:?}");
        assert!(seen.borrow().painted.contains(&row), "{key:?} shows it");
    }
    harness.key_press(Key::PageDown);
    harness.run();
    let selected = seen.borrow().selected;
    assert!(selected > Some(5) && seen.borrow().painted.contains(&selected.unwrap_or_default()));
    assert!(!rows.borrow().follows());
}

#[test]
fn the_wheel_ends_the_following_and_the_way_back_begins_it_again() {
    let (mut harness, _, rows) = harness(1_000, Rows::following());
    harness.run();
    let wheel = |harness: &mut Harness<'static>, by: f32| {
        harness.hover_at(pos2(50.0, 50.0));
        harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            source: egui::MouseWheelSource::Wheel,
            delta: vec2(0.0, by),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(30);
    };
    wheel(&mut harness, 100.0);
    assert!(!rows.borrow().follows());
    let first = rows.borrow().first();
    assert!(first < 990);
    wheel(&mut harness, -400.0);
    assert!(rows.borrow().follows());
}

#[test]
fn the_way_back_covers_no_row_and_is_not_there_with_the_end_in_sight() {
    let (mut harness, seen, rows) = harness(1_000, Rows::following());
    harness.run();
    let (last, page) = (999, rows.borrow().page);
    assert!(rows.borrow().follows() && !rows.borrow().foot);
    rows.borrow_mut().reveal(0);
    harness.run();
    assert!(rows.borrow().foot && !rows.borrow().follows(), "there is a way back, below the rows");
    assert!((page - rows.borrow().page - f64::from(FOOT / ROW)).abs() < 0.01);
    rows.borrow_mut().reveal(last);
    harness.run();
    assert!(seen.borrow().painted.contains(&last));
    assert!(rows.borrow().follows() && !rows.borrow().foot, "the end is in sight: nothing to go back to");
}

#[test]
fn whoever_follows_the_end_sees_whole_rows_and_the_last_one_among_them() {
    let mut rows = Rows::following();
    rows.page = 9.4;
    rows.clamp(&(0..100));
    assert_eq!(rows.position, 91.0);
    assert!(rows.is_in_sight(99) && rows.is_in_sight(91));
    rows.scroll(-20.0, &(0..100));
    assert!(!rows.follow);
    rows.scroll(20.0, &(0..100));
    assert!(rows.follow, "at the end it is followed again");
}

#[test]
fn what_is_far_away_is_revealed_amid_its_neighbours() {
    let mut rows = Rows::from_start();
    rows.page = 10.0;
    rows.reveal_amid(5);
    assert_eq!(rows.first(), 0, "it was in sight");
    rows.reveal_amid(500);
    assert_eq!(rows.first(), 495);
}

#[test]
fn a_row_that_gets_another_number_stays_where_it_is_on_the_screen() {
    let mut rows = Rows::from_start();
    rows.page = 10.0;
    rows.position = 41.5;
    rows.shift(42, 45);
    assert_eq!((rows.position, rows.first()), (44.5, 44));
    rows.follow(true);
    rows.shift(45, 99);
    assert_eq!(rows.position, 44.5, "the end is followed, whatever stands there");
}

#[test]
fn rows_that_have_left_are_scrolled_past() {
    let mut rows = Rows::from_start();
    rows.page = 10.0;
    rows.position = 3.0;
    rows.clamp(&(500..1_000));
    assert_eq!(rows.first(), 500);
    rows.clamp(&(500..505));
    assert_eq!(rows.first(), 500);
}
