//! What clustering promises: the same clusters for the same set in any order, topics kept apart,
//! every keyword in one place, locked ones left alone, and a run that can be stopped.

use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_domain::clustering::{
    ClusterItem, ClusterParameters, ClusterRefused, Clustering, MAX_KEYWORDS_PER_RUN, MAX_SIZE_MIN,
    cluster,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const COFFEE: &str = "best espresso machine|espresso machine under 500|espresso machine with grinder|\
espresso machine cleaning|how to clean espresso machine|cold brew ratio|cold brew recipe|\
how long does cold brew last|cold brew vs iced coffee|cold brew coffee maker|french press ratio|\
french press brew time|how to use a french press|french press vs pour over|best french press|\
burr coffee grinder|best burr grinder|hand coffee grinder|coffee grinder for espresso|\
coffee grinder cleaning|pour over coffee ratio|pour over kettle|pour over coffee maker|\
pour over filter|oat milk latte|latte art for beginners|how to make latte art|latte milk frother|\
moka pot recipe|moka pot grind size|best moka pot|how to use moka pot";
const SHOES: &str = "best running shoes|running shoes for flat feet|running shoes for women|\
trail running shoes|best trail running shoes|waterproof trail running shoes|marathon running shoes|\
carbon plate marathon shoes|marathon shoes for beginners|how to lace running shoes|\
running socks blister|best running socks|compression running socks|half marathon training plan|\
marathon training plan 16 weeks|beginner marathon training plan|couch to 5k plan|5k training plan|\
couch to 5k app|shin splints treatment|shin splints running|how to prevent shin splints|\
running watch gps|best gps running watch|gps watch battery life";
const MORTGAGE: &str = "mortgage rates today|mortgage rates forecast|30 year mortgage rates|\
15 year mortgage rates|current mortgage rates|mortgage calculator|mortgage payment calculator|\
mortgage calculator with taxes|extra payment mortgage calculator|fha loan requirements|\
fha loan limits|fha loan credit score|fha loan vs conventional loan|refinance mortgage|\
when to refinance mortgage|refinance mortgage rates|cash out refinance|cash out refinance rates|\
reverse mortgage pros and cons|how does a reverse mortgage work|reverse mortgage age|\
mortgage pre approval|how long does mortgage pre approval take|mortgage pre approval documents|\
closing costs calculator|closing costs for buyer|who pays closing costs";

struct Keyword {
    text: String,
    topic: usize,
    embedding: Vec<f32>,
    volume: Option<u64>,
}

fn mixed() -> Vec<Keyword> {
    let topics = [COFFEE, SHOES, MORTGAGE];
    let keywords = topics.iter().enumerate().flat_map(|(topic, list)| {
        list.split('|').enumerate().map(move |(index, text)| Keyword {
            text: text.to_owned(),
            topic,
            embedding: hashed_embedding(text),
            volume: (index % 5 > 0).then_some(1_000 / (index as u64 + 1)),
        })
    });
    keywords.collect()
}

fn items(keywords: &[Keyword]) -> Vec<ClusterItem<'_>> {
    keywords
        .iter()
        .map(|keyword| ClusterItem {
            text: &keyword.text,
            embedding: &keyword.embedding,
            volume: keyword.volume,
            locked_cluster: None,
        })
        .collect()
}

fn run(items: &[ClusterItem<'_>]) -> Clustering {
    cluster(items, &ClusterParameters::default(), &mut |_| true).expect("within the limits")
}

fn texts(clustering: &Clustering, items: &[ClusterItem<'_>]) -> (Vec<Vec<String>>, Vec<String>) {
    let text = |index: &usize| items[*index].text.to_owned();
    let clusters = clustering.clusters.iter().map(|group| group.iter().map(text).collect());
    (clusters.collect(), clustering.orphans.iter().map(text).collect())
}

fn assert_is_partition(clustering: &Clustering, count: usize, max_size: usize) {
    let grouped = clustering.clusters.iter().flatten();
    let mut all: Vec<usize> = grouped
        .chain(&clustering.orphans)
        .chain(clustering.locked.values().flatten())
        .copied()
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..count).collect::<Vec<_>>());
    assert!(clustering.clusters.iter().all(|group| (2..=max_size).contains(&group.len())));
    assert!((-1.0..=1.0).contains(&clustering.quality));
}

#[test]
fn topics_are_kept_apart_and_most_keywords_find_a_cluster() {
    let keywords = mixed();
    let clustering = run(&items(&keywords));
    assert_is_partition(&clustering, keywords.len(), 12);
    let majority = |group: &Vec<usize>| {
        let mut counts = BTreeMap::new();
        group.iter().for_each(|&i| *counts.entry(keywords[i].topic).or_insert(0_usize) += 1);
        counts.into_values().max().unwrap_or(0)
    };
    let grouped: usize = clustering.clusters.iter().map(Vec::len).sum();
    let pure: usize = clustering.clusters.iter().map(majority).sum();
    assert!(pure * 10 >= grouped * 9, "{pure} of {grouped} stand with their topic");
    assert!(grouped * 10 >= keywords.len() * 7, "{grouped} of {} are grouped", keywords.len());
    assert!(clustering.clusters.len() >= 10, "{} clusters", clustering.clusters.len());
    assert!(clustering.quality > 0.1);
}

#[test]
fn sub_topics_stand_together() {
    let keywords = mixed();
    let items = items(&keywords);
    let (clusters, _) = texts(&run(&items), &items);
    for (a, b) in [
        ("cold brew ratio", "cold brew recipe"),
        ("fha loan limits", "fha loan requirements"),
        ("shin splints running", "how to prevent shin splints"),
        ("how to use moka pot", "best moka pot"),
    ] {
        let together = clusters
            .iter()
            .any(|group| group.iter().any(|text| text == a) && group.iter().any(|text| text == b));
        assert!(together, "{a} / {b}");
    }
}

#[test]
fn small_sets() {
    let empty = run(&[]);
    assert_eq!((empty.clusters.len(), empty.orphans.len()), (0, 0));
    let keywords: Vec<_> =
        ["moka pot", "best moka pot", "mortgage rates"].map(hashed_embedding).into();
    let item = |text, index: usize| ClusterItem {
        text,
        embedding: &keywords[index],
        volume: None,
        locked_cluster: None,
    };
    assert_eq!(run(&[item("moka pot", 0)]).orphans, [0]);
    let near = run(&[item("moka pot", 0), item("best moka pot", 1)]);
    assert_eq!(near.clusters, [vec![1, 0]]);
    let far = run(&[item("moka pot", 0), item("mortgage rates", 2)]);
    assert_eq!((far.clusters.len(), far.orphans.len()), (0, 2));
}

#[test]
fn the_same_embedding_throughout_is_split_by_size_alone() {
    let embedding = hashed_embedding("moka pot");
    let names: Vec<String> = (0..30).map(|index| format!("moka pot {index}")).collect();
    let same: Vec<_> = names
        .iter()
        .map(|text| ClusterItem { text, embedding: &embedding, volume: None, locked_cluster: None })
        .collect();
    let clustering = run(&same);
    assert_is_partition(&clustering, 30, 12);
    assert!(clustering.orphans.is_empty());
}

#[test]
fn locked_keywords_are_left_alone() {
    let keywords = mixed();
    let mut items = items(&keywords);
    items[0].locked_cluster = Some(7);
    items[40].locked_cluster = Some(7);
    items[3].locked_cluster = Some(9);
    let clustering = run(&items);
    assert_is_partition(&clustering, keywords.len(), 12);
    assert_eq!(clustering.locked, BTreeMap::from([(7, vec![0, 40]), (9, vec![3])]));
}

#[test]
fn refusals() {
    let (short, long) = ([1.0_f32, 0.0], [1.0_f32, 0.0, 0.0]);
    let item =
        |text, embedding| ClusterItem { text, embedding, volume: None, locked_cluster: None };
    let parameters = ClusterParameters::default();
    let mixed = [item("a", &short[..]), item("b", &long[..])];
    let refused = cluster(&mixed, &parameters, &mut |_| true);
    assert_eq!(refused, Err(ClusterRefused::Dimensions));
    let refused = cluster(&mixed[..1], &parameters, &mut |_| false);
    assert_eq!(refused, Err(ClusterRefused::Cancelled));
    let many = vec![item("a", &short[..]); MAX_KEYWORDS_PER_RUN + 1];
    let refused = cluster(&many, &parameters, &mut |_| true);
    assert_eq!(refused, Err(ClusterRefused::TooMany { keywords: MAX_KEYWORDS_PER_RUN + 1 }));
}

#[test]
fn the_largest_set_is_grouped_and_reports_its_progress() {
    let things = ["grinder", "kettle", "scale", "filter", "roaster", "frother", "tamper", "carafe"];
    let texts: Vec<String> = (0..MAX_KEYWORDS_PER_RUN)
        .map(|index| {
            let thing = things[index % things.len()];
            format!("brand{} {thing} model {}", index / things.len() % 90, index % 77)
        })
        .collect();
    let embeddings: Vec<Vec<f32>> = texts.iter().map(|text| hashed_embedding(text)).collect();
    let items: Vec<_> = texts
        .iter()
        .zip(&embeddings)
        .map(|(text, embedding)| ClusterItem {
            text,
            embedding,
            volume: None,
            locked_cluster: None,
        })
        .collect();
    let mut shares = Vec::new();
    let parameters = ClusterParameters::default();
    let clustering = cluster(&items, &parameters, &mut |share| {
        shares.push(share);
        true
    })
    .unwrap();
    assert_is_partition(&clustering, MAX_KEYWORDS_PER_RUN, 12);
    assert!(shares.is_sorted() && shares.len() > 50);
    assert_eq!((shares[0], shares[shares.len() - 1]), (0.0, 1.0));
    let mut calls = 0;
    let stopped = cluster(&items, &parameters, &mut |_| {
        calls += 1;
        calls < 3
    });
    assert_eq!((stopped, calls), (Err(ClusterRefused::Cancelled), 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_the_input_changes_nothing(
        order in Just((0..84_usize).collect::<Vec<_>>()).prop_shuffle(),
        kept in 1..84_usize,
    ) {
        let keywords = mixed();
        let all = items(&keywords);
        let shuffled: Vec<_> = order[..kept].iter().map(|&index| all[index].clone()).collect();
        let mut sorted = shuffled.clone();
        sorted.sort_by_key(|item| item.text);
        let (a, b) = (run(&shuffled), run(&sorted));
        prop_assert_eq!(texts(&a, &shuffled), texts(&b, &sorted));
        prop_assert_eq!((a.quality, a.threshold), (b.quality, b.threshold));
    }

    #[test]
    fn any_vectors_give_a_partition(
        vectors in prop::collection::vec(prop::collection::vec(any::<f32>(), 5), 0..60),
        max_size in 0..20_usize,
    ) {
        let items: Vec<_> = vectors
            .iter()
            .map(|v| ClusterItem { text: "same", embedding: v, volume: None, locked_cluster: None })
            .collect();
        let parameters = ClusterParameters { max_size, ..ClusterParameters::default() };
        let clustering = cluster(&items, &parameters, &mut |_| true).unwrap();
        assert_is_partition(&clustering, items.len(), max_size.max(MAX_SIZE_MIN));
    }
}

#[test]
fn the_sample_is_as_large_as_the_property_test_takes() {
    let keywords = mixed();
    assert_eq!(keywords.len(), 84);
    assert_eq!(keywords.iter().map(|k| &k.text).collect::<BTreeSet<_>>().len(), 84);
}
