//! Tables and queries of the catalogue. No SQL stands anywhere else.

pub mod announcement;
pub mod item;
pub mod lesson;
pub mod mount;
pub mod mount_change;
pub mod negative;
pub mod organisation;
pub mod resource;
pub mod resource_list;
pub mod run;
pub mod search;
pub mod sheet;
pub mod system;
pub mod version;
pub mod waiting;

use kernel::Error;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr, SimpleExpr};

/// False for text that PostgreSQL cannot hold, and that no row therefore has.
pub fn storable(text: &str) -> bool {
    !text.contains('\0')
}

/// The column holds the text, whatever the case of ASCII letters. `%` and `_` in the text mean themselves.
pub fn contains(column: impl IntoColumnRef, text: &str) -> SimpleExpr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Func::lower(Expr::col(column)).like(LikeExpr::new(pattern).escape('\\'))
}

/// A stored text that is none of the words its column may hold.
pub fn damaged(column: &'static str, text: &str) -> Error {
    Error::internal("catalog.damaged_row", format!("column {column} holds {text:?}"))
}
