//! The cases that hold for every database that takes deliveries, on each of them.

use super::{cases, mariadb, model, postgres, sqlite, tables};

/// For each case a module with a test on each engine.
macro_rules! on_each {
    ($($(#[$doc:meta])* $name:ident($target:ident, $place:ident) on $($engine:ident),+ => $run:expr;)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;
            use crate::support::Outcome;
            $(#[tokio::test]
            async fn $engine() -> Outcome {
                let (place, target) = super::$engine::fresh().await?;
                let ($target, $place) = (&*target, &place);
                let _of_the_case = $place;
                $run.await
            })+
        }
    )+};
}

on_each! {
    /// Every type, null and hard characters come back as they went in, over the direct way, the merging way and both ways
    /// of applying; counts are exact and the position is stored.
    round_trips(target, place) on postgres, mariadb, sqlite => cases::round_trips(target);
    /// A key that comes again is held back with its reason, in every way of replacing; the first occurrence stays.
    duplicates_are_held(target, place) on postgres, mariadb, sqlite => cases::duplicates_are_held(target);
    /// Rows held back by whoever delivers are kept with the run that held them, and are seen with its rows only.
    held_rows_are_kept(target, place) on postgres, mariadb, sqlite => cases::held_rows_are_kept(target);
    /// A delivery that is dropped at any step leaves the old rows, position and held rows, and the next one succeeds.
    dropped_deliveries_leave_nothing(target, place) on postgres, mariadb, sqlite =>
        cases::dropped_deliveries_leave_nothing(target, tables::Sql::shows_made(place));
    /// While one delivery of a subscription runs, a second one is refused; another subscription is not.
    one_delivery_at_a_time(target, place) on postgres, mariadb, sqlite => cases::one_delivery_at_a_time(target);
    /// A portion that was applied already is skipped when its run goes on, also after the process was killed.
    runs_go_on(target, place) on postgres, mariadb, sqlite => cases::runs_go_on(target);
    /// Everything that does not fit is named at once, with its column and in both languages, and nothing is changed.
    misfits_are_named(target, place) on postgres, mariadb, sqlite => tables::misfits_are_named(target, place);
    /// A table of the department takes rows beside columns of its own, which are left alone; rows that were there are only
    /// taken over when that was allowed.
    tables_of_the_department(target, place) on postgres, mariadb, sqlite => tables::tables_of_the_department(target, place);
    /// A table without an index on its key gets one, or rows would be looked for one by one.
    keys_get_an_index(target, place) on postgres, mariadb, sqlite => tables::keys_get_an_index(target, place);
    /// A constraint of the department that is broken refuses the whole portion or replacement: its name is told, rows and
    /// position stay as they were, and the next delivery succeeds.
    constraints_refuse(target, place) on postgres, mariadb, sqlite => tables::constraints_refuse(target, place);
    /// A value that a column cannot hold is refused with column, portion and row, never cut or rounded, and never shown.
    /// SQLite's columns hold everything.
    values_must_fit(target, place) on postgres, mariadb => tables::values_must_fit(target, place);
    /// When the department dropped the table, nothing is known any more: everything is delivered anew.
    dropped_tables_start_anew(target, place) on postgres, mariadb, sqlite => tables::dropped_tables_start_anew(target, place);
    /// Whatever is replaced, broken off and applied: the table holds what a map would hold, and the counts are those of it.
    any_sequence_ends_like_a_map(target, place) on postgres, mariadb, sqlite =>
        model::any_sequence_ends_like_a_map(target, 60);
}
