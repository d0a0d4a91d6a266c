//! When the window is drawn for what the sockets do. A frame costs far more than what it shows has cost, most of all
//! where the processor draws, so that traffic alone draws no more often than the eye needs it. Who touches the window
//! sees the answer at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui;

use crate::session::Pumped;

/// Between two frames while nobody touches the window: ten in a second.
pub const CALM: Duration = Duration::from_millis(100);

/// Between two frames while somebody does, or while the sockets wait for the window.
pub const BRISK: Duration = Duration::from_millis(16);

/// How long the window counts as watched after the last input.
pub const ATTENTION: Duration = Duration::from_millis(500);

/// What one frame may spend on taking in what the sockets did: while somebody types, little.
const PUMP_BRISK: Duration = Duration::from_millis(4);

/// The same while nobody would notice: the more is taken with each frame, the fewer frames a flood costs.
const PUMP_CALM: Duration = Duration::from_millis(20);

/// The rule, which knows no clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// When the last frame began.
    frame: Option<Instant>,
    /// When the window was last touched.
    touched: Option<Instant>,
    /// The sockets wait, or soon will, until the window has taken what they did.
    pressed: bool,
    /// The last frame had something to take in.
    busy: bool,
}

impl Pace {
    /// A frame begins.
    pub fn begin(&mut self, now: Instant, touched: bool, pressed: bool) {
        self.frame = Some(now);
        self.pressed = pressed;
        if touched {
            self.touched = Some(now);
        }
    }

    /// True where somebody waits for the next frame.
    pub fn is_brisk(&self, now: Instant) -> bool {
        self.pressed || self.touched.is_some_and(|touched| now.saturating_duration_since(touched) < ATTENTION)
    }

    /// What was taken in may need another frame until all of it stands where it belongs: soon after the first of some
    /// traffic; while it goes on the next frame is on its way. `None` where nothing was taken in.
    pub fn settle(&mut self, now: Instant, taken: bool) -> Option<Duration> {
        let first = !std::mem::replace(&mut self.busy, taken);
        let apart = if first || self.is_brisk(now) { BRISK } else { CALM };
        taken.then_some(apart)
    }

    /// How long the next frame for traffic has to wait. Nothing where the last one is long ago.
    pub fn wait(&self, now: Instant) -> Duration {
        let apart = if self.is_brisk(now) { BRISK } else { CALM };
        self.frame.map_or(Duration::ZERO, |frame| apart.saturating_sub(now.saturating_duration_since(frame)))
    }
}

/// The pace of one window, for all threads that have something to show.
#[derive(Clone)]
pub struct Pacing {
    ctx: egui::Context,
    pace: Arc<Mutex<Pace>>,
}

impl Pacing {
    pub fn new(ctx: &egui::Context) -> Self {
        Self { ctx: ctx.clone(), pace: Arc::default() }
    }

    /// Something has happened that is to be seen: in the next frame that is due.
    pub fn wake(&self) {
        let wait = self.pace().wait(Instant::now());
        self.draw_after(wait);
    }

    /// A frame begins. `seen` is false where the window is hidden and only its logic runs; `pressed` says that the
    /// sockets wait. Returns what the frame may spend on taking in what they did.
    pub fn begin(&self, seen: bool, pressed: bool) -> Duration {
        // A hidden window still has the input of its last frame.
        let touched = seen && self.ctx.input(is_touched);
        let now = Instant::now();
        let mut pace = self.pace();
        pace.begin(now, touched, pressed);
        if pace.is_brisk(now) { PUMP_BRISK } else { PUMP_CALM }
    }

    /// What there was to take in has been taken, or more waits.
    pub fn pumped(&self, pumped: Pumped) {
        let settle = self.pace().settle(Instant::now(), pumped != Pumped::Idle);
        match (pumped, settle) {
            (Pumped::More, _) => self.draw_after(Duration::ZERO),
            (_, Some(wait)) => self.draw_after(wait),
            (_, None) => {}
        }
    }

    /// Once: a delay of nothing at all would be two frames to egui.
    fn draw_after(&self, wait: Duration) {
        self.ctx.request_repaint_after(wait.max(Duration::from_nanos(1)));
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_touched(input: &egui::InputState) -> bool {
    !input.raw.events.is_empty() || !input.raw.hovered_files.is_empty() || !input.raw.dropped_files.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window that is drawn whenever it is due while something happens each `every`; how often that is in `span`.
    fn frames(pace: &mut Pace, began: Instant, every: Duration, span: Duration) -> u32 {
        let (mut frames, mut due) = (0, None::<Instant>);
        let mut now = began;
        while now < began + span {
            if due.is_some_and(|due| due <= now) {
                pace.begin(now, false, false);
                due = pace.settle(now, true).map(|wait| now + wait);
                frames += 1;
            }
            let wanted = now + pace.wait(now);
            due = Some(due.map_or(wanted, |due| due.min(wanted)));
            now += every;
        }
        frames
    }

    #[test]
    fn traffic_alone_draws_ten_frames_a_second() {
        for every in [Duration::from_micros(200), Duration::from_millis(5)] {
            let drawn = frames(&mut Pace::default(), Instant::now(), every, Duration::from_secs(2));
            assert!((18..=24).contains(&drawn), "{drawn} frames in two seconds");
        }
    }

    #[test]
    fn what_comes_after_a_silence_is_drawn_at_once() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.wait(now), Duration::ZERO);
        pace.begin(now, false, false);
        assert_eq!(pace.wait(now + CALM * 3), Duration::ZERO);
        assert_eq!(pace.wait(now), CALM);
    }

    #[test]
    fn the_answer_to_a_key_is_drawn_at_once() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.begin(now, true, false);
        let answered = now + BRISK;
        assert_eq!(pace.wait(answered), Duration::ZERO);
        pace.begin(now + ATTENTION, false, false);
        assert_eq!(pace.wait(now + ATTENTION), CALM, "nobody touches it any more");
    }

    #[test]
    fn sockets_that_wait_for_the_window_are_not_kept_waiting() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.begin(now, false, true);
        assert_eq!(pace.wait(now), BRISK);
        pace.begin(now, false, false);
        assert_eq!(pace.wait(now), CALM);
    }

    #[test]
    fn the_first_of_some_traffic_settles_soon_and_the_rest_with_the_frames_that_come_anyway() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.settle(now, false), None);
        assert_eq!(pace.settle(now, true), Some(BRISK));
        assert_eq!(pace.settle(now, true), Some(CALM));
        assert_eq!(pace.settle(now, false), None);
        assert_eq!(pace.settle(now, true), Some(BRISK));
    }
}
