//! The departments: who they are, which systems they run, what they can share.

mod agriculture;
mod civil;
mod describe;
mod disabled;
mod education;
mod emergency;
mod health;
mod housing;
mod insurance;
mod market;
mod medical;
mod natural;
mod police;
mod records;
mod tax;
mod traffic;
mod transport;
mod urban;
mod veterans;

pub use describe::{ClientSystem, Department, Engine, Item, Resource, ShareType, System};

pub(crate) use civil::{allowances, marriages};
pub(crate) use health::vaccinations;
pub(crate) use insurance::insured;
pub(crate) use police::persons as residents;

use crate::table::Table;
use crate::truth::County;

impl County {
    /// The sixteen departments, in a fixed order: police, civil affairs, health, market supervision, social security,
    /// housing, natural resources, education, transport, taxation, disabled persons, agriculture, emergencies,
    /// urban administration, veterans, medical insurance.
    pub fn departments(&self) -> Vec<Department> {
        vec![
            police::describe(),
            civil::describe(),
            health::describe(),
            market::describe(),
            insurance::describe(),
            housing::describe(),
            natural::describe(),
            education::describe(),
            transport::describe(),
            tax::describe(),
            disabled::describe(),
            agriculture::describe(),
            emergency::describe(),
            urban::describe(),
            veterans::describe(),
            medical::describe(),
        ]
    }

    /// All tables of a department by its key, with the truth behind each row. Empty for an unknown key.
    pub fn tables_of(&self, department: &str) -> Vec<Table> {
        match department {
            "police" => [police::tables(self), traffic::tables(self)].concat(),
            "civil" => civil::tables(self),
            "health" => [health::tables(self), records::tables(self)].concat(),
            "market" => market::tables(self),
            "insurance" => insurance::tables(self),
            "housing" => housing::tables(self),
            "natural" => natural::tables(self),
            "education" => education::tables(self),
            "transport" => transport::tables(self),
            "tax" => tax::tables(self),
            "disabled" => disabled::tables(self),
            "agriculture" => agriculture::tables(self),
            "emergency" => emergency::tables(self),
            "urban" => urban::tables(self),
            "veterans" => veterans::tables(self),
            "medical" => medical::tables(self),
            _ => Vec::new(),
        }
    }
}
