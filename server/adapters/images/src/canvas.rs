//! A picture of RGB bytes, and the few soft shapes that are drawn on it.

use crate::palette::Color;

/// Width of a circle's soft rim, in pixels.
const RIM: f32 = 1.5;

/// Rows of three bytes per pixel.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bytes: Vec<u8>,
}

impl Canvas {
    /// A picture that goes from one colour at its top to another at its bottom.
    pub(crate) fn gradient(width: usize, height: usize, top: Color, bottom: Color) -> Self {
        let mut bytes = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            let part = y as f32 / height as f32;
            let pixel = top.mix(bottom, part).bytes();
            for _ in 0..width {
                bytes.extend_from_slice(&pixel);
            }
        }
        Self { width, height, bytes }
    }

    /// A filled circle, as opaque as `strength` (0 to 1) says.
    pub(crate) fn circle(&mut self, center: (f32, f32), radius: f32, color: Color, strength: f32) {
        let (cx, cy) = center;
        let rows = span(cy - radius, cy + radius, self.height);
        let columns = span(cx - radius, cx + radius, self.width);
        for y in rows {
            for x in columns.clone() {
                let distance = (x as f32 - cx).hypot(y as f32 - cy);
                let cover = ((radius - distance) / RIM).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.blend(x, y, color, cover * strength);
                }
            }
        }
    }

    /// Light that fades from a point to nothing at `radius`.
    pub(crate) fn glow(&mut self, center: (f32, f32), radius: f32, color: Color, strength: f32) {
        let (cx, cy) = center;
        for y in span(cy - radius, cy + radius, self.height) {
            for x in span(cx - radius, cx + radius, self.width) {
                let part = 1.0 - (x as f32 - cx).hypot(y as f32 - cy) / radius;
                if part > 0.0 {
                    self.blend(x, y, color, part * part * strength);
                }
            }
        }
    }

    /// Everything below a line, whose height is given per column; darker towards the bottom.
    pub(crate) fn land(&mut self, heights: &[f32], color: Color, strength: f32) {
        let lowest = heights.iter().copied().fold(f32::INFINITY, f32::min);
        for y in span(lowest - 1.0, self.height as f32, self.height) {
            let shade = color.mix(Color::BLACK, 0.18 * y as f32 / self.height as f32);
            for (x, top) in heights.iter().enumerate() {
                let cover = (y as f32 + 1.0 - top).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.blend(x, y, shade, cover * strength);
                }
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, color: Color, strength: f32) {
        let at = (y * self.width + x) * 3;
        let pixel = &mut self.bytes[at..at + 3];
        for (byte, value) in pixel.iter_mut().zip(color.0) {
            let old = f32::from(*byte);
            *byte = (old + (value - old) * strength + 0.5) as u8;
        }
    }
}

/// The whole pixels from `from` to `to` that lie on the picture.
fn span(from: f32, to: f32, end: usize) -> std::ops::Range<usize> {
    let first = from.floor().max(0.0) as usize;
    first.min(end)..(to.ceil().max(0.0) as usize).saturating_add(1).min(end)
}
