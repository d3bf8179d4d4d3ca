//! Tables and queries of identity. No SQL stands anywhere else.

pub mod assertion;
pub mod binding;
pub mod client;
pub mod delegation;
pub mod proposal;
pub mod second_factor;
pub mod session;
pub mod user;
pub mod watermark;

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr};

/// False for text that PostgreSQL cannot hold, and that no row therefore has.
fn storable(text: &str) -> bool {
    !text.contains('\0')
}

/// The column holds the text, whatever the case of ASCII letters. `%` and `_` in the text mean themselves.
fn contains(column: impl IntoColumnRef, text: &str) -> Expr {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(pattern).escape('\\'))
}
