//! Lists: search, sort and paging, the same for every capability.

use serde::{Deserialize, Serialize};

/// Parameters every list accepts.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Text to search for.
    #[serde(default)]
    pub q: Option<String>,
    /// Page, from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// Rows a page, at most 200.
    #[serde(default)]
    pub page_size: Option<u64>,
    /// Field to sort by; `-` before it for descending.
    #[serde(default)]
    pub sort: Option<String>,
}

impl ListQuery {
    /// Page from 0.
    pub fn page_index(&self) -> u64 {
        self.page.unwrap_or(1).clamp(1, 1_000_000) - 1
    }
    /// Rows a page, 1 to 200.
    pub fn size(&self) -> u64 {
        self.page_size.unwrap_or(20).clamp(1, 200)
    }
    /// Search text, trimmed, if any; at most 100 characters count.
    pub fn search(&self) -> Option<String> {
        let text: String = self.q.as_deref()?.trim().chars().take(100).collect();
        (!text.is_empty()).then_some(text)
    }
    /// Field and direction, if any: `("name", descending)`.
    pub fn order(&self) -> Option<(&str, bool)> {
        let sort = self.sort.as_deref()?;
        Some(sort.strip_prefix('-').map_or((sort, false), |field| (field, true)))
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// Rows of this page.
    pub items: Vec<T>,
    /// Rows of the whole list.
    pub total: u64,
    /// Page, from 1.
    pub page: u64,
    /// Rows a page.
    pub page_size: u64,
}

impl<T> Page<T> {
    /// Builds a page for a query.
    pub fn new(items: Vec<T>, total: u64, query: &ListQuery) -> Self {
        Self { items, total, page: query.page_index() + 1, page_size: query.size() }
    }
    /// A whole list cut by the query; for lists held in memory.
    pub fn cut(all: Vec<T>, query: &ListQuery) -> Self {
        let total = all.len() as u64;
        let skip = usize::try_from(query.page_index() * query.size()).unwrap_or(usize::MAX);
        let take = usize::try_from(query.size()).unwrap_or(200);
        Self::new(all.into_iter().skip(skip).take(take).collect(), total, query)
    }
    /// Maps the rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            total: self.total,
            page: self.page,
            page_size: self.page_size,
        }
    }
}
