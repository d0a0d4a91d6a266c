//! Pictures of the views, for a slide or a handout: a view is drawn once more, off the screen, in the size and the colours
//! that are asked for. The same shapes become vectors ([`svg`]) or pixels ([`pixels`]).

mod icons;
mod pixels;
mod svg;

use eframe::egui::epaint::ClippedShape;
use eframe::egui::{
    CentralPanel, Color32, ColorImage, Context, Frame, Margin, Pos2, RawInput, Rect, Theme, Ui, Vec2, ViewportId,
    ViewportInfo, vec2,
};

use super::theme::{self, Tokens};
use crate::desktop::fonts;
pub use svg::TooLarge;

/// Around the picture, in points.
const MARGIN: f32 = 12.0;
/// What egui needs to settle: widths of axes and texts are known from the pass before.
const PASSES: usize = 3;
/// Pixels in a point, as on a good screen.
const SCALE: f32 = 2.0;
/// A picture has no more pixels than this: a taller one gets a smaller scale.
const MAX_PIXELS: f32 = 24_000_000.0;
/// No picture is smaller than this or larger, in points.
pub const SMALLEST: Vec2 = vec2(420.0, 200.0);
pub const LARGEST: Vec2 = vec2(4_096.0, 12_000.0);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Png,
    Svg,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Png, Self::Svg];

    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }
}

/// How a picture is to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Dark lines on white, whatever the window's theme is.
    pub light: bool,
    /// All rows and not only those in sight; for the ladder.
    pub all_rows: bool,
}

/// The paper that a view is drawn on.
#[derive(Clone, Debug)]
pub struct Paper {
    /// In points, without the margin.
    pub size: Vec2,
    pub theme: Theme,
    /// The picture's name for screen readers.
    pub title: String,
}

/// A context of its own with the window's fonts: nothing that is drawn there is seen, clicked or remembered.
#[derive(Default)]
pub struct Studio {
    ctx: Option<Context>,
    /// The glyphs that were drawn so far.
    glyphs: pixels::Texture,
}

impl Studio {
    /// Draws a view; `paint` is called several times and must paint the same each time.
    pub fn draw(&mut self, paper: Paper, mut paint: impl FnMut(&mut Ui)) -> Drawn {
        let Paper { size, theme, title } = paper;
        let size = size.clamp(SMALLEST, LARGEST).ceil() + Vec2::splat(2.0 * MARGIN);
        let scale = SCALE.min((MAX_PIXELS / size.x / size.y).sqrt());
        let ctx = self.ctx.get_or_insert_with(|| {
            let ctx = Context::default();
            fonts::give(&ctx);
            theme::install(&ctx);
            ctx
        });
        ctx.set_theme(theme);
        let tokens = Tokens::of_theme(theme);
        let mut shapes = Vec::new();
        for pass in 0..PASSES {
            let mut output = ctx.run_ui(input(size, scale, pass), |ui| {
                let frame = Frame::new().fill(tokens.pane).inner_margin(Margin::same(MARGIN as i8));
                CentralPanel::no_frame().frame(frame).show(ui, |ui| paint(ui));
            });
            self.glyphs.take(&output.textures_delta);
            output.textures_delta.clear();
            shapes = std::mem::take(&mut output.shapes);
        }
        Drawn { ctx: ctx.clone(), glyphs: self.glyphs.clone(), shapes, size, scale, ground: tokens.pane, title }
    }
}

fn input(size: Vec2, scale: f32, pass: usize) -> RawInput {
    let viewport = ViewportInfo { native_pixels_per_point: Some(scale), ..ViewportInfo::default() };
    RawInput {
        viewport_id: ViewportId::ROOT,
        viewports: std::iter::once((ViewportId::ROOT, viewport)).collect(),
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
        // Nothing fades in.
        time: Some(pass as f64 * 10.0),
        focused: false,
        ..RawInput::default()
    }
}

/// A view that was drawn.
pub struct Drawn {
    ctx: Context,
    glyphs: pixels::Texture,
    shapes: Vec<ClippedShape>,
    size: Vec2,
    scale: f32,
    ground: Color32,
    title: String,
}

impl Drawn {
    /// As vectors.
    ///
    /// # Errors
    /// [`TooLarge`]: nobody could open it.
    pub fn svg(&self) -> Result<String, TooLarge> {
        svg::write(&self.shapes, self.size, self.ground, &self.title)
    }

    /// As pixels, twice as many in each direction as points.
    pub fn pixels(&self) -> ColorImage {
        let primitives = self.ctx.tessellate(self.shapes.clone(), self.scale);
        pixels::paint(&primitives, &self.glyphs, self.size, self.scale, self.ground)
    }
}

/// The bytes of a PNG file.
///
/// # Errors
/// What the encoder said.
pub fn png(image: &ColorImage) -> std::io::Result<Vec<u8>> {
    let [width, height] = image.size.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    let mut writer = encoder.write_header().map_err(std::io::Error::other)?;
    writer.write_image_data(&pixels).map_err(std::io::Error::other)?;
    writer.finish().map_err(std::io::Error::other)?;
    Ok(file)
}

#[cfg(test)]
mod tests;
