//! Which of a provider's sizes comes nearest to what is wanted.

/// Width and height in pixels.
pub(crate) type Size = (u32, u32);

/// The size whose shape is nearest; of those of one shape the smallest that is large enough, else
/// the largest.
pub(crate) fn nearest(wanted: Size, offered: &[Size]) -> Option<Size> {
    let shape = |(width, height): Size| (f64::from(width) / f64::from(height)).ln();
    let area = |(width, height): Size| u64::from(width) * u64::from(height);
    let rank = |size: Size| {
        let distance = ((shape(size) - shape(wanted)).abs() * 1000.0) as u64;
        let is_small = area(size) < area(wanted);
        let order = if is_small { u64::MAX - area(size) } else { area(size) };
        (distance, is_small, order)
    };
    offered.iter().copied().min_by_key(|size| rank(*size))
}

/// The side rounded to a multiple of the step, within the bounds.
pub(crate) fn stepped(side: u32, step: u32, min: u32, max: u32) -> u32 {
    (side.saturating_add(step / 2) / step * step).clamp(min, max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_comes_first_and_then_the_smallest_that_is_large_enough() {
        let offered = [(1024, 1024), (2048, 2048), (1536, 1024), (1024, 1536), (512, 512)];
        for (wanted, size) in [
            ((1200, 675), (1536, 1024)),
            ((675, 1200), (1024, 1536)),
            ((1000, 1000), (1024, 1024)),
            ((100, 100), (512, 512)),
            ((1500, 1500), (2048, 2048)),
            ((4000, 4000), (2048, 2048)),
        ] {
            assert_eq!(nearest(wanted, &offered), Some(size), "{wanted:?}");
        }
        assert_eq!(nearest((1, 1), &[]), None);
    }

    #[test]
    fn sides_are_stepped_within_bounds() {
        let sides = [(1200, 1216), (675, 704), (1, 128), (9000, 2048), (u32::MAX, 2048)];
        for (side, stepped_side) in sides {
            assert_eq!(stepped(side, 64, 128, 2048), stepped_side, "{side}");
        }
    }
}
