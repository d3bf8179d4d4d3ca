//! Tables that move from one office's database into another's, through two agents and the hub.

mod changed;
mod documents;
mod faults;
mod follows;
mod full;
mod held;
mod load;
mod moves;
mod refuses;
mod returned;
mod stage;
mod stops;
mod terminal;
