//! Rules that hold for any text.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use standards::calendar::Calendar;
use standards::value::{Status, ValueKind, equal, is_masked, key_variants, mask, standardise};

use crate::support::{any_cell, any_id, any_kind};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No text makes any function panic, and a usable answer has a value.
    #[test]
    fn nothing_panics(kind in any_kind(), a in any_cell(), b in any_cell()) {
        let answer = standardise(&kind, &a);
        prop_assert_eq!(answer.value.is_none(), answer.status == Status::Missing);
        prop_assert_eq!(answer.notes.is_empty() , matches!(answer.status, Status::Valid) || answer.status == Status::Missing && answer.notes.is_empty());
        let _ = equal(&kind, &a, &b);
        let _ = mask(&kind, &a);
        let variants = key_variants(&kind, &a);
        prop_assert!(variants.len() <= 8 && variants[0] == a);
        let mut unique = variants.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), variants.len());
    }

    /// A standard value is its own standard value, and equal to what it came from.
    #[test]
    fn standard_values_stay(kind in any_kind(), raw in any_cell()) {
        let first = standardise(&kind, &raw);
        if let Some(value) = first.usable() {
            let second = standardise(&kind, value);
            prop_assert_eq!(second.usable(), Some(value), "{:?} {:?}", &kind, &raw);
            prop_assert_eq!(equal(&kind, &raw, value), Some(true));
        }
    }

    /// Every text under which a department may keep a standard value leads back to it.
    #[test]
    fn variants_lead_back(kind in any_kind(), raw in any_cell()) {
        // A landline number without its area code, and a name without its separator, cannot be completed; they only match.
        let one_way = matches!(kind, ValueKind::Landline | ValueKind::Phone | ValueKind::PersonName);
        if let Some(value) = standardise(&kind, &raw).usable().filter(|_| !one_way) {
            for variant in key_variants(&kind, value) {
                let back = standardise(&kind, &variant);
                // A code of one digit may have two meanings, and a name may fit two regions; then the variant must not mislead.
                prop_assert!(back.usable().is_none_or(|back| back == value), "{:?}: {:?} -> {:?} -> {:?}", kind, value, variant, back);
            }
        }
    }

    /// A valid number is its own standard value, knows its 15 digits, and comes back from them.
    #[test]
    fn identity_numbers_round_trip(id in any_id()) {
        let answer = standardise(&ValueKind::ResidentId, &id);
        prop_assert_eq!(answer.value.as_deref(), Some(id.as_str()), "{:?}", answer);
        let variants = key_variants(&ValueKind::ResidentId, &id);
        if id[6..8] == *"19" {
            let short = format!("{}{}", &id[..6], &id[8..17]);
            prop_assert!(variants.contains(&short));
            prop_assert_eq!(equal(&ValueKind::ResidentId, &short, &id), Some(true));
        }
    }

    /// Any one wrong digit in a number is noticed, and so is any swap of neighbours.
    #[test]
    fn identity_numbers_catch_slips(id in any_id(), place in 0..18_usize, digit in 0..10_u8) {
        let mut wrong = id.clone().into_bytes();
        wrong[place] = b'0' + digit;
        let wrong = String::from_utf8(wrong).expect("ascii");
        if wrong != id {
            prop_assert_eq!(standardise(&ValueKind::ResidentId, &wrong).status, Status::Invalid);
        }
        if place < 17 {
            let mut swapped = id.clone().into_bytes();
            swapped.swap(place, place + 1);
            let swapped = String::from_utf8(swapped).expect("ascii");
            if swapped != id {
                prop_assert_eq!(standardise(&ValueKind::ResidentId, &swapped).status, Status::Invalid);
            }
        }
    }

    /// Any one wrong character in a credit code is noticed.
    #[test]
    fn credit_codes_catch_slips(body in "9[123]3301[0-9]{2}[0-9ABCDEFGHJKLMNPQRTUWXY]{9}", place in 0..18_usize, other in "[0-9ABCDEFGHJKLMNPQRTUWXY]") {
        let check = standards::credit_code::check_character(body.as_bytes()).expect("alphabet");
        let code = format!("{body}{}", char::from(check));
        prop_assert!(standardise(&ValueKind::CreditCode, &code).is_usable(), "{}", code);
        let mut wrong = code.clone();
        wrong.replace_range(place..=place, &other);
        if wrong != code {
            prop_assert_eq!(standardise(&ValueKind::CreditCode, &wrong).status, Status::Invalid);
        }
    }

    /// A mask shows nothing of the middle: of the characters that the rule hides none stands at its place.
    #[test]
    fn masks_hide_the_middle(id in any_id(), mobile in "1[3-9][0-9]{9}", name in "[一-龥]{2,4}") {
        prop_assert!(!mask(&ValueKind::ResidentId, &id).contains(&id[3..16]));
        prop_assert_eq!(mask(&ValueKind::ResidentId, &id).chars().filter(|c| *c == '*').count(), 13);
        prop_assert_eq!(&mask(&ValueKind::Mobile, &mobile)[3..7], "****");
        let shown = mask(&ValueKind::PersonName, &name);
        prop_assert!(shown == "****" || shown.chars().skip(1).all(|c| c == '*'), "{}", shown);
    }

    /// Whatever stands in a column, its mask never shows more than seven characters of it in all (but for regions and addresses, which show
    /// the county, and dates, which show the year).
    #[test]
    fn masks_never_show_much(kind in any_kind(), raw in any_cell()) {
        let masked = mask(&kind, &raw);
        prop_assert!(masked.is_empty() || is_masked(&kind, &masked), "{:?} {:?} {}", kind, raw, masked);
        if !matches!(kind, ValueKind::Region | ValueKind::Address) {
            let shown = mask(&kind, &raw).chars().filter(|c| c.is_alphanumeric()).count();
            let most = if kind == ValueKind::CreditCode { 8 } else { 7 };
            prop_assert!(shown <= most, "{:?} {:?} {}", kind, raw, mask(&kind, &raw));
        }
    }

    /// Adding working days and counting them are inverse, and what is added to is a working day.
    #[test]
    fn calendar_adds_and_counts_alike(offset in 0..2_500_u64, count in -100..100_i32) {
        let calendar = Calendar::builtin();
        let start = NaiveDate::from_ymd_opt(2019, 7, 1).expect("date") + Days::new(offset);
        let Ok(end) = calendar.add_working_days(start, count) else {
            // Only the ends of the known years may fail.
            prop_assert!(!(200..=2_300).contains(&offset));
            return Ok(());
        };
        prop_assert_eq!(calendar.working_days_between(start, end), Ok(count));
        prop_assert!(count == 0 || calendar.is_working_day(end) == Ok(true));
    }
}
