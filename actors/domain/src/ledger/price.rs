//! The price list: what each kind of work costs, in whole credits.

use igny8_protocol_ids::Credits;

/// The version that a task records beside what it cost: prices change, bookings do not.
pub const PRICE_LIST_VERSION: u32 = 1;
/// So many keywords are clustered for one credit, rounded up per request.
pub const KEYWORDS_PER_CREDIT: usize = 30;
/// One content idea.
pub const IDEA: Credits = Credits(1);
/// One full article.
pub const ARTICLE: Credits = Credits(3);
/// One image with its alt text.
pub const IMAGE: Credits = Credits(1);
/// One restructured document.
pub const REPARSE: Credits = Credits(1);
/// A publication: what was generated is paid, what was written by hand is free.
pub const PUBLISH: Credits = Credits(0);

/// One request to cluster so many keywords.
pub fn price_of_clustering(keywords: usize) -> Credits {
    credits(keywords.div_ceil(KEYWORDS_PER_CREDIT))
}

/// So many ideas.
pub fn price_of_ideas(count: usize) -> Credits {
    times(IDEA, count)
}

/// So many images.
pub fn price_of_images(count: usize) -> Credits {
    times(IMAGE, count)
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
        let price = |keywords| price_of_clustering(keywords).0;
        assert_eq!([0, 1, 1, 2, 34], [price(0), price(1), price(30), price(31), price(1000)]);
    }

    #[test]
    fn ideas_and_images_cost_one_each() {
        assert_eq!((Credits(7), Credits(2)), (price_of_ideas(7), price_of_images(2)));
    }
}
