//! Painted triangles as pixels, worked out by the processor: a picture needs no graphics card and no window of its size.

use eframe::egui::epaint::{ClippedPrimitive, Mesh, Primitive, Vertex};
use eframe::egui::{Color32, ColorImage, ImageData, Rect, TextureId, TexturesDelta, Vec2};

/// Places are counted in parts of a pixel, in whole numbers, so that triangles that share an edge share no pixel.
const PARTS: i64 = 256;
/// Nothing is painted further outside than this, in pixels.
const FAR: f32 = 60_000.0;

/// The glyphs that texts are made of.
#[derive(Clone, Debug, Default)]
pub struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

impl Texture {
    /// Takes what is new.
    pub fn take(&mut self, delta: &TexturesDelta) {
        for delta in delta.set.get(&TextureId::default()).into_iter().flatten() {
            let ImageData::Color(image) = &delta.image;
            match delta.pos {
                None => {
                    self.size = image.size;
                    self.pixels.clone_from(&image.pixels);
                }
                Some([left, top]) => {
                    let width = image.size[0];
                    for (row, pixels) in image.pixels.chunks(width.max(1)).enumerate() {
                        let begin = (top + row) * self.size[0] + left;
                        if let Some(place) = self.pixels.get_mut(begin..begin + width) {
                            place.copy_from_slice(pixels);
                        }
                    }
                }
            }
        }
    }

    fn texel(&self, x: i64, y: i64) -> [f32; 4] {
        let x = x.clamp(0, self.size[0] as i64 - 1) as usize;
        let y = y.clamp(0, self.size[1] as i64 - 1) as usize;
        let color = self.pixels.get(y * self.size[0] + x).copied().unwrap_or(Color32::WHITE);
        color.to_array().map(f32::from)
    }

    /// Between the middles of four texels; 255 is all of it.
    fn at(&self, u: f32, v: f32) -> [f32; 4] {
        let (x, y) = (u * self.size[0] as f32 - 0.5, v * self.size[1] as f32 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - top);
        let (column, row) = (left as i64, top as i64);
        let mut mixed = [0.0; 4];
        for (dx, dy, part) in [
            (0, 0, (1.0 - right) * (1.0 - down)),
            (1, 0, right * (1.0 - down)),
            (0, 1, (1.0 - right) * down),
            (1, 1, right * down),
        ] {
            if part > 0.0 {
                let texel = self.texel(column + dx, row + dy);
                mixed.iter_mut().zip(texel).for_each(|(sum, value)| *sum += value * part);
            }
        }
        mixed
    }
}

/// Paints all triangles on the ground.
pub fn paint(primitives: &[ClippedPrimitive], glyphs: &Texture, size: Vec2, scale: f32, ground: Color32) -> ColorImage {
    let sides = [(size.x * scale).round() as usize, (size.y * scale).round() as usize];
    let mut image = ColorImage::filled(sides, ground);
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        // Nothing is painted by a graphics card's own commands here.
        let Primitive::Mesh(mesh) = primitive else { continue };
        let mut canvas = Canvas { clip: clip(*clip_rect, scale, sides), image: &mut image, glyphs, scale };
        canvas.mesh(mesh);
    }
    image
}

/// Left, top, right, bottom, in pixels.
fn clip(rect: Rect, scale: f32, [width, height]: [usize; 2]) -> [i64; 4] {
    let pixel = |value: f32, most: usize| ((value * scale).round() as i64).clamp(0, most as i64);
    [pixel(rect.left(), width), pixel(rect.top(), height), pixel(rect.right(), width), pixel(rect.bottom(), height)]
}

struct Canvas<'a> {
    clip: [i64; 4],
    image: &'a mut ColorImage,
    glyphs: &'a Texture,
    scale: f32,
}

impl Canvas<'_> {
    fn mesh(&mut self, mesh: &Mesh) {
        if mesh.texture_id != TextureId::default() {
            return;
        }
        for corners in mesh.indices.as_chunks::<3>().0 {
            let found = corners.map(|index| mesh.vertices.get(index as usize));
            if let [Some(a), Some(b), Some(c)] = found {
                self.triangle([a, b, c]);
            }
        }
    }

    fn triangle(&mut self, mut corners: [&Vertex; 3]) {
        if corners.iter().all(|corner| corner.color == Color32::TRANSPARENT) {
            return;
        }
        let place = |vertex: &Vertex| {
            let part = |value: f32| ((value * self.scale).clamp(-FAR, FAR) * PARTS as f32).round() as i64;
            (part(vertex.pos.x), part(vertex.pos.y))
        };
        let mut at = corners.map(place);
        let mut area = cross(at[0], at[1], at[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            corners.swap(1, 2);
            at.swap(1, 2);
            area = -area;
        }
        let [left, top, right, bottom] = self.clip;
        let (xs, ys) = (at.map(|(x, _)| x), at.map(|(_, y)| y));
        let least = |values: [i64; 3], edge: i64| (values.into_iter().min().unwrap_or(0).div_euclid(PARTS)).max(edge);
        let most =
            |values: [i64; 3], edge: i64| (values.into_iter().max().unwrap_or(0).div_euclid(PARTS) + 1).min(edge);
        let (x0, x1, y0, y1) = (least(xs, left), most(xs, right), least(ys, top), most(ys, bottom));
        if x0 >= x1 {
            return;
        }
        let [a, b, c] = at;
        // The edge opposite of each corner. A pixel whose middle lies on an edge belongs to the triangle on one side of it.
        let edges = [(b, c), (c, a), (a, b)];
        let bias = edges.map(|(from, to)| if is_upper_or_left(from, to) { 0 } else { -1 });
        let step = edges.map(|(from, to)| (from.1 - to.1) * PARTS);
        let shade = Shade::of(corners, self.glyphs);
        for y in y0..y1 {
            let middle = (x0 * PARTS + PARTS / 2, y * PARTS + PARTS / 2);
            let mut inside = edges.map(|(from, to)| cross(from, to, middle));
            let row = y as usize * self.image.size[0];
            for x in x0..x1 {
                let covered = inside.iter().zip(bias).all(|(value, bias)| value + bias >= 0);
                if covered && let Some(pixel) = self.image.pixels.get_mut(row + x as usize) {
                    let source = match &shade {
                        Shade::Flat(color) => *color,
                        Shade::Mixed(mixed) => mixed.at(inside.map(|value| value as f32 / area as f32)),
                    };
                    *pixel = over(*pixel, source);
                }
                inside.iter_mut().zip(step).for_each(|(value, step)| *value += step);
            }
        }
    }
}

/// What a triangle is filled with.
enum Shade<'a> {
    Flat([f32; 4]),
    Mixed(Mixed<'a>),
}

struct Mixed<'a> {
    colors: [[f32; 4]; 3],
    /// `None` without glyphs.
    uvs: Option<[(f32, f32); 3]>,
    glyphs: &'a Texture,
}

impl<'a> Shade<'a> {
    fn of(corners: [&Vertex; 3], glyphs: &'a Texture) -> Self {
        let [a, b, c] = corners;
        let colors = corners.map(|corner| corner.color.to_array().map(f32::from));
        let is_plain = a.uv == b.uv && b.uv == c.uv && a.uv == eframe::egui::epaint::WHITE_UV;
        if is_plain && a.color == b.color && b.color == c.color {
            return Self::Flat(colors[0]);
        }
        let uvs = (!is_plain).then(|| corners.map(|corner| (corner.uv.x, corner.uv.y)));
        Self::Mixed(Mixed { colors, uvs, glyphs })
    }
}

impl Mixed<'_> {
    fn at(&self, parts: [f32; 3]) -> [f32; 4] {
        let mut color = [0.0; 4];
        for (part, corner) in parts.into_iter().zip(self.colors) {
            color.iter_mut().zip(corner).for_each(|(sum, value)| *sum += value * part);
        }
        let Some(uvs) = self.uvs else { return color };
        let (u, v) =
            parts.into_iter().zip(uvs).fold((0.0, 0.0), |(u, v), (part, uv)| (u + uv.0 * part, v + uv.1 * part));
        let texel = self.glyphs.at(u, v);
        color.iter_mut().zip(texel).for_each(|(value, texel)| *value *= texel / 255.0);
        color
    }
}

/// Twice the area of a triangle, and on which side of an edge a point lies.
fn cross(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// True for exactly one of two triangles that share an edge.
fn is_upper_or_left(from: (i64, i64), to: (i64, i64)) -> bool {
    to.1 < from.1 || (to.1 == from.1 && to.0 > from.0)
}

/// One colour over another, both with their alpha multiplied in.
fn over(ground: Color32, source: [f32; 4]) -> Color32 {
    let rest = 1.0 - source[3] / 255.0;
    let mut mixed = ground.to_array();
    for (channel, source) in mixed.iter_mut().zip(source) {
        *channel = (source + f32::from(*channel) * rest).round().clamp(0.0, 255.0) as u8;
    }
    let [r, g, b, a] = mixed;
    Color32::from_rgba_premultiplied(r, g, b, a)
}
