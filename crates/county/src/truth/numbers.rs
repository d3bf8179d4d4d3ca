//! Numbers with a check character, valid by construction.

use std::collections::HashSet;

use chrono::NaiveDate;
use rand::Rng;
use rand::rngs::StdRng;

use super::Sex;

/// Regions that people who moved here got their number in; all stand in the register of codes since 1981.
const ELSEWHERE: [&str; 6] = ["513423", "522631", "110105", "110106", "120104", "110102"];

/// A citizen identification number that nobody has yet. Odd sequences are male.
pub(crate) fn resident_id(
    rng: &mut StdRng,
    used: &mut HashSet<String>,
    birth: NaiveDate,
    sex: Sex,
) -> String {
    let here = chrono::Datelike::year(&birth) > 2015 || rng.random_bool(0.95);
    loop {
        let region = if here { crate::REGION } else { crate::streams::pick(rng, &ELSEWHERE) };
        // Sequence 000 is not given out, and 15-digit numbers kept 996 to 999 for the very old.
        let pair: u32 = rng.random_range(1..498);
        let sequence = pair * 2 - u32::from(sex == Sex::Male);
        let first = format!("{region}{}{sequence:03}", birth.format("%Y%m%d"));
        let Some(check) = standards::resident_id::check_character(first.as_bytes()) else { continue };
        let id = format!("{first}{}", char::from(check));
        if used.insert(id.clone()) {
            return id;
        }
    }
}

/// A unified social credit code that nobody has yet. `class` is registering department and category, `91` for
/// a company.
pub(crate) fn credit_code(rng: &mut StdRng, used: &mut HashSet<String>, class: &str) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    loop {
        let mut organisation = String::from("MA");
        organisation.extend((0..6).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])));
        let Some(code) = standards::credit_code::complete(class, crate::REGION, &organisation) else {
            continue;
        };
        if used.insert(code.clone()) {
            return code;
        }
    }
}
