//! Pictures of the ladder, the byte map and the plots.

use std::path::Path;

use eframe::egui::accesskit::Role;
use eframe::egui::emath::Rot2;
use eframe::egui::{ColorImage, Key, Modifiers, OutputCommand, Pos2, Rect, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::ui::theme::LIGHT;

use super::driving::{Window, click, click_on_top, echo_pair, press, retype, rows, says, talk, until, until_copied};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The picture that was put into the clipboard in this frame.
fn copied_image(harness: &Window) -> Option<ColorImage> {
    harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyImage(image) => Some(image.clone()),
        _ => None,
    })
}

#[track_caller]
fn until_image(harness: &mut Window) -> ColorImage {
    for _ in 0..8 {
        if let Some(image) = copied_image(harness) {
            return image;
        }
        harness.step();
    }
    panic!("no picture was copied");
}

/// A button of a menu, whose click is looked at frame by frame.
#[track_caller]
fn choose(harness: &mut Window, name: &str) {
    let found = harness.query_all_by_role_and_label(Role::Button, name).last();
    found.unwrap_or_else(|| panic!("no button {name:?}")).click();
    harness.step();
}

#[track_caller]
fn copy(harness: &mut Window) -> ColorImage {
    click(harness, "Picture of this view");
    choose(harness, "Copy picture");
    until_image(harness)
}

#[track_caller]
fn svg(harness: &mut Window) -> String {
    click(harness, "Picture of this view");
    click_on_top(harness, "Save picture…");
    harness.get_by_role_and_label(Role::RadioButton, "SVG: lines and text").click();
    harness.run_steps(2);
    choose(harness, "Copy");
    until_copied(harness)
}

/// What stands between the tags, as a reader sees it.
fn texts(svg: &str) -> Vec<String> {
    let unescaped = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    let parts = svg.split("<text ").skip(1);
    parts.filter_map(|part| Some(unescaped(part.split_once('>')?.1.split_once("</text>")?.0))).collect()
}

/// Every tag is closed in its order and nothing is written that XML reads otherwise.
#[track_caller]
fn assert_well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = svg;
    while let Some(begin) = rest.find('<') {
        let text = &rest[..begin];
        assert!(!text.contains('>'), "{text}");
        let end = begin + rest[begin..].find('>').unwrap();
        let tag = &rest[begin + 1..end];
        assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "{tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
    let ends = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    for part in svg.split('&').skip(1) {
        assert!(ends.iter().any(|end| part.starts_with(end)), "&{}", part.chars().take(8).collect::<String>());
    }
    let printable = |c: char| matches!(c, '\n' | ' '..='\u{7e}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    assert!(svg.chars().all(printable));
}

#[test]
fn a_copied_picture_of_the_ladder_has_the_views_size_and_its_colours() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk(&mut harness, "hello");
    let image = copy(&mut harness);
    let [width, height] = image.size;
    assert!((1_200..2_880).contains(&width) && (500..1_800).contains(&height), "{:?}", image.size);
    let pane = socket_lab::ui::theme::DARK.pane;
    let ground = image.pixels.iter().filter(|pixel| **pixel == pane).count();
    assert!(ground * 2 > image.pixels.len() && ground < image.pixels.len() * 99 / 100, "{ground}");
    for color in [socket_lab::ui::theme::DARK.sent, socket_lab::ui::theme::DARK.received] {
        assert!(image.pixels.contains(&color), "the arrows are there: {color:?}");
    }
}

#[test]
fn a_vector_picture_of_the_ladder_is_xml_with_every_call_in_sight() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk(&mut harness, "hello");
    let names = rows(&harness);
    let svg = svg(&mut harness);
    assert_well_formed(&svg);
    let texts = texts(&svg);
    for part in ["send(5) = 5", "recv(1024) = 5", "hello · 5 B"] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:#?}");
    }
    for name in names {
        let number = name.split_whitespace().next().unwrap().to_owned() + " ";
        assert!(texts.iter().any(|text| text.starts_with(&number)), "{name}: {texts:#?}");
    }
    harness.run_steps(2);
    assert!(says(&harness, "Copied."));
}

#[test]
fn what_a_peer_sent_is_text_in_a_vector_picture_and_nothing_else() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk(&mut harness, "</text>&\"'<a>");
    let svg = svg(&mut harness);
    assert_well_formed(&svg);
    let found = texts(&svg).iter().filter(|text| text.contains("</text>&\"'<a>")).count();
    assert!(found >= 1, "{:#?}", texts(&svg));
}

#[test]
fn all_calls_make_a_taller_picture_than_those_in_sight() {
    let mut harness = echo_pair([1440.0, 600.0]);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    for n in 0..6 {
        talk(&mut harness, &format!("message {n}"));
    }
    let one = svg(&mut harness);
    assert!(!texts(&one).iter().any(|text| text.starts_with("#1 ")));
    harness.get_by_role_and_label(Role::CheckBox, "All calls, not only those in sight").click();
    harness.run_steps(2);
    choose(&mut harness, "Copy");
    let all = until_copied(&mut harness);
    let texts = texts(&all);
    let last = harness.state().session().trace().next_seq() - 1;
    for seq in [1, last / 2, last] {
        assert!(texts.iter().any(|text| text.starts_with(&format!("#{seq} "))), "{seq}: {texts:#?}");
    }
    // The window's own ladder is where it was.
    click_on_top(&mut harness, "Close");
    assert!(!rows(&harness).iter().any(|name| name.starts_with("#1 ")));
}

#[test]
fn the_byte_map_and_the_plots_have_pictures_too() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    press(&mut harness, Modifiers::ALT, Key::Num3);
    let svg_of_map = svg(&mut harness);
    assert_well_formed(&svg_of_map);
    let texts_of_map = texts(&svg_of_map);
    for part in ["hello", "send()", "recv()"] {
        assert!(texts_of_map.iter().any(|text| text.contains(part)), "{part}: {texts_of_map:#?}");
    }
    click_on_top(&mut harness, "Close");
    press(&mut harness, Modifiers::ALT, Key::Num4);
    let svg_of_plots = svg(&mut harness);
    assert_well_formed(&svg_of_plots);
    assert!(svg_of_plots.contains("<polyline") && texts(&svg_of_plots).len() > 10);
    assert!(svg_of_plots.contains("rotate(-90"), "the axis' unit stands upright beside it");
}

#[test]
fn a_picture_for_print_is_light_in_a_dark_window() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk(&mut harness, "hello");
    click(&mut harness, "Picture of this view");
    click_on_top(&mut harness, "Save picture…");
    harness.get_by_role_and_label(Role::CheckBox, "Light colours, for print").click();
    harness.run_steps(2);
    choose(&mut harness, "Copy");
    let image = until_image(&mut harness);
    let ground = image.pixels.iter().filter(|pixel| **pixel == LIGHT.pane).count();
    assert!(ground * 2 > image.pixels.len());
}

#[test]
fn a_saved_picture_is_a_png_of_the_copied_size_or_an_svg_as_its_name_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk(&mut harness, "hello");
    let save = |harness: &mut Window, file: &Path| {
        click_on_top(harness, "Save…");
        retype(harness, &file.display().to_string());
        press(harness, Modifiers::NONE, Key::Enter);
        let name = file.display().to_string();
        until(harness, "it is saved", move |harness| says(harness, &format!("Saved {name}")));
    };
    let copied = copy(&mut harness);
    click(&mut harness, "Picture of this view");
    click_on_top(&mut harness, "Save picture…");
    let file = folder.path().join("a.png");
    save(&mut harness, &file);
    let read = eframe::icon_data::from_png_bytes(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!([read.width as usize, read.height as usize], copied.size);
    let file = folder.path().join("a.svg");
    save(&mut harness, &file);
    assert_well_formed(&std::fs::read_to_string(&file).unwrap());
    if let Some(keep) = std::env::var_os("SOCKET_LAB_KEEP_PICTURES") {
        for name in ["a.png", "a.svg"] {
            std::fs::copy(folder.path().join(name), Path::new(&keep).join(name)).unwrap();
        }
    }
}

#[test]
fn an_empty_view_says_that_there_is_nothing_to_draw() {
    let mut harness = super::driving::window(socket_lab::lang::Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    super::driving::type_text(&mut harness, "copy picture");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(says(&harness, "There is nothing to draw yet"));
}

#[test]
fn a_right_click_on_the_ladder_or_the_byte_map_offers_their_picture() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    for (key, name) in [(Key::Num2, "Ladder"), (Key::Num3, "client to server #1")] {
        press(&mut harness, Modifiers::ALT, key);
        let lists = harness.query_all_by(|node| matches!(node.role(), Role::List | Role::ListBox));
        let list =
            lists.into_iter().find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(name)));
        list.unwrap_or_else(|| panic!("no list {name}")).click_secondary();
        harness.run_steps(3);
        choose(&mut harness, "Copy picture");
        until_image(&mut harness);
        let said = if key == Key::Num2 { "The picture of the ladder is" } else { "The picture of the byte map is" };
        until(&mut harness, "it is said", |harness| says(harness, said));
    }
}

/// An attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<f32> {
    tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.parse().ok()
}

/// What stands between the tags of text, and the rectangle that it fills, whichever way it is turned.
fn boxes(svg: &str) -> Vec<(String, Rect)> {
    // How the texts that follow are turned: by how much, and about what.
    let mut turned: Option<(f32, Pos2)> = None;
    let mut found = Vec::new();
    for line in svg.lines() {
        if let Some((_, turn)) = line.split_once("<g transform=\"rotate(") {
            let numbers: Vec<f32> =
                turn.split_once(')').unwrap().0.split(' ').map(|number| number.parse().unwrap()).collect();
            turned = Some((numbers[0].to_radians(), pos2(numbers[1], numbers[2])));
        } else if line == "</g>" {
            turned = None;
        }
        let Some((tag, text)) = line.strip_prefix("<text").and_then(|text| text.split_once('>')) else { continue };
        let number = |name| attribute(tag, name);
        let (Some(x), Some(y), Some(wide), Some(size)) =
            (number("x"), number("y"), number("textLength"), number("font-size"))
        else {
            continue;
        };
        let text = text.split_once("</text>").unwrap().0.to_owned();
        let level = Rect::from_min_max(pos2(x, y - 0.75 * size), pos2(x + wide, y + 0.2 * size));
        let rect = turned.map_or(level, |(angle, about)| {
            let turn = Rot2::from_angle(angle);
            Rect::from_points(&[level.left_top(), level.right_bottom()].map(|corner| about + turn * (corner - about)))
        });
        found.push((text, rect));
    }
    found
}

/// The labels that have a width, with where they begin and end, and their lower edges.
fn placed(svg: &str) -> Vec<(String, f32, f32, f32)> {
    boxes(svg).into_iter().map(|(text, rect)| (text, rect.left(), rect.right(), rect.bottom())).collect()
}

/// Where the lifelines stand: the upright lines that are longer than anything else upright.
fn lifelines(svg: &str) -> Vec<f32> {
    let lines = svg.split("<line").skip(1).filter_map(|part| part.split_once("/>"));
    let mut found: Vec<f32> = lines
        .filter_map(|(tag, _)| {
            let [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(|name| attribute(tag, name));
            (x1? == x2? && (y2? - y1?).abs() > 150.0).then_some(x1?)
        })
        .collect();
    found.dedup();
    found
}

#[test]
fn no_label_of_the_ladder_lies_on_a_lifeline_and_the_legend_on_no_time() {
    for width in [900.0, 1440.0] {
        let mut harness = echo_pair([width, 900.0]);
        // While both panes are in sight.
        talk(&mut harness, "hello");
        click(&mut harness, "Connect a client");
        until(&mut harness, "a second client", |harness| super::driving::conns(harness, "server") == 2);
        press(&mut harness, Modifiers::ALT, Key::Num2);
        let svg = svg(&mut harness);
        let lifelines = lifelines(&svg);
        assert_eq!(lifelines.len(), 5, "{svg}");
        let placed = placed(&svg);
        // The heads stand over their lifelines.
        let body = placed.iter().filter(|(.., y)| *y > 12.0 + 38.0 + 4.0);
        for (text, from, to, _) in body.clone() {
            assert!(!lifelines.iter().any(|x| (from + 1.0..to - 1.0).contains(x)), "{width}: {text:?} at {from}..{to}");
        }
        let legend = placed.iter().find(|(text, ..)| text.contains("inferred")).unwrap();
        for (text, from, _, y) in body.filter(|(_, _, to, _)| *to < lifelines[0] - 40.0) {
            assert!(
                text == &legend.0 || *from > legend.2 || *y < legend.3 - 11.0,
                "{width}: {text:?} below {legend:?}"
            );
        }
    }
}

#[test]
fn no_two_labels_of_the_byte_map_or_the_plots_lie_on_each_other() {
    for width in [900.0, 1440.0] {
        let mut harness = echo_pair([width, 900.0]);
        for text in ["hello", "a", "a message that is much longer than the others", "bc", "the last"] {
            talk(&mut harness, text);
        }
        for (key, least) in [(Key::Num3, 8), (Key::Num4, 12)] {
            press(&mut harness, Modifiers::ALT, key);
            let boxes = boxes(&svg(&mut harness));
            assert!(boxes.len() > least, "{boxes:?}");
            let upright = boxes.iter().any(|(_, rect)| rect.height() > rect.width());
            assert!(key == Key::Num3 || upright, "what an axis counts in is written along it: {boxes:?}");
            for (at, (text, rect)) in boxes.iter().enumerate() {
                for (other, place) in &boxes[..at] {
                    let shared = rect.shrink(0.5).intersect(place.shrink(0.5));
                    assert!(!shared.is_positive(), "{width}: {text:?} at {rect} and {other:?} at {place}");
                }
            }
            click_on_top(&mut harness, "Close");
        }
    }
}
