//! One date, and the same text as date and time.
#![no_main]

use guantong_fuzz::check;
use libfuzzer_sys::fuzz_target;
use standards::value::ValueKind;

fuzz_target!(|text: &str| {
    check(&ValueKind::Date, text);
    check(&ValueKind::DateTime, text);
});
