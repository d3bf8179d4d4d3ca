//! Tables that move from one office's database into another's, through two agents and the hub.

mod changed;
mod documents;
mod faults;
mod follows;
mod held;
mod moves;
mod returned;
mod stage;
mod terminal;
