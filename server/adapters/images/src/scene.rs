//! What is on the pictures: hills under a sun, drifting discs, or long waves.

use crate::canvas::Canvas;
use crate::palette::Palette;
use std::f32::consts::TAU;

/// Numbers from 0 to 1 from a hash.
pub(crate) struct Draw(blake3::OutputReader);

impl Draw {
    pub(crate) fn new(seed: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.as_bytes());
        Self(hasher.finalize_xof())
    }

    fn unit(&mut self) -> f32 {
        let mut bytes = [0; 2];
        self.0.fill(&mut bytes);
        f32::from(u16::from_le_bytes(bytes)) / f32::from(u16::MAX)
    }

    fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }
}

/// Draws the picture that belongs to a seed.
pub(crate) fn draw(seed: &str, width: u32, height: u32) -> Canvas {
    let mut draw = Draw::new(seed);
    let palette = Palette::around(draw.unit(), draw.unit());
    let mut canvas = Canvas::gradient(width as usize, height as usize, palette.top, palette.bottom);
    sun(&mut canvas, &palette, &mut draw);
    match draw.unit() {
        part if part < 0.45 => hills(&mut canvas, &palette, &mut draw),
        part if part < 0.75 => discs(&mut canvas, &palette, &mut draw),
        _ => waves(&mut canvas, &palette, &mut draw),
    }
    canvas
}

fn sun(canvas: &mut Canvas, palette: &Palette, draw: &mut Draw) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let center = (width * draw.between(0.2, 0.8), height * draw.between(0.2, 0.45));
    let radius = height.min(width) * draw.between(0.08, 0.14);
    canvas.glow(center, radius * 3.5, palette.accent, 0.6);
    canvas.circle(center, radius, palette.accent, 0.95);
}

fn hills(canvas: &mut Canvas, palette: &Palette, draw: &mut Draw) {
    let layers = 4 + (draw.unit() * 2.0) as usize;
    for layer in 0..layers {
        let depth = (layer as f32 + 1.0) / layers as f32;
        let base = canvas.height as f32 * (0.42 + 0.42 * depth);
        let size = canvas.height as f32 * (0.07 + 0.05 * depth);
        let line = ridge(canvas.width, base, size, draw);
        canvas.land(&line, palette.far.mix(palette.near, depth), 1.0);
    }
}

/// A line of three waves of different length laid over each other.
fn ridge(width: usize, base: f32, size: f32, draw: &mut Draw) -> Vec<f32> {
    let waves: [(f32, f32, f32); 3] = std::array::from_fn(|octave| {
        let turns = (octave as f32 + 1.0) * draw.between(0.7, 1.6);
        (turns * TAU / width as f32, draw.unit() * TAU, size / (octave as f32 * 1.5 + 1.0))
    });
    let height_at = |x: usize| {
        let sum: f32 =
            waves.iter().map(|(speed, start, size)| (x as f32 * speed + start).sin() * size).sum();
        base + sum
    };
    (0..width).map(height_at).collect()
}

fn discs(canvas: &mut Canvas, palette: &Palette, draw: &mut Draw) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    for disc in 0..9 {
        let depth = disc as f32 / 8.0;
        let center = (width * draw.unit(), height * draw.between(0.35, 1.05));
        let radius = height.min(width) * draw.between(0.06, 0.26);
        let color = palette.far.mix(palette.near, depth * draw.between(0.4, 1.0));
        canvas.circle(center, radius, color, draw.between(0.35, 0.7));
    }
    let line = ridge(canvas.width, height * 0.88, height * 0.03, draw);
    canvas.land(&line, palette.near, 0.9);
}

fn waves(canvas: &mut Canvas, palette: &Palette, draw: &mut Draw) {
    let height = canvas.height as f32;
    for layer in 0..6 {
        let depth = layer as f32 / 5.0;
        let line = ridge(canvas.width, height * (0.45 + 0.5 * depth), height * 0.035, draw);
        canvas.land(&line, palette.far.mix(palette.near, depth), 0.55);
    }
}
