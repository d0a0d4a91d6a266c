//! Which bytes are in sight and how wide one is.

/// A byte is never wider than this, in points: of a short stream the calls are still blocks and no wallpaper.
const MAX_FIT: f64 = 22.0;
/// The same when the user zooms.
const MAX_ZOOM: f64 = 96.0;
/// How many calls of a long stream are shown at first: the newest.
pub const NEWEST: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// All of a short stream, the newest calls of a long one.
    Newest,
    /// All that is kept.
    All,
    /// Where the user went.
    Free,
}

/// The line as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Where the first byte stands that can be shown.
    pub begin: u64,
    pub end: u64,
    /// Where the newest [`NEWEST`] calls begin.
    pub newest: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    mode: Mode,
    /// The byte at the left edge.
    begin: f64,
    /// Points per byte.
    scale: f64,
    /// Points in sight.
    width: f64,
    /// The end is in sight and stays there.
    at_end: bool,
}

impl Default for Viewport {
    fn default() -> Self {
        Self { mode: Mode::Newest, begin: 0.0, scale: 1.0, width: 1.0, at_end: true }
    }
}

impl Viewport {
    /// Once a frame, before anything is drawn.
    pub fn update(&mut self, width: f32, extent: Extent) {
        self.width = f64::from(width.max(1.0));
        let span = |begin: u64| extent.end.saturating_sub(begin).max(1) as f64;
        match self.mode {
            Mode::All => {
                self.scale = (self.width / span(extent.begin)).min(MAX_FIT);
                self.begin = extent.begin as f64;
                self.at_end = true;
            }
            Mode::Newest => {
                let fitting = (self.width / span(extent.newest)).min(MAX_FIT);
                // In steps, so that the blocks do not change their width with every call.
                self.scale = if extent.newest > extent.begin {
                    2f64.powf((fitting.log2() * 2.0).floor() / 2.0)
                } else {
                    fitting
                };
                self.begin = (extent.end as f64 - self.width / self.scale).max(extent.begin as f64);
                self.at_end = true;
            }
            Mode::Free => {
                let least = (self.width / span(extent.begin)).min(MAX_FIT);
                self.scale = self.scale.clamp(least, MAX_ZOOM);
                let last = (extent.end as f64 - self.width / self.scale).max(extent.begin as f64);
                if self.at_end {
                    self.begin = last;
                }
                self.begin = self.begin.clamp(extent.begin as f64, last);
            }
        }
    }

    pub fn newest(&mut self) {
        self.mode = Mode::Newest;
    }

    pub fn all(&mut self) {
        self.mode = Mode::All;
    }

    #[cfg(test)]
    pub fn follows(&self) -> bool {
        self.at_end
    }

    /// Larger by that factor, with the byte at `x` (points from the left edge) where it is.
    pub fn zoom(&mut self, factor: f64, x: f32, extent: Extent) {
        let least = (self.width / extent.end.saturating_sub(extent.begin).max(1) as f64).min(MAX_FIT);
        let held = self.begin + f64::from(x) / self.scale;
        self.mode = Mode::Free;
        self.scale = (self.scale * factor).clamp(least, MAX_ZOOM);
        self.begin = held - f64::from(x) / self.scale;
        self.look(extent);
    }

    /// Moves the bytes by a distance in points.
    pub fn pan(&mut self, points: f64, extent: Extent) {
        if points == 0.0 {
            return;
        }
        self.mode = Mode::Free;
        self.begin -= points / self.scale;
        self.look(extent);
    }

    /// Puts the byte at the left edge.
    pub fn go_to(&mut self, begin: f64, extent: Extent) {
        self.mode = Mode::Free;
        self.begin = begin;
        self.look(extent);
    }

    fn look(&mut self, extent: Extent) {
        let last = (extent.end as f64 - self.width / self.scale).max(extent.begin as f64);
        self.begin = self.begin.clamp(extent.begin as f64, last);
        self.at_end = self.begin >= last - 1e-6;
    }

    /// Scrolls so that these bytes can be seen, and zooms in where they would be too narrow to be told apart.
    pub fn reveal(&mut self, begin: u64, end: u64, extent: Extent) {
        let wide = end.saturating_sub(begin).max(1) as f64;
        let narrow = wide * self.scale < 12.0;
        let inside = begin as f64 >= self.begin && end as f64 <= self.begin + self.span();
        if inside && !narrow {
            return;
        }
        self.mode = Mode::Free;
        if narrow {
            self.scale = (64.0 / wide).min(MAX_FIT);
        }
        let middle = begin as f64 + wide / 2.0;
        // A call wider than the picture is shown from its beginning.
        self.begin = if wide > self.span() { begin as f64 } else { middle - self.span() / 2.0 };
        self.look(extent);
    }

    /// Shows exactly these bytes.
    pub fn show(&mut self, begin: u64, end: u64, extent: Extent) {
        self.mode = Mode::Free;
        self.scale = (self.width / end.saturating_sub(begin).max(1) as f64).min(MAX_FIT);
        self.begin = begin as f64;
        self.look(extent);
    }

    pub fn begin(&self) -> f64 {
        self.begin
    }

    /// Bytes in sight.
    pub fn span(&self) -> f64 {
        self.width / self.scale
    }

    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Points from the left edge, not much outside of what is in sight.
    pub fn x(&self, byte: u64) -> f32 {
        ((byte as f64 - self.begin) * self.scale).clamp(-16.0, self.width + 16.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(end: u64) -> Extent {
        Extent { begin: 0, end, newest: 0 }
    }

    #[test]
    fn the_byte_under_the_pointer_stays_there_while_zooming() {
        let mut port = Viewport::default();
        port.update(1_000.0, extent(1 << 40));
        let byte = |port: &Viewport| port.begin() + 250.0 / port.scale();
        for _ in 0..80 {
            let before = byte(&port);
            port.zoom(1.5, 250.0, extent(1 << 40));
            assert!((byte(&port) - before).abs() < 1.0, "{port:?}");
        }
        assert_eq!(port.scale(), MAX_ZOOM);
        for _ in 0..200 {
            port.zoom(0.5, 250.0, extent(1 << 40));
        }
        assert_eq!(port.begin(), 0.0);
        assert!((port.span() - (1u64 << 40) as f64).abs() < 1.0);
    }

    #[test]
    fn a_view_at_the_end_follows_it_and_one_elsewhere_stays() {
        let mut port = Viewport::default();
        port.update(100.0, extent(1_000));
        port.zoom(10.0, 100.0, extent(1_000));
        port.pan(-1e9, extent(1_000));
        assert!(port.follows());
        port.update(100.0, extent(2_000));
        assert!((port.begin() + port.span() - 2_000.0).abs() < 1e-6);
        port.pan(50.0, extent(2_000));
        let begin = port.begin();
        port.update(100.0, extent(3_000));
        assert_eq!(port.begin(), begin);
    }

    #[test]
    fn a_narrow_call_elsewhere_is_brought_into_sight_and_widened() {
        let mut port = Viewport::default();
        port.update(500.0, extent(1 << 30));
        port.all();
        port.update(500.0, extent(1 << 30));
        port.reveal(500_000_000, 500_000_010, extent(1 << 30));
        assert!(port.x(500_000_000) > 0.0 && port.x(500_000_010) < 500.0);
        assert!(port.x(500_000_010) - port.x(500_000_000) > 50.0);
    }
}
