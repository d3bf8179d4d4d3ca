//! The departments: who they are, which systems they run, what they can share.

mod civil;
mod describe;
mod health;
mod insurance;
mod market;
mod police;

pub(crate) use civil::tables as civil_tables;
pub use describe::{ClientSystem, Department, Engine, Item, Resource, ShareType, System};
pub(crate) use health::{deaths, text_tables as health_tables};
pub(crate) use insurance::table as insurance_table;
pub(crate) use market::tables as market_tables;
pub(crate) use police::tables as police_tables;

use crate::truth::County;

impl County {
    /// The five departments, in a fixed order: police, civil affairs, health, market supervision, social security.
    pub fn departments(&self) -> Vec<Department> {
        vec![
            police::describe(),
            civil::describe(),
            health::describe(),
            market::describe(),
            insurance::describe(),
        ]
    }

    /// All tables of a department by its key, with the truth behind each row. Empty for an unknown key.
    pub fn tables_of(&self, department: &str) -> Vec<crate::Table> {
        match department {
            "police" => police_tables(self),
            "civil" => civil_tables(self),
            "health" => {
                let mut tables = health_tables(self);
                tables.push(deaths(self));
                tables
            }
            "market" => market_tables(self),
            "insurance" => vec![insurance_table(self)],
            _ => Vec::new(),
        }
    }
}
