//! The tree of merges, where to cut it, and the groups of a cut.

use super::distance::{CENTRED_FROM, Vectors};
use kodama::{Method, linkage};

/// Cuts compared, evenly spread over the ranks of the merges.
const CANDIDATES: usize = 32;
/// The tightest cut compared, as a share of the merges: below it nearly all stay single.
const RANK_MIN: f32 = 0.30;
/// No cut above it: centred vectors of unrelated keywords are about 1 apart, a stray shared word
/// brings them to 0.9.
const THRESHOLD_MAX: f32 = 0.88;
/// The cut for sets too small to search in (see [`CENTRED_FROM`]), measured with the offline
/// embedding: keywords that share most of their words are nearer.
const SMALL_SET_THRESHOLD: f32 = 0.60;
/// Keywords whose silhouettes are averaged. All of 5,000 would cost more than the linkage, and
/// the mean of 400 is within 0.02 of theirs.
const SAMPLE: usize = 400;

/// The cut that was found.
pub(super) struct Found {
    pub(super) threshold: f32,
    pub(super) quality: f32,
}

/// A node of the tree: two children, the distance between them, its size.
struct Node {
    children: [usize; 2],
    height: f32,
    size: usize,
}

/// The merges of average linkage. Leaves are 0..n, merge k is node n + k.
pub(super) struct Tree {
    leaves: usize,
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn build(condensed: &mut [f32], leaves: usize) -> Self {
        let nodes = if leaves < 2 {
            Vec::new()
        } else {
            let dendrogram = linkage(condensed, leaves, Method::Average);
            let node = |step: &kodama::Step<f32>| Node {
                children: [step.cluster1, step.cluster2],
                height: step.dissimilarity,
                size: step.size,
            };
            dendrogram.steps().iter().map(node).collect()
        };
        Self { leaves, nodes }
    }

    /// The groups of the cut, none above `max_size`, single keywords as groups of one.
    pub(super) fn groups(&self, threshold: f32, max_size: usize) -> Vec<Vec<usize>> {
        let mut groups = Vec::new();
        let mut open: Vec<usize> = self.root().into_iter().collect();
        while let Some(id) = open.pop() {
            match self.node(id) {
                Some(node) if node.height > threshold || self.splits_well(node, max_size) => {
                    open.extend(node.children);
                }
                Some(node) if node.size > max_size => {
                    groups.extend(even_parts(&self.leaves_of(id), max_size));
                }
                _ => groups.push(self.leaves_of(id)),
            }
        }
        groups
    }

    fn root(&self) -> Option<usize> {
        (self.leaves + self.nodes.len()).checked_sub(1)
    }

    fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id.checked_sub(self.leaves)?)
    }

    /// Whether a group that is too large falls into its two branches without leaving a single
    /// keyword; a much too large one is taken apart anyway.
    fn splits_well(&self, node: &Node, max_size: usize) -> bool {
        let single = node.children.iter().any(|&child| child < self.leaves);
        node.size > max_size && (!single || node.size > 2 * max_size)
    }

    /// The leaves below a node in the order of the tree: near ones stand side by side.
    fn leaves_of(&self, id: usize) -> Vec<usize> {
        let (mut leaves, mut open) = (Vec::new(), vec![id]);
        while let Some(id) = open.pop() {
            match self.node(id) {
                Some(node) => open.extend(node.children.iter().rev()),
                None => leaves.push(id),
            }
        }
        leaves
    }

    /// The group of each leaf at this cut, sizes unlimited.
    fn labels(&self, threshold: f32) -> (Vec<usize>, usize) {
        let groups = self.groups(threshold, usize::MAX / 2);
        let mut labels = vec![0; self.leaves];
        for (label, group) in groups.iter().enumerate() {
            for &leaf in group {
                labels[leaf] = label;
            }
        }
        (labels, groups.len())
    }
}

/// The cut asked for, or the one with the best silhouette among the candidates.
pub(super) fn find(tree: &Tree, vectors: &Vectors, wanted: Option<f32>) -> Found {
    let sample = Sample::of(vectors);
    let judged = |threshold: f32| Found { threshold, quality: sample.silhouette(tree, threshold) };
    if let Some(threshold) = wanted {
        return judged(threshold);
    }
    if tree.leaves < CENTRED_FROM || !vectors.is_centred() {
        return judged(SMALL_SET_THRESHOLD);
    }
    let mut best = Found { threshold: 0.0, quality: f32::MIN };
    for threshold in candidates(tree) {
        let found = judged(threshold);
        if found.quality > best.quality {
            best = found;
        }
    }
    best
}

/// Thresholds half-way to the next merge, so that rounding cannot move a merge across.
fn candidates(tree: &Tree) -> Vec<f32> {
    let heights: Vec<f32> = tree.nodes.iter().map(|node| node.height).collect();
    let last = heights.len().saturating_sub(1) as f32;
    let mut thresholds: Vec<f32> = (0..CANDIDATES)
        .map(|step| RANK_MIN + (1.0 - RANK_MIN) * step as f32 / (CANDIDATES - 1) as f32)
        .map(|rank| {
            let at = (rank * last) as usize;
            let next = heights.get(at + 1).unwrap_or(&heights[at]);
            ((heights[at] + next) / 2.0).min(THRESHOLD_MAX)
        })
        .collect();
    thresholds.dedup();
    thresholds
}

/// Groups of nearly the same size, at most `max_size`, in the given order. With
/// `max_size` 3 or more, of two keywords or more none is left single.
pub(super) fn even_parts(leaves: &[usize], max_size: usize) -> Vec<Vec<usize>> {
    let parts = leaves.len().div_ceil(max_size);
    let bound = |part: usize| part * leaves.len() / parts;
    (0..parts).map(|part| leaves[bound(part)..bound(part + 1)].to_vec()).collect()
}

/// The distances of some keywords, evenly spread, to all: enough to judge any cut.
struct Sample {
    picked: Vec<usize>,
    distances: Vec<f32>,
    count: usize,
}

impl Sample {
    fn of(vectors: &Vectors) -> Self {
        let count = vectors.count();
        let size = count.min(SAMPLE);
        let picked: Vec<usize> = (0..size).map(|index| index * count / size).collect();
        let distances = picked
            .iter()
            .flat_map(|&row| (0..count).map(move |other| vectors.distance(row, other)))
            .collect();
        Self { picked, distances, count }
    }

    /// The mean silhouette of the sample: for each keyword how much nearer its own group is than
    /// the nearest other one, -1 to 1. Single keywords count 0, as Rousseeuw (1987) has it.
    fn silhouette(&self, tree: &Tree, threshold: f32) -> f32 {
        let (labels, groups) = tree.labels(threshold);
        if groups < 2 || self.picked.is_empty() {
            return 0.0;
        }
        let mut sizes = vec![0_usize; groups];
        labels.iter().for_each(|&label| sizes[label] += 1);
        let total: f32 = self
            .picked
            .iter()
            .zip(self.distances.chunks_exact(self.count))
            .map(|(&keyword, row)| one_silhouette(labels[keyword], row, &labels, &sizes))
            .sum();
        total / self.picked.len() as f32
    }
}

fn one_silhouette(own: usize, row: &[f32], labels: &[usize], sizes: &[usize]) -> f32 {
    if sizes[own] < 2 {
        return 0.0;
    }
    let mut sums = vec![0.0_f32; sizes.len()];
    for (&label, distance) in labels.iter().zip(row) {
        sums[label] += distance;
    }
    let within = sums[own] / (sizes[own] - 1) as f32;
    let nearest = sums
        .iter()
        .zip(sizes)
        .enumerate()
        .filter(|(label, _)| *label != own)
        .map(|(_, (sum, size))| sum / *size as f32)
        .fold(f32::MAX, f32::min);
    let scale = within.max(nearest);
    if scale > 0.0 { (nearest - within) / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_bounded() {
        let parts = even_parts(&(0..25).collect::<Vec<_>>(), 12);
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8, 9]);
        assert_eq!(parts.concat(), (0..25).collect::<Vec<_>>());
    }
}
