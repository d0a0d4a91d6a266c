//! Painted shapes as an SVG file: lines stay lines and text stays text, so that a drawing program can change both.

mod text;

use std::fmt::Write as _;

use eframe::egui::epaint::{
    CircleShape, ClippedShape, ColorMode, CornerRadius, EllipseShape, Mesh, PathShape, PathStroke, RectShape, TextureId,
};
use eframe::egui::{Color32, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};

/// A larger file is of no use to anyone.
const MAX_BYTES: usize = 16 << 20;

/// More than [`MAX_BYTES`] would have been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// The shapes as a file; `title` is said by screen readers.
pub fn write(shapes: &[ClippedShape], size: Vec2, ground: Color32, title: &str) -> Result<String, TooLarge> {
    let page = Rect::from_min_size(Pos2::ZERO, size);
    let mut file = File { page, clips: Vec::new(), body: String::new() };
    let mut open: Option<Rect> = None;
    for clipped in shapes {
        let clip = clipped.clip_rect.intersect(page);
        if !clip.is_positive() || matches!(clipped.shape, Shape::Noop) {
            continue;
        }
        if open != Some(clip) {
            file.close(open);
            file.open(clip);
            open = Some(clip);
        }
        file.shape(&clipped.shape, clip);
        if file.body.len() > MAX_BYTES {
            return Err(TooLarge);
        }
    }
    file.close(open);
    Ok(file.finish(ground, title))
}

struct File {
    page: Rect,
    /// What groups are cut off at, each once.
    clips: Vec<Rect>,
    body: String,
}

impl File {
    fn open(&mut self, clip: Rect) {
        if clip == self.page {
            self.body.push_str("<g>\n");
            return;
        }
        let place = self.clips.iter().position(|known| *known == clip).unwrap_or_else(|| {
            self.clips.push(clip);
            self.clips.len() - 1
        });
        self.add(format_args!("<g clip-path=\"url(#c{place})\">\n"));
    }

    fn close(&mut self, open: Option<Rect>) {
        if open.is_some() {
            self.body.push_str("</g>\n");
        }
    }

    fn add(&mut self, written: std::fmt::Arguments<'_>) {
        // Writing to a `String` does not fail.
        let _ = self.body.write_fmt(written);
    }

    fn finish(self, ground: Color32, title: &str) -> String {
        let (width, height) = (number(self.page.width()), number(self.page.height()));
        let title = text::escaped(title);
        let mut file = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n"
        );
        if !self.clips.is_empty() {
            file.push_str("<defs>\n");
            for (place, clip) in self.clips.iter().enumerate() {
                let _ = writeln!(file, "<clipPath id=\"c{place}\"><rect {}/></clipPath>", sides(*clip));
            }
            file.push_str("</defs>\n");
        }
        let _ = writeln!(file, "<rect {}{}/>", sides(self.page), fill(ground));
        file.push_str(&self.body);
        file.push_str("</svg>\n");
        file
    }

    fn shape(&mut self, shape: &Shape, clip: Rect) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape, clip)),
            other if !other.visual_bounding_rect().intersects(clip) => {}
            Shape::LineSegment { points, stroke } if !stroke.is_empty() => {
                let [a, b] = points;
                let (x1, y1, x2, y2) = (number(a.x), number(a.y), number(b.x), number(b.y));
                let pen = pen(*stroke);
                self.add(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"{pen}/>\n"));
            }
            Shape::Circle(CircleShape { center, radius, fill: inside, stroke }) => {
                let (x, y, r) = (number(center.x), number(center.y), number(*radius));
                let (fill, pen) = (fill(*inside), pen(*stroke));
                self.add(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{fill}{pen}/>\n"));
            }
            Shape::Ellipse(EllipseShape { center, radius, fill: inside, stroke, angle }) => {
                let (x, y, rx, ry) = (number(center.x), number(center.y), number(radius.x), number(radius.y));
                let (fill, pen, turn) = (fill(*inside), pen(*stroke), turn(*angle, *center));
                self.add(format_args!("<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{rx}\" ry=\"{ry}\"{fill}{pen}{turn}/>\n"));
            }
            Shape::Rect(rect) => self.rect(rect),
            Shape::Path(path) => self.path(path),
            Shape::Text(shape) => text::write(&mut self.body, shape),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::Band(band) => self.bent(&band_outline(band), true, band.fill, Stroke::NONE),
            Shape::QuadraticBezier(bezier) => {
                self.bent(&bezier.flatten(None), bezier.closed, bezier.fill, solid(&bezier.stroke));
            }
            Shape::CubicBezier(bezier) => {
                self.bent(&bezier.flatten(None), bezier.closed, bezier.fill, solid(&bezier.stroke));
            }
            Shape::Noop | Shape::LineSegment { .. } | Shape::Callback(_) => {}
        }
    }

    fn rect(&mut self, shape: &RectShape) {
        let RectShape { corner_radius, fill: inside, stroke, stroke_kind, angle, .. } = shape;
        // SVG draws a stroke on the edge, half of it on either side.
        let out = match stroke_kind {
            StrokeKind::Inside => -stroke.width / 2.0,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => stroke.width / 2.0,
        };
        let rect = if stroke.is_empty() { shape.rect } else { shape.rect.expand(out) };
        let (fill, pen, turn) = (fill(*inside), pen(*stroke), turn(*angle, rect.center()));
        if fill == NO_FILL && pen.is_empty() {
            return;
        }
        let radius = corners(*corner_radius, if stroke.is_empty() { 0.0 } else { out });
        match radius {
            Ok(radius) => {
                let round = if radius > 0.0 { format!(" rx=\"{}\"", number(radius)) } else { String::new() };
                self.add(format_args!("<rect {}{round}{fill}{pen}{turn}/>\n", sides(rect)));
            }
            Err(radii) => self.add(format_args!("<path d=\"{}\"{fill}{pen}{turn}/>\n", rounded(rect, radii))),
        }
    }

    fn path(&mut self, path: &PathShape) {
        self.bent(&path.points, path.closed, path.fill, solid(&path.stroke));
    }

    fn bent(&mut self, points: &[Pos2], closed: bool, inside: Color32, stroke: Stroke) {
        let (fill, pen) = (fill(inside), pen(stroke));
        if points.len() < 2 || (fill == NO_FILL && pen.is_empty()) {
            return;
        }
        let name = if closed { "polygon" } else { "polyline" };
        self.add(format_args!("<{name} points=\"{}\"{fill}{pen}/>\n", listed(points)));
    }

    /// A triangle has the mean of its corners' colours: fine meshes look as they should.
    fn mesh(&mut self, mesh: &Mesh) {
        // Pictures are not drawn in our views; glyphs come as text.
        if mesh.texture_id != TextureId::default() {
            return;
        }
        for corners in mesh.indices.as_chunks::<3>().0 {
            let found = corners.map(|index| mesh.vertices.get(index as usize));
            let [Some(a), Some(b), Some(c)] = found else { continue };
            let mean = a.color.lerp_to_gamma(b.color, 0.5).lerp_to_gamma(c.color, 1.0 / 3.0);
            self.bent(&[a.pos, b.pos, c.pos], true, mean, Stroke::NONE);
        }
    }
}

fn band_outline(band: &eframe::egui::epaint::BandShape) -> Vec<Pos2> {
    let upper = band.points.iter().map(|point| Pos2::new(point.x, point.y.min));
    let lower = band.points.iter().rev().map(|point| Pos2::new(point.x, point.y.max));
    upper.chain(lower).collect()
}

fn solid(stroke: &PathStroke) -> Stroke {
    match stroke.color {
        ColorMode::Solid(color) => Stroke::new(stroke.width, color),
        ColorMode::UV(_) => Stroke::NONE,
    }
}

const NO_FILL: &str = " fill=\"none\"";

fn fill(color: Color32) -> String {
    match paint(color) {
        None => NO_FILL.to_owned(),
        Some((color, alpha)) if alpha < 255 => {
            format!(" fill=\"{color}\" fill-opacity=\"{}\"", number(f32::from(alpha) / 255.0))
        }
        Some((color, _)) => format!(" fill=\"{color}\""),
    }
}

fn pen(stroke: Stroke) -> String {
    let Some((color, alpha)) = paint(stroke.color).filter(|_| stroke.width > 0.0) else { return String::new() };
    let width = number(stroke.width);
    match alpha {
        255 => format!(" stroke=\"{color}\" stroke-width=\"{width}\""),
        _ => {
            let opacity = number(f32::from(alpha) / 255.0);
            format!(" stroke=\"{color}\" stroke-width=\"{width}\" stroke-opacity=\"{opacity}\"")
        }
    }
}

/// `#rrggbb` and how opaque; nothing where it can't be seen.
fn paint(color: Color32) -> Option<(String, u8)> {
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    (a > 0).then(|| (format!("#{r:02x}{g:02x}{b:02x}"), a))
}

fn sides(rect: Rect) -> String {
    let (x, y, w, h) = (number(rect.left()), number(rect.top()), number(rect.width()), number(rect.height()));
    format!("x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"")
}

fn turn(angle: f32, about: Pos2) -> String {
    if angle == 0.0 {
        return String::new();
    }
    format!(" transform=\"rotate({} {} {})\"", number(angle.to_degrees()), number(about.x), number(about.y))
}

/// The one radius of all corners, else each of them.
fn corners(radius: CornerRadius, out: f32) -> Result<f32, [f32; 4]> {
    let grown = |r: u8| if r == 0 { 0.0 } else { (f32::from(r) + out).max(0.0) };
    let [nw, ne, se, sw] = [radius.nw, radius.ne, radius.se, radius.sw].map(grown);
    if nw == ne && ne == se && se == sw { Ok(nw) } else { Err([nw, ne, se, sw]) }
}

fn rounded(rect: Rect, [nw, ne, se, sw]: [f32; 4]) -> String {
    let (l, t, r, b) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let arc = |radius: f32, x: f32, y: f32| {
        let radius = number(radius);
        format!("A{radius} {radius} 0 0 1 {} {}", number(x), number(y))
    };
    format!(
        "M{} {}H{}{}V{}{}H{}{}V{}{}Z",
        number(l + nw),
        number(t),
        number(r - ne),
        arc(ne, r, t + ne),
        number(b - se),
        arc(se, r - se, b),
        number(l + sw),
        arc(sw, l, b - sw),
        number(t + nw),
        arc(nw, l + nw, t),
    )
}

fn listed(points: &[Pos2]) -> String {
    points.iter().map(|point| format!("{},{}", number(point.x), number(point.y))).collect::<Vec<_>>().join(" ")
}

/// At most two decimals.
fn number(value: f32) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
