//! Centred unit vectors and their cosine distances.

use super::ClusterRefused;

/// Below this many vectors the mean says nothing about what they share (of two vectors, centring
/// makes opposites): they are compared as they are.
pub(super) const CENTRED_FROM: usize = 8;
/// Numbers added up side by side, so that the additions do not wait for one another.
const LANES: usize = 8;
/// A centred vector shorter than this is the mean itself, give or take rounding.
const LENGTH_MIN: f32 = 1e-4;
/// Rows between two calls of the progress callback.
const ROWS_PER_REPORT: usize = 64;

/// Unit vectors, one after the other.
pub(super) struct Vectors {
    numbers: Vec<f32>,
    dimensions: usize,
    centred: bool,
}

impl Vectors {
    /// Brings the embeddings to unit length, subtracts their mean and normalises again. Where
    /// nothing is left after centring (all the same), they stay as they were. What is not finite
    /// counts as zero.
    pub(super) fn centred(embeddings: &[&[f32]]) -> Self {
        let dimensions = embeddings.first().map_or(1, |first| first.len());
        let finite = |number: &f32| if number.is_finite() { *number } else { 0.0 };
        let numbers =
            embeddings.iter().flat_map(|embedding| embedding.iter().map(finite)).collect();
        let mut plain = Self { numbers, dimensions, centred: false };
        plain.normalize();
        if plain.count() < CENTRED_FROM {
            return plain;
        }
        let mean = plain.mean();
        let mut centred = Self { numbers: plain.numbers.clone(), dimensions, centred: true };
        for vector in centred.numbers.chunks_exact_mut(dimensions) {
            for (number, mean) in vector.iter_mut().zip(&mean) {
                *number -= mean;
            }
        }
        let any = centred.numbers.chunks_exact(dimensions).any(|v| dot(v, v).sqrt() > LENGTH_MIN);
        if !any {
            return plain;
        }
        centred.normalize();
        centred
    }

    pub(super) fn count(&self) -> usize {
        self.numbers.len() / self.dimensions
    }

    pub(super) fn is_centred(&self) -> bool {
        self.centred
    }

    pub(super) fn get(&self, index: usize) -> &[f32] {
        &self.numbers[index * self.dimensions..(index + 1) * self.dimensions]
    }

    /// 0 for the same direction, 1 for unrelated, 2 for the opposite.
    pub(super) fn distance(&self, a: usize, b: usize) -> f32 {
        (1.0 - dot(self.get(a), self.get(b))).clamp(0.0, 2.0)
    }

    /// The upper triangle of all distances, row by row, as kodama takes it.
    pub(super) fn condensed(
        &self,
        progress: &mut dyn FnMut(f32) -> Result<(), ClusterRefused>,
    ) -> Result<Vec<f32>, ClusterRefused> {
        let count = self.count();
        let total = count * count.saturating_sub(1) / 2;
        let mut condensed = Vec::with_capacity(total);
        for row in 0..count {
            let vector = self.get(row);
            let rest = self.numbers[(row + 1) * self.dimensions..].chunks_exact(self.dimensions);
            condensed.extend(rest.map(|other| (1.0 - dot(vector, other)).clamp(0.0, 2.0)));
            if row % ROWS_PER_REPORT == 0 {
                progress(condensed.len() as f32 / total.max(1) as f32)?;
            }
        }
        Ok(condensed)
    }

    fn normalize(&mut self) {
        for vector in self.numbers.chunks_exact_mut(self.dimensions) {
            let length = dot(vector, vector).sqrt();
            let factor = if length > LENGTH_MIN && length.is_finite() { 1.0 / length } else { 0.0 };
            vector.iter_mut().for_each(|number| *number *= factor);
        }
    }

    fn mean(&self) -> Vec<f32> {
        let mut sum = vec![0.0_f64; self.dimensions];
        for vector in self.numbers.chunks_exact(self.dimensions) {
            for (sum, number) in sum.iter_mut().zip(vector) {
                *sum += f64::from(*number);
            }
        }
        let count = self.count().max(1) as f64;
        sum.into_iter().map(|sum| (sum / count) as f32).collect()
    }
}

/// The product of two vectors of the same length, in a fixed order of additions.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        sums[0] += x[0] * y[0];
        sums[1] += x[1] * y[1];
        sums[2] += x[2] * y[2];
        sums[3] += x[3] * y[3];
        sums[4] += x[4] * y[4];
        sums[5] += x[5] * y[5];
        sums[6] += x[6] * y[6];
        sums[7] += x[7] * y[7];
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_covers_chunks_and_remainder() {
        let a: Vec<f32> = (0..19_u8).map(f32::from).collect();
        assert_eq!(dot(&a, &a), (0..19).map(|x| (x * x) as f32).sum::<f32>());
    }

    #[test]
    fn equal_vectors_stay_equal_when_the_mean_takes_all() {
        let vector = [1.0_f32, 2.0, 3.0];
        let vectors = Vectors::centred(&[&vector[..]; 10]);
        assert!(vectors.distance(0, 9) < 1e-5);
    }

    #[test]
    fn what_is_not_finite_counts_as_zero() {
        let (a, b) = ([f32::NAN, 1.0], [0.0, 1.0]);
        assert!(Vectors::centred(&[&a, &b]).distance(0, 1) < 1e-6);
    }
}
