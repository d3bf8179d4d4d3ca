//! Whether two kinds of values 值类型 can be the same datum.

use standards::kind::ValueKind;

/// How two kinds stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The same kind.
    Same,
    /// One may be kept as the other: a code as text, a date as date and time.
    Near,
    /// Not the same datum: a date is no code.
    Clash,
}

impl Fit {
    /// Factor on a score.
    pub fn factor(self) -> f64 {
        match self {
            Fit::Same => 1.0,
            Fit::Near => 0.97,
            Fit::Clash => 0.4,
        }
    }
}

/// Kinds that departments keep in one another's place.
fn family(kind: &ValueKind) -> u8 {
    match kind {
        ValueKind::ResidentId => 1,
        ValueKind::CreditCode => 2,
        ValueKind::Region => 3,
        ValueKind::Code { .. } => 4,
        ValueKind::Date | ValueKind::DateTime => 5,
        ValueKind::Mobile | ValueKind::Landline | ValueKind::Phone => 6,
        ValueKind::PersonName => 7,
        ValueKind::EnterpriseName => 8,
        ValueKind::Money | ValueKind::Integer | ValueKind::Decimal => 9,
        ValueKind::Address => 10,
        ValueKind::Boolean => 11,
        ValueKind::Text => 12,
    }
}

/// Compares two kinds.
pub fn fit(a: &ValueKind, b: &ValueKind) -> Fit {
    if a == b {
        return Fit::Same;
    }
    if let (ValueKind::Code { set: one }, ValueKind::Code { set: other }) = (a, b) {
        return if one == other { Fit::Same } else { Fit::Clash };
    }
    let (one, other) = (family(a), family(b));
    let either = |x: u8, y: u8| (one == x && other == y) || (one == y && other == x);
    // Plans often say no more than "text"; yes and no are a code of two, a region stands in an address.
    if one == other || one == 12 || other == 12 || either(4, 11) || either(3, 10) || either(4, 9) {
        Fit::Near
    } else {
        Fit::Clash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use standards::kind::CodeSetId;

    /// A date is no name and the sexes are no ethnic groups, but text may hold anything.
    #[test]
    fn kinds_that_cannot_be_one_datum_clash() {
        let sex = ValueKind::Code { set: CodeSetId::Sex };
        let group = ValueKind::Code { set: CodeSetId::EthnicGroup };
        assert_eq!(fit(&ValueKind::Date, &ValueKind::PersonName), Fit::Clash);
        assert_eq!(fit(&sex, &group), Fit::Clash);
        assert_eq!(fit(&sex, &ValueKind::Text), Fit::Near);
        assert_eq!(fit(&ValueKind::Date, &ValueKind::DateTime), Fit::Near);
        assert_eq!(fit(&ValueKind::Money, &ValueKind::Money), Fit::Same);
    }
}
