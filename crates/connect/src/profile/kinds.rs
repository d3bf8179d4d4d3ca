//! Recognising what the values of a column are.

use standards::person_name;
use standards::value::{CodeSetId, Status, ValueKind, standardise};

use super::KindShare;

/// Share from which a kind is worth telling.
const WORTH: f64 = 0.3;

/// Kinds tried, the more telling first: nearly every date is also an integer, but not the other way
/// round. Address and free text are not tried, because anything can be read as them.
fn candidates() -> [ValueKind; 18] {
    [
        ValueKind::ResidentId,
        ValueKind::CreditCode,
        ValueKind::Mobile,
        ValueKind::Code { set: CodeSetId::Sex },
        ValueKind::Code { set: CodeSetId::Marriage },
        ValueKind::Code { set: CodeSetId::EthnicGroup },
        ValueKind::Code { set: CodeSetId::Kinship },
        ValueKind::Region,
        ValueKind::Date,
        ValueKind::DateTime,
        ValueKind::Landline,
        ValueKind::Phone,
        ValueKind::PersonName,
        ValueKind::EnterpriseName,
        ValueKind::Boolean,
        ValueKind::Integer,
        ValueKind::Decimal,
        ValueKind::Money,
    ]
}

/// The kinds that these values can be read as, best first.
pub(crate) fn recognise(values: &[String]) -> Vec<KindShare> {
    if values.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, KindShare)> = Vec::new();
    for (rank, kind) in candidates().into_iter().enumerate() {
        let (mut usable, mut repaired) = (0_usize, 0_usize);
        for (seen, value) in values.iter().enumerate() {
            // To read a moment as a date loses its time.
            let fits = kind != ValueKind::Date || !value.contains(':');
            match if fits { standardise(&kind, value).status } else { Status::Invalid } {
                Status::Valid => usable += 1,
                Status::Repaired => {
                    usable += 1;
                    repaired += 1;
                }
                Status::Invalid | Status::Missing => {}
            }
            // A kind that no value of the first hundred fits is not looked at further.
            if seen == 99 && usable == 0 {
                break;
            }
        }
        let share = usable as f64 / values.len() as f64;
        if share >= WORTH {
            let repaired = repaired as f64 / values.len() as f64;
            found.push((rank, KindShare { kind, share, repaired }));
        }
    }
    // Shares that differ by less than a tenth are alike; among them a kind that took the values as they
    // are goes before one that had to repair most of them, and then the more telling kind goes first.
    // To write a code by its name, 男 for 1, is a repair that says nothing against the kind.
    let bucket = |k: &KindShare| {
        let against = if matches!(k.kind, ValueKind::Code { .. }) { 0.0 } else { 0.5 * k.repaired };
        (10.0 * (k.share - against)).round() as i64
    };
    found.sort_by(|(a_rank, a), (b_rank, b)| bucket(b).cmp(&bucket(a)).then(a_rank.cmp(b_rank)));
    found.into_iter().map(|(_, kind)| kind).collect()
}

/// Whether most of these short texts begin like names of people. Words for a state, such as 在册 or 注销,
/// have the form of a name, but not the surname.
pub(crate) fn begin_like_names<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (mut all, mut names) = (0_usize, 0_usize);
    for text in texts {
        all += 1;
        names += usize::from(text.chars().next().is_some_and(person_name::is_frequent_surname));
    }
    names * 2 > all
}
