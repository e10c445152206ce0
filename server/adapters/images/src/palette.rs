//! Colours that go together.

/// Red, green and blue from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Color(pub(crate) [f32; 3]);

impl Color {
    pub(crate) const BLACK: Self = Self([0.0; 3]);

    /// From hue (turns), saturation and lightness (0 to 1).
    pub(crate) fn from_hsl(hue: f32, saturation: f32, lightness: f32) -> Self {
        let reach = saturation * lightness.min(1.0 - lightness);
        let channel = |offset: f32| {
            let place = (offset + hue * 12.0).rem_euclid(12.0);
            (lightness - reach * (place - 3.0).min(9.0 - place).clamp(-1.0, 1.0)) * 255.0
        };
        Self([channel(0.0), channel(8.0), channel(4.0)])
    }

    /// A colour between this (0) and another (1).
    pub(crate) fn mix(self, other: Self, part: f32) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + (other.0[i] - self.0[i]) * part))
    }

    pub(crate) fn bytes(self) -> [u8; 3] {
        self.0.map(|value| (value + 0.5) as u8)
    }
}

/// The colours of one picture: neighbours on the wheel, and the light of a low sun.
pub(crate) struct Palette {
    pub(crate) top: Color,
    pub(crate) bottom: Color,
    pub(crate) near: Color,
    pub(crate) far: Color,
    pub(crate) accent: Color,
}

impl Palette {
    /// A palette around a hue (turns); `spread` (0 to 1) says how far its neighbours are.
    pub(crate) fn around(hue: f32, spread: f32) -> Self {
        let reach = 0.06 + 0.08 * spread;
        Self {
            top: Color::from_hsl(hue, 0.55, 0.62),
            bottom: Color::from_hsl(hue + reach, 0.65, 0.86),
            near: Color::from_hsl(hue - reach, 0.42, 0.27),
            far: Color::from_hsl(hue, 0.38, 0.64),
            accent: Color::from_hsl(0.06 + 0.07 * spread, 0.95, 0.84),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_have_their_primary_colours() {
        for (hue, bytes) in [(0.0, [255, 0, 0]), (1.0 / 3.0, [0, 255, 0]), (2.0 / 3.0, [0, 0, 255])]
        {
            assert_eq!(Color::from_hsl(hue, 1.0, 0.5).bytes(), bytes);
        }
        assert_eq!(Color::from_hsl(0.3, 0.0, 1.0).bytes(), [255; 3]);
    }
}
