//! One enterprise name.
#![no_main]

use guantong_fuzz::check;
use libfuzzer_sys::fuzz_target;
use standards::value::ValueKind;

fuzz_target!(|text: &str| {
    check(&ValueKind::EnterpriseName, text);
});
