//! Search 目录检索: by Chinese words, pinyin, initials, code, English and data element, with facets, and "who holds this datum?".
//!
//! [`index`] is tantivy in memory over tokens of [`tokens`]; [`finder`] keeps it as new as the last commit, one changed
//! resource at a time; [`usecase`] filters by what the reader may know of, counts facets and renders hits.

mod answer;
mod entry;
mod finder;
mod index;
mod migration;
mod tokens;
mod usecase;

pub mod routes;

pub use answer::{FacetValue, Facets, FoundItem, HeldElement, Hit, Holder, Holders, SearchPage};
pub use entry::{Entry, EntryItem};
pub use finder::Finder;
pub use migration::ByChange;
pub use usecase::{HolderQuery, SearchFilter};
