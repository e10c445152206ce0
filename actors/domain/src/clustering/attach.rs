//! Single keywords join the nearest cluster with room, if one is near enough.

use super::cut::even_parts;
use super::distance::{Vectors, dot};
use std::collections::BTreeMap;

/// A single keyword and a cluster within its reach.
struct Offer {
    distance: f32,
    single: usize,
    group: usize,
}

/// The groups of two and more, with the singles that found one within `reach` (mean distance to
/// its members), and those that did not. The nearest offers go first; where the nearest group is
/// full, the next one within reach is taken. Singles near full groups only are no orphans: several
/// at the same group become one of their own, one alone splits it.
pub(super) fn singles(
    vectors: &Vectors,
    groups: Vec<Vec<usize>>,
    reach: f32,
    max_size: usize,
) -> (Vec<Vec<usize>>, Vec<usize>) {
    let (mut groups, singles): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.len() > 1);
    groups.sort_by_key(|group| group.iter().min().copied());
    let mut singles = singles.concat();
    singles.sort_unstable();
    let offers = offers(vectors, &groups, &singles, reach);
    let mut placed = vec![false; singles.len()];
    for offer in &offers {
        if !placed[offer.single] && groups[offer.group].len() < max_size {
            groups[offer.group].push(singles[offer.single]);
            placed[offer.single] = true;
        }
    }
    // What is left of the offers stands near full groups only, by its nearest one.
    let mut turned_away: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for offer in &offers {
        if !std::mem::replace(&mut placed[offer.single], true) {
            turned_away.entry(offer.group).or_default().push(singles[offer.single]);
        }
    }
    let free = singles.iter().zip(&placed).filter(|(_, placed)| !**placed);
    let orphans = free.map(|(single, _)| *single).collect();
    for (group, keywords) in turned_away {
        match keywords.as_slice() {
            [single] => {
                let half = nearer_half(vectors, &mut groups[group], *single);
                groups.push(half);
            }
            _ => groups.extend(even_parts(&keywords, max_size)),
        }
    }
    (groups, orphans)
}

/// Takes the half of a full group that is nearer to the keyword out of it, and adds the keyword.
fn nearer_half(vectors: &Vectors, group: &mut Vec<usize>, single: usize) -> Vec<usize> {
    let distance = |member: &usize| vectors.distance(single, *member);
    group.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
    let mut half: Vec<usize> = group.drain(..group.len() / 2).collect();
    half.push(single);
    half
}

fn offers(vectors: &Vectors, groups: &[Vec<usize>], singles: &[usize], reach: f32) -> Vec<Offer> {
    let centres: Vec<Vec<f32>> = groups.iter().map(|group| centre(vectors, group)).collect();
    let mut offers = Vec::new();
    for (single, &keyword) in singles.iter().enumerate() {
        for (group, centre) in centres.iter().enumerate() {
            let distance = 1.0 - dot(vectors.get(keyword), centre);
            if distance <= reach {
                offers.push(Offer { distance, single, group });
            }
        }
    }
    offers.sort_by(|a, b| {
        let tie = (a.single, a.group).cmp(&(b.single, b.group));
        a.distance.total_cmp(&b.distance).then(tie)
    });
    offers
}

/// The mean of the members, not normalised: its product with a vector is the mean similarity.
fn centre(vectors: &Vectors, group: &[usize]) -> Vec<f32> {
    let mut members = group.to_vec();
    members.sort_unstable();
    let mut sum = vec![0.0_f32; vectors.get(members[0]).len()];
    for member in members {
        for (sum, number) in sum.iter_mut().zip(vectors.get(member)) {
            *sum += number;
        }
    }
    let size = group.len() as f32;
    sum.iter().map(|sum| sum / size).collect()
}
