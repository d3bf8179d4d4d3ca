//! Rows as PostgreSQL's binary COPY format, straight from the buffers of Arrow.

use arrow::array::Array as _;

use crate::target::{
    TargetType,
    slot::{Lane, Unfit},
    values::{self, Decimal},
};

/// Begins every binary COPY: signature, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Ends it.
pub(super) const TRAILER: &[u8] = &(-1_i16).to_be_bytes();
/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL begins to count.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// Appends one row; says which column does not fit.
pub(super) fn row(lanes: &[Lane<'_>], row: usize, out: &mut Vec<u8>) -> Result<(), (usize, Unfit)> {
    out.extend_from_slice(&(lanes.len() as i16).to_be_bytes());
    for (at, lane) in lanes.iter().enumerate() {
        field(lane, row, out).map_err(|why| (at, why))?;
    }
    Ok(())
}

fn field(lane: &Lane<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Unfit> {
    if lane.texts.is_null(row) {
        if lane.slot.required {
            return Err(Unfit::Null);
        }
        out.extend_from_slice(&(-1_i32).to_be_bytes());
        return Ok(());
    }
    let holds = lane.column.holds;
    if lane.slot.as_text && holds != TargetType::Text {
        let text = lane.value(row)?.unwrap_or_default();
        put(text.as_bytes(), out);
        return Ok(());
    }
    let text = lane.texts.value(row);
    match holds {
        TargetType::Text => {
            lane.slot.check_text(text)?;
            put(text.as_bytes(), out);
        }
        TargetType::Date => {
            let days = values::days(text).ok_or(Unfit::Kind(holds))?;
            put(&(days - EPOCH_DAYS).to_be_bytes(), out);
        }
        TargetType::Timestamp => {
            let micros = values::micros(text).ok_or(Unfit::Kind(holds))?;
            if let Some(most) = lane.slot.fraction
                && values::fraction_digits(text) > most
            {
                return Err(Unfit::Fraction(most));
            }
            put(&(micros - EPOCH_MICROS).to_be_bytes(), out);
        }
        TargetType::Decimal => {
            let number = Decimal::read(text).ok_or(Unfit::Kind(holds))?;
            lane.slot.check_decimal(&number)?;
            numeric(&number, out)?;
        }
        TargetType::Integer => {
            let number = values::integer(text).ok_or(Unfit::Kind(holds))?;
            lane.slot.check_integer(number)?;
            if lane.slot.digits.is_some() || lane.slot.float {
                lane.slot.check_decimal(&Decimal::read(text).ok_or(Unfit::Kind(holds))?)?;
            }
            put(&number.to_be_bytes(), out);
        }
        TargetType::Boolean => {
            let value = values::boolean(text).ok_or(Unfit::Kind(holds))?;
            put(&[u8::from(value)], out);
        }
    }
    Ok(())
}

fn put(bytes: &[u8], out: &mut Vec<u8>) {
    // A field of more than 1 GiB is refused by the server; an array of Arrow's `Utf8` holds at most 2 GiB.
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Most digits before and after the point that PostgreSQL's `numeric` holds.
const WHOLE: usize = 131_072;
const FRACTION: usize = 16_383;

/// A `numeric`: groups of four digits, the weight of the first group, sign, and digits after the point to show.
fn numeric(number: &Decimal<'_>, out: &mut Vec<u8>) -> Result<(), Unfit> {
    let (whole, fraction) = (number.whole.as_bytes(), number.fraction.as_bytes());
    if whole.len() > WHOLE || fraction.len() > FRACTION {
        return Err(Unfit::Digits(WHOLE, FRACTION));
    }
    let length_at = out.len();
    out.extend_from_slice(&[0; 12]);
    let mut groups = 0_i16;
    let mut weight = whole.len().div_ceil(4) as i16 - 1;
    let mut closing_zeros = 0_usize;
    let mut push = |group: u16, out: &mut Vec<u8>| {
        // Leading groups of zeros are not written but lower the weight.
        if groups == 0 && group == 0 {
            weight -= 1;
            return;
        }
        groups += 1;
        closing_zeros = if group == 0 { closing_zeros + 1 } else { 0 };
        out.extend_from_slice(&group.to_be_bytes());
    };
    let value = |digits: &[u8]| digits.iter().fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let head = whole.len() % 4;
    let (first, rest) = whole.split_at(head);
    if !first.is_empty() {
        push(value(first), out);
    }
    for group in rest.chunks(4) {
        push(value(group), out);
    }
    for group in fraction.chunks(4) {
        push(value(group) * 10_u16.pow(4 - group.len() as u32), out);
    }
    out.truncate(out.len() - closing_zeros * 2);
    groups -= closing_zeros as i16;
    if groups == 0 {
        weight = 0;
    }
    let length = (out.len() - length_at - 4) as i32;
    let sign: u16 = if number.negative { 0x4000 } else { 0 };
    let mut head = [0; 12];
    for (at, bytes) in [
        (0, &length.to_be_bytes()[..]),
        (4, &groups.to_be_bytes()[..]),
        (6, &weight.to_be_bytes()[..]),
        (8, &sign.to_be_bytes()[..]),
        (10, &(fraction.len() as u16).to_be_bytes()[..]),
    ] {
        if let Some(to) = head.get_mut(at..at + bytes.len()) {
            to.copy_from_slice(bytes);
        }
    }
    if let Some(to) = out.get_mut(length_at..length_at + 12) {
        to.copy_from_slice(&head);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> (i16, i16, u16, u16, Vec<u16>) {
        let mut out = vec![7];
        numeric(&Decimal::read(text).unwrap(), &mut out).unwrap();
        let words: Vec<u16> = out[1..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        assert_eq!(u32::from(words[0]) << 16 | u32::from(words[1]), out.len() as u32 - 5);
        (words[2] as i16, words[3] as i16, words[4], words[5], words[6..].to_vec())
    }

    /// The binary form is the one PostgreSQL itself sends for these numbers.
    #[test]
    fn numerics() {
        assert_eq!(groups("0"), (0, 0, 0, 0, vec![]));
        assert_eq!(groups("12345.678"), (3, 1, 0, 3, vec![1, 2345, 6780]));
        assert_eq!(groups("-10000"), (1, 1, 0x4000, 0, vec![1]));
        assert_eq!(groups("0.0001"), (1, -1, 0, 4, vec![1]));
        assert_eq!(groups("0.00001"), (1, -2, 0, 5, vec![1000]));
        assert_eq!(groups("100000000.5"), (4, 2, 0, 1, vec![1, 0, 0, 5000]));
    }
}
