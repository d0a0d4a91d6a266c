//! The ground between the panes. A pane covers what lies under it, and where the processor draws the window each pixel
//! that is filled twice is a good part of a frame's cost: so the ground leaves out what the panes have covered.

use eframe::egui::{Color32, CornerRadius, Id, Rect, Shape, Ui, vec2};

use crate::ui::theme::{GAP, PANE_ROUNDING};

/// What the panes of this frame have covered.
type Covered = Vec<Rect>;

/// Draws what stands in the middle of the window, and under it the ground, up to its margin of a gap.
pub fn on_ground<R>(ui: &mut Ui, color: Color32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.data_mut(|data| data.remove::<Covered>(covered()));
    let rect = ui.max_rect().expand(GAP);
    let painter = ui.painter().with_clip_rect(rect);
    let place = painter.add(Shape::Noop);
    let returned = contents(ui);
    let holes = ui.data_mut(|data| data.remove_temp::<Covered>(covered())).unwrap_or_default();
    let strips = without(rect, &holes).into_iter().map(|strip| Shape::rect_filled(strip, CornerRadius::ZERO, color));
    painter.set(place, Shape::Vec(strips.collect()));
    returned
}

/// A pane has filled this. Its round corners and the soft pixels of its edges still show the ground.
pub fn cover(ui: &Ui, rect: Rect) {
    let hole = rect.shrink2(vec2(1.0, f32::from(PANE_ROUNDING))).intersect(ui.clip_rect());
    if hole.is_positive() {
        ui.data_mut(|data| data.get_temp_mut_or_default::<Covered>(covered()).push(hole));
    }
}

fn covered() -> Id {
    Id::unique("ground that panes cover")
}

/// What is left of a rectangle, in pieces that do not overlap.
fn without(whole: Rect, holes: &[Rect]) -> Vec<Rect> {
    let mut left = vec![whole];
    for hole in holes {
        left = left.into_iter().flat_map(|rect| around(rect, hole.intersect(rect))).collect();
    }
    left
}

fn around(rect: Rect, hole: Rect) -> Vec<Rect> {
    if !hole.is_positive() {
        return vec![rect];
    }
    let pieces = [
        rect.with_max_y(hole.top()),
        rect.with_min_y(hole.bottom()),
        Rect::from_x_y_ranges(rect.left()..=hole.left(), hole.y_range()),
        Rect::from_x_y_ranges(hole.right()..=rect.right(), hole.y_range()),
    ];
    pieces.into_iter().filter(Rect::is_positive).collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Pos2, pos2};
    use proptest::prelude::*;

    use super::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (0..90i32, 0..90i32, 1..60i32, 1..60i32).prop_map(|(x, y, width, height)| {
            Rect::from_min_size(pos2(x as f32, y as f32), vec2(width as f32, height as f32))
        })
    }

    proptest! {
        #[test]
        fn each_point_is_under_a_pane_or_on_one_piece_of_the_ground(
            holes in prop::collection::vec(rect(), 0..8),
            x in 0..100i32,
            y in 0..100i32,
        ) {
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(100.0, 100.0));
            let point = pos2(x as f32 + 0.5, y as f32 + 0.5);
            let pieces = without(whole, &holes).iter().filter(|piece| piece.contains(point)).count();
            let holes = holes.iter().filter(|hole| hole.contains(point)).count();
            prop_assert_eq!(pieces, usize::from(holes == 0));
        }
    }
}
