//! The mistakes that offices make, at about the rates at which real data sets hold them.

use chrono::{Datelike, Days, NaiveDate};
use rand::Rng;
use rand::rngs::StdRng;

use crate::names::is_rare;
use crate::streams::{pick, weighted};
use crate::truth::Person;

/// A mistake, or a way of writing that is not the standard's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dirt {
    /// Identity number of the first generation, 15 digits.
    FifteenDigits,
    /// Identity number with a small x.
    LowerX,
    /// Digits in full width.
    FullWidth,
    /// Spaces around or within a number or name.
    Spaces,
    /// A digit mistyped, so that the check character is wrong.
    WrongCheck,
    /// No identity number.
    MissingId,
    /// Another character in place of the middle dot of a name, or none.
    OtherDot,
    /// `?` or `□` in place of a character that the system cannot store.
    LostCharacter,
    /// A date in a form other than the column's own.
    DateForm,
    /// A spreadsheet serial in place of a date.
    DateSerial,
    /// `0000-00-00` in place of a date.
    ZeroDate,
    /// A label or another code in place of the column's own code.
    OtherCode,
    /// A telephone number in the field for the contact's name.
    PhoneInName,
    /// An amount with a unit, a comma, or in ten thousands.
    AmountForm,
    /// Brackets in half width.
    HalfBrackets,
    /// The same subject on two rows.
    TwoRows,
    /// A dead person still listed as living, or another state that has passed.
    Outdated,
    /// Two people in the field for one name.
    TwoNames,
}

/// Makes the mistakes of one row and notes them.
pub(crate) struct Hand<'r> {
    rng: &'r mut StdRng,
    noted: Vec<Dirt>,
}

impl<'r> Hand<'r> {
    pub(crate) fn new(rng: &'r mut StdRng) -> Self {
        Self { rng, noted: Vec::new() }
    }

    /// The mistakes made so far.
    pub(crate) fn noted(self) -> Vec<Dirt> {
        self.noted
    }

    /// True with this probability; notes the mistake then.
    pub(crate) fn slips(&mut self, dirt: Dirt, rate: f64) -> bool {
        let slips = self.rng.random_bool(rate);
        if slips {
            self.noted.push(dirt);
        }
        slips
    }

    /// The stream the row is drawn from.
    pub(crate) fn rng(&mut self) -> &mut StdRng {
        self.rng
    }

    /// A person's identity number.
    pub(crate) fn id(&mut self, person: &Person) -> Option<String> {
        if self.slips(Dirt::MissingId, 0.004) {
            return None;
        }
        Some(self.id_text(&person.id, person.birth))
    }

    /// An identity number that the row is looked up by: never missing.
    pub(crate) fn id_text(&mut self, id: &str, birth: NaiveDate) -> String {
        if self.slips(Dirt::WrongCheck, 0.01) {
            return mistyped(self.rng, id);
        }
        if birth.year() < 1985
            && self.rng.random_bool(0.03)
            && let Some(short) = fifteen(id)
        {
            self.noted.push(Dirt::FifteenDigits);
            return short;
        }
        if id.ends_with('X') && self.slips(Dirt::LowerX, 0.15) {
            return id.to_lowercase();
        }
        if self.slips(Dirt::FullWidth, 0.004) {
            return full_width(id);
        }
        if self.slips(Dirt::Spaces, 0.004) {
            return format!("{id} ");
        }
        id.to_owned()
    }

    /// A person's name.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let mut written = name.to_owned();
        if name.contains('·') && self.slips(Dirt::OtherDot, 0.4) {
            written = name.replace('·', pick(self.rng, &["•", "∙", ".", "・", "●", "．", ""]));
        }
        if name.contains(is_rare) && self.slips(Dirt::LostCharacter, 0.5) {
            let sign = pick(self.rng, &["?", "□", "？"]);
            written = written.replace(is_rare, sign);
        }
        let mut characters = written.chars();
        if let (Some(first), Some(second), None) = (characters.next(), characters.next(), characters.next())
            && self.slips(Dirt::Spaces, 0.02)
        {
            written = format!("{first}{}{second}", pick(self.rng, &[" ", "  ", "\u{3000}"]));
        }
        written
    }

    /// A date in a text column whose own form is `form` (a strftime pattern).
    pub(crate) fn date(&mut self, day: NaiveDate, form: &str, rate: f64) -> String {
        if !self.rng.random_bool(rate) {
            return day.format(form).to_string();
        }
        let (dirt, text) = match self.rng.random_range(0..12) {
            0 => (Dirt::ZeroDate, "0000-00-00".to_owned()),
            1 | 2 => (Dirt::DateSerial, serial(day).to_string()),
            other => {
                let forms = [
                    "%Y-%m-%d",
                    "%Y%m%d",
                    "%Y/%-m/%-d",
                    "%Y.%m.%d",
                    "%Y年%-m月%-d日",
                    "%Y-%-m-%-d",
                    "%Y-%m-%d 00:00:00",
                    "%Y/%m/%d",
                    "%Y.%-m.%-d",
                ];
                let at = usize::try_from(other).unwrap_or(0) % forms.len();
                (Dirt::DateForm, day.format(forms[at]).to_string())
            }
        };
        // The column's own form may have been drawn; then nothing is wrong.
        let own = day.format(form).to_string();
        if text != own {
            self.noted.push(dirt);
        }
        text
    }

    /// A date in a column of the engine's own type, which lets `0000-00-00` pass in some engines.
    pub(crate) fn native_date(&mut self, day: NaiveDate) -> String {
        if self.slips(Dirt::ZeroDate, 0.003) {
            "0000-00-00".to_owned()
        } else {
            day.format("%Y-%m-%d").to_string()
        }
    }

    /// Yes or no in a column where 是/否 are the own codes.
    pub(crate) fn yes_no(&mut self, yes: bool) -> String {
        let own = if yes { "是" } else { "否" };
        if !self.slips(Dirt::OtherCode, 0.12) {
            return own.to_owned();
        }
        if yes {
            pick(self.rng, &["1", "Y", "true", "有"])
        } else {
            pick(self.rng, &["0", "N", "false", "无"])
        }
        .to_owned()
    }

    /// One of the column's own codes, or now and then a label.
    pub(crate) fn code(&mut self, own: &str, label: &str, rate: f64) -> String {
        if self.slips(Dirt::OtherCode, rate) { label.to_owned() } else { own.to_owned() }
    }

    /// Yuan in a column meant for plain yuan.
    pub(crate) fn yuan(&mut self, yuan: u64) -> String {
        if !self.slips(Dirt::AmountForm, 0.1) {
            return yuan.to_string();
        }
        match self.rng.random_range(0..4) {
            0 => format!("{yuan}元"),
            1 => format!("{yuan}.00"),
            2 => format!("￥{yuan}"),
            _ => format!("{}万元", ten_thousands(yuan)),
        }
    }

    /// Yuan in a column where most write ten thousands.
    pub(crate) fn capital(&mut self, yuan: u64) -> String {
        let ten = ten_thousands(yuan);
        let form = weighted(self.rng, &[(0, 70), (1, 8), (2, 8), (3, 7), (4, 7)]);
        if form != 0 {
            self.noted.push(Dirt::AmountForm);
        }
        match form {
            0 => format!("{ten}万元"),
            1 => format!("{ten}.00万元人民币"),
            2 => grouped(yuan),
            3 => format!("人民币{ten}万元"),
            _ => format!("{yuan}元"),
        }
    }

    /// An enterprise's name.
    pub(crate) fn enterprise(&mut self, name: &str) -> String {
        if name.contains('（') && self.slips(Dirt::HalfBrackets, 0.4) {
            return name.replace('（', "(").replace('）', ")");
        }
        if self.slips(Dirt::Spaces, 0.01) { format!(" {name}") } else { name.to_owned() }
    }

    /// The contact's name, where now and then the telephone number stands.
    pub(crate) fn contact(&mut self, name: &str, phone: Option<&str>) -> String {
        match phone {
            Some(phone) if self.slips(Dirt::PhoneInName, 0.03) => phone.to_owned(),
            _ => self.name(name),
        }
    }
}

fn ten_thousands(yuan: u64) -> String {
    let rest = format!("{:04}", yuan % 10_000);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { (yuan / 10_000).to_string() } else { format!("{}.{rest}", yuan / 10_000) }
}

fn grouped(yuan: u64) -> String {
    let digits = yuan.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number with one digit of the sequence or birth day changed, which the check character always finds.
fn mistyped(rng: &mut StdRng, id: &str) -> String {
    let at = rng.random_range(14..17);
    id.chars()
        .enumerate()
        .map(|(index, c)| match c.to_digit(10) {
            Some(digit) if index == at => char::from_digit((digit + 1) % 10, 10).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// The 15-digit form: no century and no check character.
fn fifteen(id: &str) -> Option<String> {
    (id.get(6..8)? == "19").then(|| Some(format!("{}{}", id.get(..6)?, id.get(8..17)?)))?
}

fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)).collect()
}

/// Day number of a spreadsheet.
pub(crate) fn serial(day: NaiveDate) -> i64 {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    (day - zero).num_days()
}

/// When a register was last true for a row: some day of the last two years, as a local time.
pub(crate) fn touched(rng: &mut StdRng, today: NaiveDate) -> String {
    let day = today - Days::new(rng.random_range(0..730));
    let (hour, minute, second) = (rng.random_range(8..18), rng.random_range(0..60), rng.random_range(0..60));
    format!("{day} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mistyped number never has the right check character.
    #[test]
    fn mistyped_numbers_are_invalid() {
        let mut rng = crate::streams::stream(1, "test");
        let county = crate::generate(3, crate::Size { residents: 300, enterprises: 0 });
        for person in &county.persons {
            let wrong = mistyped(&mut rng, &person.id);
            let check = standards::resident_id::check_character(&wrong.as_bytes()[..17]).unwrap();
            assert_ne!(check, wrong.as_bytes()[17], "{wrong}");
        }
    }

    /// Amounts keep their value in each form.
    #[test]
    fn amounts_are_written_right() {
        assert_eq!(ten_thousands(350), "0.035");
        assert_eq!(ten_thousands(5_000_000), "500");
        assert_eq!(grouped(5_000_000), "5,000,000");
        assert_eq!(grouped(50), "50");
    }

    /// The serial of a known day is that of spreadsheets.
    #[test]
    fn serials_are_those_of_spreadsheets() {
        assert_eq!(serial(NaiveDate::from_ymd_opt(2022, 7, 18).unwrap()), 44760);
    }
}
