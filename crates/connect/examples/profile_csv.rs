//! Measures a CSV file in GB18030: profile, building an index, look-ups from the index after a restart.
//!
//! `cargo run --release -p connect --example profile_csv [rows]`; a million rows by default.

use std::{
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
    time::Instant,
};

use connect::{FilesConfig, Limits, Lookup, ProfileOptions, Source, SourceConfig};

fn generate(path: &Path, rows: u32) -> std::io::Result<u64> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    let mut put = |text: &str| out.write_all(&encoding_rs::GB18030.encode(text).0);
    put("公民身份号码,姓名,性别,民族,出生日期,户籍地址,手机号码,婚姻状况,登记时间,备注\r\n")?;
    let names = ["王建国", "李红", "张伟", "刘洋", "阿依古丽·买买提"];
    for i in 0..rows {
        let (month, day) = (i % 12 + 1, i % 28 + 1);
        put(&format!(
            "1101011990{month:02}{day:02}{:03}{},{},{},汉族,1990-{month:02}-{day:02},北京市东城区东华门街道{}号院{}号楼,138{:08},{},\
             2024-01-{day:02} 08:{:02}:00,\r\n",
            i % 1000,
            i % 10,
            names.get(i as usize % names.len()).unwrap_or(&""),
            if i % 2 == 0 { "男" } else { "女" },
            i % 400,
            i % 30,
            i,
            i % 4 * 10,
            i % 60,
        ))?;
    }
    out.flush()?;
    Ok(std::fs::metadata(path)?.len())
}

fn open(dir: &Path) -> Result<Arc<dyn Source>, connect::SourceError> {
    let config = FilesConfig {
        dir: dir.join("data"),
        index_dir: dir.join("index"),
        encodings: Default::default(),
        limits: Limits::default(),
    };
    connect::open("example", &SourceConfig::Files(config))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let rows: u32 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    std::fs::create_dir(dir.path().join("data"))?;
    let bytes = generate(&dir.path().join("data/户籍.csv"), rows)?;
    let mut out = std::io::stdout();
    writeln!(out, "{rows} rows, {:.0} MB, GB18030", bytes as f64 / 1e6)?;

    let source = open(dir.path())?;
    let start = Instant::now();
    let profile = source.profile("户籍.csv", ProfileOptions { sample_rows: rows as usize }).await?;
    writeln!(out, "profile of all {} rows: {:.2} s", profile.sampled_rows, start.elapsed().as_secs_f64())?;
    for column in &profile.columns {
        let kind = column.kinds.first().map(|found| format!("{:?} {:.0}%", found.kind, found.share * 100.0));
        let (distinct, example) = (column.distinct.values, column.examples.first());
        writeln!(
            out,
            "  {} distinct={distinct} {} example={example:?}",
            column.name,
            kind.unwrap_or_default()
        )?;
    }

    let columns = ["姓名".to_owned(), "手机号码".to_owned()];
    let find = async |source: &dyn Source, i: u32| {
        let key_values = [format!("138{i:08}")];
        let request = Lookup {
            table: "户籍.csv",
            key_column: "手机号码",
            key_values: &key_values,
            columns: &columns,
            limit: 10,
        };
        source.lookup(&request).await.map(|batch| batch.num_rows())
    };
    let start = Instant::now();
    find(&*source, rows / 2).await?;
    writeln!(out, "first look-up, which builds the index: {:.2} s", start.elapsed().as_secs_f64())?;

    let source = open(dir.path())?;
    let start = Instant::now();
    find(&*source, rows / 3).await?;
    writeln!(out, "first look-up after a restart: {:.1} ms", start.elapsed().as_secs_f64() * 1e3)?;
    let (start, times) = (Instant::now(), 10_000);
    for i in 0..times {
        anyhow::ensure!(find(&*source, i * 97 % rows).await? == 1);
    }
    writeln!(out, "look-up: {:.1} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(times))?;
    Ok(())
}
