//! How long one call of `standardise` takes per kind: `cargo run --release -p standards --example speed`.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use std::hint::black_box;
use std::time::Instant;

use standards::value::{CodeSetId, ValueKind, standardise};

fn main() {
    let cases = [
        ("resident id, valid", ValueKind::ResidentId, "440524188001010014"),
        ("resident id, 15 digits", ValueKind::ResidentId, "330106850307001"),
        ("credit code", ValueKind::CreditCode, "91350100M000100Y43"),
        ("date, ISO", ValueKind::Date, "2024-01-05"),
        ("date, Chinese", ValueKind::Date, "2024年1月5日"),
        ("mobile", ValueKind::Mobile, "13957112233"),
        ("name", ValueKind::PersonName, "张三丰"),
        ("enterprise name", ValueKind::EnterpriseName, "杭州某某（浙江）科技有限公司"),
        ("money", ValueKind::Money, "50万元"),
        ("sex", ValueKind::Code { set: CodeSetId::Sex }, "男"),
        ("region name", ValueKind::Region, "浙江省杭州市西湖区"),
    ];
    const ROUNDS: u32 = 200_000;
    for (name, kind, raw) in cases {
        // The first call builds the tables.
        black_box(standardise(&kind, raw));
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(standardise(&kind, black_box(raw)));
        }
        println!("{name:24} {:6} ns", start.elapsed().as_nanos() / u128::from(ROUNDS));
    }
}
