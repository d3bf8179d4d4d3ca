//! One identity number.
#![no_main]

use guantong_fuzz::check;
use libfuzzer_sys::fuzz_target;
use standards::value::ValueKind;

fuzz_target!(|text: &str| {
    check(&ValueKind::ResidentId, text);
});
