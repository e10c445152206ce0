//! Pages of lists: filtered and cut where the list lives, continued from an opaque cursor.

use crate::problem::Problem;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use igny8_protocol_wire::rest::page::{Page, PageQuery};

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// A longer word is in no title.
const SEARCH_CHARS_MAX: usize = 200;

/// Which way a list goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

/// A page that was asked for. Keys are bytes whose order is the list's.
#[derive(Clone)]
pub(crate) struct Wanted {
    after: Option<Vec<u8>>,
    limit: usize,
    search: Option<String>,
    pub status: Option<String>,
    pub kind: Option<String>,
    pub cluster: Option<String>,
}

impl TryFrom<PageQuery> for Wanted {
    type Error = Problem;
    fn try_from(query: PageQuery) -> Result<Self, Problem> {
        let after = match query.cursor.filter(|cursor| !cursor.is_empty()) {
            Some(text) => Some(URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?),
            None => None,
        };
        let limit = query.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX) as usize;
        let named = |text: Option<String>| text.filter(|text| !text.is_empty());
        let search = named(query.search).map(|text| text.to_lowercase());
        if search.as_ref().is_some_and(|text| text.chars().count() > SEARCH_CHARS_MAX) {
            return Err(Problem::invalid(
                "search",
                format!("A search has at most {SEARCH_CHARS_MAX} characters."),
            ));
        }
        Ok(Self {
            after,
            limit,
            search,
            status: named(query.status),
            kind: named(query.kind),
            cluster: named(query.cluster),
        })
    }
}

pub(crate) fn bad_cursor() -> Problem {
    Problem::bad_request("cursor", "The cursor is not one of ours: begin at the first page.")
}

impl Wanted {
    /// Whether a text fits the search.
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.search.as_ref().is_none_or(|search| text.to_lowercase().contains(search))
    }

    /// One page: `key` of each item ascends (or descends), `view` is called for the page's items
    /// alone, and all that fit are counted.
    pub(crate) fn cut<T, V>(
        &self,
        order: Order,
        items: impl Iterator<Item = T>,
        key: impl Fn(&T) -> Vec<u8>,
        view: impl Fn(T) -> V,
    ) -> Page<V> {
        let (mut page, mut total, mut last, mut more) = (Vec::new(), 0, None, false);
        for item in items {
            total += 1;
            let key = key(&item);
            let is_before = self.after.as_ref().is_some_and(|after| match order {
                Order::OldestFirst => key <= *after,
                Order::NewestFirst => key >= *after,
            });
            if is_before || more {
                continue;
            }
            if page.len() == self.limit {
                more = true;
                continue;
            }
            last = Some(key);
            page.push(view(item));
        }
        let next_cursor = last.filter(|_| more).map(|key| cursor(&key));
        Page { items: page, next_cursor, total }
    }
}

/// A cursor from the last item's key.
pub(crate) fn cursor(key: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(order: Order, numbers: &[u8]) -> Vec<Vec<u8>> {
        let (mut pages, mut next) = (Vec::new(), Some(String::new()));
        while let Some(at) = next {
            let query = PageQuery { cursor: Some(at), limit: Some(2), ..PageQuery::default() };
            let page =
                Wanted::try_from(query).unwrap().cut(order, numbers.iter(), |n| vec![**n], |n| *n);
            assert_eq!(numbers.len(), page.total as usize);
            next = page.next_cursor;
            pages.push(page.items);
        }
        pages
    }

    #[test]
    fn pages_join_to_the_list() {
        assert_eq!(
            vec![vec![1, 2], vec![3, 4], vec![5]],
            pages(Order::OldestFirst, &[1, 2, 3, 4, 5])
        );
        assert_eq!(vec![vec![4, 3], vec![2, 1]], pages(Order::NewestFirst, &[4, 3, 2, 1]));
        assert_eq!(vec![Vec::<u8>::new()], pages(Order::OldestFirst, &[]));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let query = PageQuery { cursor: Some("%".into()), ..PageQuery::default() };
        assert!(Wanted::try_from(query).is_err());
    }
}
