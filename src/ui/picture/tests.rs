use eframe::egui::{Align2, CornerRadius, FontId, Pos2, Rect, Shape, Stroke, StrokeKind, Theme, Vec2, pos2, vec2};

use super::*;
use crate::ui::theme::LIGHT;

fn drawn(paint: impl FnMut(&mut Ui)) -> Drawn {
    let paper = Paper { size: SMALLEST, theme: Theme::Light, title: "a <b>".to_owned() };
    Studio::default().draw(paper, paint)
}

fn clipped(shape: Shape) -> ClippedShape {
    ClippedShape::new(Rect::EVERYTHING, shape)
}

#[test]
fn each_kind_of_shape_has_its_vectors() {
    let stroke = Stroke::new(1.0, LIGHT.text);
    let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(40.0, 20.0));
    let pill = CornerRadius { nw: 4, ne: 4, sw: 0, se: 0 };
    let shapes = vec![
        Shape::line_segment([pos2(0.0, 0.0), pos2(5.0, 5.0)], stroke),
        Shape::circle_filled(pos2(9.0, 9.0), 3.0, LIGHT.sent),
        Shape::rect_stroke(rect, 4.0, stroke, StrokeKind::Inside),
        Shape::rect_filled(rect, pill, LIGHT.accent),
        Shape::convex_polygon(vec![pos2(1.0, 1.0), pos2(9.0, 1.0), pos2(5.0, 8.0)], LIGHT.ok, Stroke::NONE),
        Shape::line(vec![pos2(1.0, 1.0), pos2(9.0, 1.0), pos2(5.0, 8.0)], stroke),
        Shape::Vec(vec![Shape::circle_stroke(pos2(9.0, 9.0), 3.0, stroke)]),
    ];
    let shapes: Vec<ClippedShape> = shapes.into_iter().map(clipped).collect();
    let svg = svg::write(&shapes, vec2(100.0, 50.0), LIGHT.pane, "t").unwrap();
    for part in [
        "<line ",
        "<circle ",
        " rx=\"3.5\"",
        "<path d=\"M14 10H46A4 4",
        "<polygon ",
        "<polyline ",
        "stroke-width=\"1\"",
    ] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    assert_eq!(svg.matches("<circle ").count(), 2);
}

#[test]
fn what_lies_outside_its_clip_is_left_out_and_what_sticks_out_is_cut_off() {
    let clip = Rect::from_min_size(pos2(10.0, 10.0), vec2(20.0, 20.0));
    let shape =
        |x: f32| ClippedShape { clip_rect: clip, ..clipped(Shape::circle_filled(pos2(x, 20.0), 4.0, LIGHT.text)) };
    let svg = svg::write(&[shape(11.0), shape(80.0)], vec2(100.0, 50.0), LIGHT.pane, "t").unwrap();
    assert_eq!(svg.matches("<circle ").count(), 1);
    assert!(svg.contains("<clipPath id=\"c0\">") && svg.contains("clip-path=\"url(#c0)\""), "{svg}");
}

#[test]
fn a_vector_picture_that_nobody_could_open_is_refused() {
    let line = Shape::line_segment([pos2(0.0, 0.0), pos2(5.0, 5.0)], Stroke::new(1.0, LIGHT.text));
    let many = vec![clipped(Shape::Vec(vec![line; 1_000])); 400];
    assert_eq!(svg::write(&many, vec2(100.0, 50.0), LIGHT.pane, "t"), Err(TooLarge));
}

#[test]
fn text_is_text_with_its_place_its_font_and_its_colour_and_an_icon_is_an_outline() {
    let drawn = drawn(|ui| {
        let at = pos2(20.0, 20.0);
        ui.painter().text(at, Align2::LEFT_TOP, "你好 a&b\u{1}", FontId::monospace(12.0), LIGHT.error);
        let icon = egui_material_icons::icons::ICON_BOOKMARK;
        ui.painter().text(at, Align2::LEFT_TOP, icon.codepoint, FontId::new(14.0, icon.font_family()), LIGHT.accent);
    });
    let svg = drawn.svg().unwrap();
    assert!(svg.contains("你好 a&amp;b\u{fffd}</text>"), "{svg}");
    assert!(svg.contains("monospace\"") && svg.contains("fill=\"#c2312e\""), "{svg}");
    assert!(svg.contains("<title>a &lt;b&gt;</title>"));
    assert!(svg.contains("<path d=\"M"), "{svg}");
    assert!(!svg.chars().any(icons::is_icon));
}

#[test]
fn two_triangles_that_share_an_edge_share_no_pixel() {
    // Half transparent: a pixel that were painted twice would be darker, one that were left out lighter.
    let half = LIGHT.text.gamma_multiply(0.5);
    let rect = Rect::from_min_size(pos2(3.3, 2.7), vec2(70.1, 31.9));
    let mut mesh = eframe::egui::Mesh::default();
    mesh.add_colored_rect(rect, half);
    let primitive = eframe::egui::epaint::ClippedPrimitive {
        clip_rect: Rect::from_min_size(Pos2::ZERO, vec2(100.0, 50.0)),
        primitive: eframe::egui::epaint::Primitive::Mesh(mesh),
    };
    let image = pixels::paint(&[primitive], &pixels::Texture::default(), vec2(100.0, 50.0), 1.0, LIGHT.pane);
    let mut colors: Vec<_> = image.pixels.clone();
    colors.sort_unstable_by_key(|color| color.to_array());
    colors.dedup();
    assert_eq!(colors.len(), 2, "{colors:?}");
    let covered = image.pixels.iter().filter(|pixel| **pixel != LIGHT.pane).count();
    assert_eq!(covered, 70 * 32);
}

#[test]
fn pixels_and_vectors_have_one_size_and_a_very_tall_picture_fewer_pixels() {
    let small = drawn(|ui| {
        ui.label("x");
    });
    let margin = 2.0 * MARGIN;
    assert_eq!(
        small.pixels().size,
        [((SMALLEST.x + margin) * SCALE) as usize, ((SMALLEST.y + margin) * SCALE) as usize]
    );
    assert!(small.svg().unwrap().contains(&format!("width=\"{}\"", SMALLEST.x + margin)));
    let paper = Paper { size: Vec2::splat(1e6), theme: Theme::Dark, title: String::new() };
    let large = Studio::default().draw(paper, |_| {});
    assert!(large.size.x <= LARGEST.x + margin && large.size.y <= LARGEST.y + margin);
    assert!(large.size.x * large.size.y * large.scale * large.scale <= MAX_PIXELS * 1.01);
}

#[test]
fn a_png_reads_as_the_pixels_it_was_made_of() {
    let image = drawn(|ui| {
        ui.label("hello");
    })
    .pixels();
    let read = eframe::icon_data::from_png_bytes(&png(&image).unwrap()).unwrap();
    assert_eq!([read.width as usize, read.height as usize], image.size);
    let pixels: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    assert_eq!(read.rgba, pixels);
    assert!(image.pixels.contains(&LIGHT.pane) && image.pixels.iter().any(|pixel| *pixel != LIGHT.pane));
}
