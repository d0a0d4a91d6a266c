//! The whole window without a display: what its frames cost the thread that draws them.

use std::time::Duration;

use eframe::App as _;
use eframe::egui::{self, Rect, Theme, pos2, vec2};
use socket_lab::lang::Lang;
use socket_lab::session::Session;
use socket_lab::ui::app::App;

const SIZE: egui::Vec2 = vec2(1440.0, 900.0);

pub struct Screen {
    ctx: egui::Context,
    app: App,
    frame: eframe::Frame,
    time: f64,
}

/// Processor time of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Taking in what the sockets did.
    pub pump: Duration,
    /// Layout and tessellation.
    pub draw: Duration,
}

impl Cost {
    pub fn whole(self) -> Duration {
        self.pump + self.draw
    }
}

impl Screen {
    pub fn new() -> Self {
        let ctx = egui::Context::default();
        let app = App::for_test(&ctx, Lang::En, Theme::Dark);
        Self { ctx, app, frame: eframe::Frame::_new_kittest(), time: 0.0 }
    }

    pub fn session(&self) -> &Session {
        self.app.session()
    }

    pub fn session_mut(&mut self) -> &mut Session {
        self.app.session_mut()
    }

    pub fn frame(&mut self) -> Cost {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE)),
            time: Some(self.time),
            ..egui::RawInput::default()
        };
        let began = thread_time();
        let mut pump = Duration::ZERO;
        let mut output = self.ctx.run_ui(input, |ui| {
            let before = thread_time();
            self.app.logic(&ui.ctx().clone(), &mut self.frame);
            pump += thread_time() - before;
            self.app.ui(ui, &mut self.frame);
        });
        let meshes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        assert!(!meshes.is_empty(), "something is drawn");
        let draw = thread_time() - began - pump;
        // Nobody has a graphics card to give them to.
        output.textures_delta.clear();
        Cost { pump, draw }
    }

    /// A number of frames at a fixed rate, as a display asks for them.
    pub fn frames(&mut self, count: usize, each: Duration) -> Vec<Cost> {
        let mut next = std::time::Instant::now();
        let one = |_| {
            next += each;
            std::thread::sleep(next.saturating_duration_since(std::time::Instant::now()));
            self.frame()
        };
        (0..count).map(one).collect()
    }
}

/// Processor time of this thread so far.
#[cfg(unix)]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Without such a clock, time as it passes.
#[cfg(not(unix))]
fn thread_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// Median, 99th percentile and longest.
pub fn spread(costs: &[Cost], part: impl Fn(&Cost) -> Duration) -> [Duration; 3] {
    let mut times: Vec<Duration> = costs.iter().map(part).collect();
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]]
}
