//! Tables that move from one office's database into another's, through two agents and the hub.

mod moves;
mod stage;
