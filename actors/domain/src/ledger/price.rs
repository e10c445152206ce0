//! The price list: what each kind of work costs, in whole credits. It is versioned: what was queued
//! under one version is settled under it, whatever the list says by then.

use igny8_protocol_ids::Credits;

/// What each kind of work costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// Grows with each change.
    pub version: u32,
    /// So many keywords are clustered for one credit, rounded up per request.
    pub keywords_per_credit: u32,
    /// One content idea.
    pub idea: Credits,
    /// One full article.
    pub article: Credits,
    /// One image with its alt text.
    pub image: Credits,
    /// One restructured document.
    pub reparse: Credits,
    /// One selection rewritten; nothing in the lists of before it could be.
    pub rewrite: Credits,
    /// A publication: what was generated is paid, what was written by hand is free.
    pub publish: Credits,
}

/// Every list that was ever in force, the oldest first. One is only ever added: tasks that were
/// priced by an older one may still be running, and its bookings name it for ever.
const LISTS: &[PriceList] = &[FIRST, PriceList { version: 2, rewrite: Credits(1), ..FIRST }];

const FIRST: PriceList = PriceList {
    version: 1,
    keywords_per_credit: 30,
    idea: Credits(1),
    article: Credits(3),
    image: Credits(1),
    reparse: Credits(1),
    rewrite: Credits(0),
    publish: Credits(0),
};

/// The version that is in force: a task records it beside its price.
pub const PRICE_LIST_VERSION: u32 = PriceList::CURRENT.version;

/// The version of what was recorded before versions were.
pub const fn first_version() -> u32 {
    LISTS[0].version
}

impl PriceList {
    /// The list that is in force.
    pub const CURRENT: Self = LISTS[LISTS.len() - 1];

    /// The list of a version. One that is not known here (an older server reads what a newer one
    /// wrote) is taken for the one in force.
    pub fn of(version: u32) -> Self {
        LISTS.iter().find(|list| list.version == version).copied().unwrap_or(Self::CURRENT)
    }

    /// One request to cluster so many keywords.
    pub fn clustering(&self, keywords: usize) -> Credits {
        credits(keywords.div_ceil(self.keywords_per_credit.max(1) as usize))
    }

    /// So many ideas.
    pub fn ideas(&self, count: usize) -> Credits {
        times(self.idea, count)
    }
    /// So many images.
    pub fn images(&self, count: usize) -> Credits {
        times(self.image, count)
    }
}

/// So many keywords are clustered for one credit, rounded up per request.
pub const KEYWORDS_PER_CREDIT: usize = PriceList::CURRENT.keywords_per_credit as usize;
/// One content idea.
pub const IDEA: Credits = PriceList::CURRENT.idea;
/// One full article.
pub const ARTICLE: Credits = PriceList::CURRENT.article;
/// One image with its alt text.
pub const IMAGE: Credits = PriceList::CURRENT.image;
/// One restructured document.
pub const REPARSE: Credits = PriceList::CURRENT.reparse;
/// One selection rewritten.
pub const REWRITE: Credits = PriceList::CURRENT.rewrite;
/// A publication.
pub const PUBLISH: Credits = PriceList::CURRENT.publish;
/// A prompt template tried: one call, whatever it asks for.
pub const TEST_RUN: Credits = Credits(1);

/// One request to cluster so many keywords.
pub fn price_of_clustering(keywords: usize) -> Credits {
    PriceList::CURRENT.clustering(keywords)
}

/// So many ideas.
pub fn price_of_ideas(count: usize) -> Credits {
    PriceList::CURRENT.ideas(count)
}

/// So many images.
pub fn price_of_images(count: usize) -> Credits {
    PriceList::CURRENT.images(count)
}

fn times(price: Credits, count: usize) -> Credits {
    Credits(price.0.saturating_mul(credits(count).0))
}

fn credits(count: usize) -> Credits {
    Credits(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clustering_is_rounded_up_per_request() {
        let price = |keywords| PriceList::of(1).clustering(keywords).0;
        assert_eq!([0, 1, 1, 2, 34], [price(0), price(1), price(30), price(31), price(1000)]);
    }

    #[test]
    fn ideas_and_images_cost_one_each() {
        let list = PriceList::of(1);
        assert_eq!((Credits(7), Credits(2)), (list.ideas(7), list.images(2)));
    }

    #[test]
    fn r6_versions_of_the_price_list_ascend_and_the_last_is_in_force() {
        assert!(LISTS.windows(2).all(|pair| pair[0].version < pair[1].version));
        assert_eq!(PriceList::CURRENT, PriceList::of(PRICE_LIST_VERSION));
        assert_eq!(PriceList::CURRENT, PriceList::of(u32::MAX));
    }
}
