//! The window's first size: the whole of it, its frame included, fits on the screen.

use eframe::egui::{Context, Vec2, ViewportCommand, vec2};

use super::run::SMALLEST;

/// What a title bar and the desktop's panel take of a screen, in points of the system: GNOME's and Windows' are 80 high.
const FRAME_AND_PANEL: Vec2 = vec2(16.0, 84.0);

/// A size that the user has chosen need only leave room for the title bar.
const FRAME: Vec2 = vec2(0.0, 28.0);

/// On a screen that is smaller still the window is cut, since nothing could be used in it.
const LEAST: Vec2 = vec2(480.0, 320.0);

/// Fits the window to its screen once, as soon as the system tells how large that is.
#[derive(Debug)]
pub struct FirstSize {
    /// The window comes back in a size that it had before.
    remembered: bool,
    done: bool,
}

impl FirstSize {
    pub fn new(remembered: bool) -> Self {
        Self { remembered, done: false }
    }

    /// To be called with each frame.
    pub fn fit(&mut self, ctx: &Context) {
        if self.done {
            return;
        }
        let zoom = ctx.zoom_factor();
        let (inner, screen, fills) = ctx.input(|input| {
            let viewport = input.viewport();
            let fills = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
            (viewport.inner_rect.map(|rect| rect.size() * zoom), viewport.monitor_size.map(|size| size * zoom), fills)
        });
        let (Some(inner), Some(screen)) = (inner, screen) else { return };
        self.done = true;
        let Some(size) = fitted(inner, screen, self.remembered).filter(|_| !fills) else { return };
        // The least size that was asked for may be more than there is.
        ctx.send_viewport_cmd(ViewportCommand::MinInnerSize(size.min(Vec2::from(SMALLEST)) / zoom));
        ctx.send_viewport_cmd(ViewportCommand::InnerSize(size / zoom));
        let at = ((screen - size - FRAME) / 2.0).max(Vec2::ZERO);
        ctx.send_viewport_cmd(ViewportCommand::OuterPosition((at / zoom).to_pos2()));
    }
}

/// The size for a window of `inner` points on that screen; `None` where it fits as it is.
fn fitted(inner: Vec2, screen: Vec2, remembered: bool) -> Option<Vec2> {
    let room = screen - if remembered { FRAME } else { FRAME_AND_PANEL };
    let fits = inner.x <= room.x && inner.y <= room.y;
    (!fits).then(|| inner.min(room.max(LEAST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_window_leaves_room_for_its_frame_and_a_panel() {
        let fitted = |screen: [f32; 2]| fitted(vec2(1440.0, 900.0), Vec2::from(screen), false);
        assert_eq!(fitted([1920.0, 1080.0]), None);
        assert_eq!(fitted([1440.0, 900.0]), Some(vec2(1424.0, 816.0)));
        assert_eq!(fitted([1366.0, 768.0]), Some(vec2(1350.0, 684.0)));
        // 1920 x 1200 pixels at 192 dpi.
        assert_eq!(fitted([960.0, 600.0]), Some(vec2(944.0, 516.0)));
        assert_eq!(fitted([320.0, 200.0]), Some(LEAST));
    }

    #[test]
    fn a_remembered_size_comes_back_where_its_title_bar_fits() {
        let fitted = |inner: [f32; 2]| fitted(Vec2::from(inner), vec2(1440.0, 900.0), true);
        assert_eq!(fitted([1440.0, 870.0]), None);
        assert_eq!(fitted([1440.0, 900.0]), Some(vec2(1440.0, 872.0)));
        // From a larger screen.
        assert_eq!(fitted([2560.0, 1400.0]), Some(vec2(1440.0, 872.0)));
    }
}
