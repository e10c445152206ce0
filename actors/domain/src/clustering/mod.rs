//! Grouping keywords into clusters by the nearness of their embeddings: the same set gives the
//! same clusters, whatever its order. It does not fetch embeddings (a port does, or
//! [`embedding::hashed_embedding`] offline), and names nothing for good: a model does, with
//! [`sketch::describe_cluster`] as the fallback.
//!
//! Average linkage on the cosine distance of centred vectors. Centring takes out what all
//! keywords of a site share (the head term), so that the threshold, searched for in each set,
//! separates topics; a fixed one matches everything or nothing, depending on the model.

mod attach;
mod cut;
mod distance;
pub mod embedding;
pub mod sketch;

use distance::Vectors;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use thiserror::Error;

/// Most free keywords in one run: the distances of 5,000 take 50 MB, and grow with the square.
pub const MAX_KEYWORDS_PER_RUN: usize = 5_000;

/// A smaller limit counts as this: groups of two could not be divided without single keywords.
pub const MAX_SIZE_MIN: usize = 3;
/// A cosine distance beyond which nothing is attached, whatever the threshold: centred vectors of
/// unrelated keywords are about 1 apart, and on real lists what is farther than this shares
/// nothing but a stray word with the cluster.
const REACH_MAX: f32 = 0.88;
/// Share of the progress that the distances take; the rest is linkage and cutting.
const DISTANCES_SHARE: f32 = 0.7;
/// Progress after linkage.
const LINKED: f32 = 0.85;
/// Progress after the threshold is found.
const CUT: f32 = 0.95;

/// A keyword to group.
#[derive(Debug, Clone)]
pub struct ClusterItem<'a> {
    /// The normalised keyword: the stable order of a run, and what breaks ties.
    pub text: &'a str,
    /// Its embedding; all items of a run have the same length.
    pub embedding: &'a [f32],
    /// Searches a month.
    pub volume: Option<u64>,
    /// The cluster a person has locked it into. It stays there, and takes no part in the run.
    pub locked_cluster: Option<u32>,
}

/// How to group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusterParameters {
    /// Most keywords in a cluster, at least [`MAX_SIZE_MIN`]: what one article, or a short
    /// series, can serve.
    pub max_size: usize,
    /// How much farther than the threshold a single keyword may stand from the cluster it joins,
    /// as a factor. Beyond it the keyword is an orphan.
    pub attach_factor: f32,
    /// The cosine distance of the cut, or find it in the set.
    pub threshold: Option<f32>,
}

impl Default for ClusterParameters {
    fn default() -> Self {
        Self { max_size: 12, attach_factor: 1.15, threshold: None }
    }
}

/// The result, as indices into the items. Each item is in exactly one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clustering {
    /// New clusters of two keywords or more; the largest volume first, and so within each.
    pub clusters: Vec<Vec<usize>>,
    /// Keywords near to nothing.
    pub orphans: Vec<usize>,
    /// Locked keywords, by their cluster.
    pub locked: BTreeMap<u32, Vec<usize>>,
    /// Mean silhouette of the cut, -1 to 1; below 0.1 the set has no clear groups. 0 where there
    /// is nothing to compare.
    pub quality: f32,
    /// The cosine distance of the cut.
    pub threshold: f32,
}

/// Why there is no clustering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClusterRefused {
    /// Above [`MAX_KEYWORDS_PER_RUN`].
    #[error(
        "{keywords} keywords are too many for one run; the limit is {MAX_KEYWORDS_PER_RUN}. Cluster a part of them."
    )]
    TooMany {
        /// Keywords that are not locked.
        keywords: usize,
    },
    /// Embeddings of different length, or empty ones.
    #[error("The embeddings do not fit together. Embed all keywords with the same model.")]
    Dimensions,
    /// The progress callback said so.
    #[error("The run was cancelled.")]
    Cancelled,
}

/// Groups the items that are not locked. `progress` is told the share done (0 to 1) and answers
/// whether to go on.
///
/// # Errors
/// See [`ClusterRefused`].
pub fn cluster(
    items: &[ClusterItem<'_>],
    parameters: &ClusterParameters,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<Clustering, ClusterRefused> {
    let mut result = Clustering::default();
    let order = free_in_stable_order(items, &mut result);
    check(items, &order)?;
    let mut report =
        |share: f32| if progress(share) { Ok(()) } else { Err(ClusterRefused::Cancelled) };
    report(0.0)?;
    let embeddings: Vec<&[f32]> = order.iter().map(|&index| items[index].embedding).collect();
    let vectors = Vectors::centred(&embeddings);
    let mut condensed = vectors.condensed(&mut |share| report(share * DISTANCES_SHARE))?;
    let tree = cut::Tree::build(&mut condensed, order.len());
    drop(condensed);
    report(LINKED)?;
    let found = cut::find(&tree, &vectors, parameters.threshold);
    report(CUT)?;
    let max_size = parameters.max_size.max(MAX_SIZE_MIN);
    let groups = tree.groups(found.threshold, max_size);
    let reach = (found.threshold * parameters.attach_factor).min(REACH_MAX);
    let (groups, orphans) = attach::singles(&vectors, groups, reach, max_size);
    result.clusters = groups.into_iter().map(|group| original(&group, &order)).collect();
    result.orphans = original(&orphans, &order);
    result.quality = found.quality;
    result.threshold = found.threshold;
    rank(items, &mut result);
    report(1.0)?;
    Ok(result)
}

/// Sets the locked items aside; the rest sorted by text, so that neither the order of the input
/// nor the rounding of sums that follow it can change the result.
fn free_in_stable_order(items: &[ClusterItem<'_>], result: &mut Clustering) -> Vec<usize> {
    let mut free = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match item.locked_cluster {
            Some(cluster) => result.locked.entry(cluster).or_default().push(index),
            None => free.push(index),
        }
    }
    free.sort_by(|&a, &b| by_text(&items[a], &items[b]));
    free
}

fn by_text(a: &ClusterItem<'_>, b: &ClusterItem<'_>) -> Ordering {
    let bits =
        |item: &ClusterItem<'_>| item.embedding.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    a.text.cmp(b.text).then_with(|| a.volume.cmp(&b.volume)).then_with(|| bits(a).cmp(&bits(b)))
}

fn check(items: &[ClusterItem<'_>], order: &[usize]) -> Result<(), ClusterRefused> {
    if order.len() > MAX_KEYWORDS_PER_RUN {
        return Err(ClusterRefused::TooMany { keywords: order.len() });
    }
    let mut lengths = order.iter().map(|&index| items[index].embedding.len());
    let first = lengths.next().unwrap_or(1);
    if first == 0 || lengths.any(|length| length != first) {
        return Err(ClusterRefused::Dimensions);
    }
    Ok(())
}

fn original(group: &[usize], order: &[usize]) -> Vec<usize> {
    group.iter().map(|&position| order[position]).collect()
}

/// The strongest first: by volume, then by text.
fn rank(items: &[ClusterItem<'_>], result: &mut Clustering) {
    let by_volume = |&a: &usize, &b: &usize| {
        items[b].volume.cmp(&items[a].volume).then_with(|| by_text(&items[a], &items[b]))
    };
    let total = |group: &[usize]| {
        group.iter().fold(0_u64, |sum, &index| sum.saturating_add(items[index].volume.unwrap_or(0)))
    };
    for group in &mut result.clusters {
        group.sort_by(by_volume);
    }
    result.orphans.sort_by(by_volume);
    result
        .clusters
        .sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| by_text(&items[a[0]], &items[b[0]])));
}
