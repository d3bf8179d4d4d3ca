//! Scores reverse cataloguing against the fictional county: what is proposed for each column of each department, held
//! against what the department's own description says. The proposal sees what an agent tells a hub, and nothing else.

mod county_tables;
mod score;

use anyhow::{Context as _, bail};
use county::{Plan, Size};

use crate::report;
use crate::say;
use score::Score;

/// How large a county, and where to write.
pub struct Options {
    residents: usize,
    seed: u64,
    verbose: bool,
    write: Option<std::path::PathBuf>,
}

impl Options {
    /// Reads `--name value` pairs.
    ///
    /// # Errors
    /// For an unknown name or a value that is no number.
    pub fn parse(args: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { residents: 5_000, seed: 2025, verbose: false, write: None };
        for pair in args.chunks(2) {
            let [name, value] = pair else { bail!("{} has no value", pair.concat()) };
            match name.as_str() {
                "--residents" => options.residents = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                "--verbose" => options.verbose = value.parse()?,
                "--write" => options.write = Some(value.into()),
                _ => bail!("unknown option {name}"),
            }
        }
        Ok(options)
    }
}

/// Scores and prints.
///
/// # Errors
/// When the county cannot be written or profiled.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let size = Size { residents: options.residents, enterprises: options.residents.div_ceil(13) };
    let county = Plan { seed: options.seed, size }.generate();
    let score = scored(&county).await?;
    if options.verbose {
        for line in score.lines() {
            say(&line);
        }
    }
    let text = score.text(options.residents, options.seed);
    say(&text);
    if let Some(file) = &options.write {
        report::replace_part(file, "proposals", &text)?;
    }
    Ok(())
}

/// Proposes for every table of the county and scores it.
async fn scored(county: &county::County) -> anyhow::Result<Score> {
    let dir = tempfile::Builder::new().prefix("guantong-propose-").tempdir()?;
    let lessons = catalog::propose::Lessons::new();
    let mut score = Score::default();
    for seen in county_tables::profiled(county, dir.path()).await? {
        let table = serde_json::from_value(seen.table).context("the agent's list of tables")?;
        let profile = serde_json::from_value(seen.profile).context("the agent's profile")?;
        let proposal = catalog::propose::propose(&table, &profile, &lessons);
        score.add(seen.department, &seen.truth, &proposal);
    }
    Ok(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is proposed as sure is right, and most is proposed as sure, for whatever people live in the county.
    #[tokio::test]
    async fn the_county_is_understood() {
        for seed in [2025, 7] {
            let county = Plan { seed, size: Size { residents: 1_500, enterprises: 120 } }.generate();
            let score = scored(&county).await.unwrap();
            assert!(score.right_when_sure() >= 0.95, "{}", score.lines().join("\n"));
            assert!(score.share_of_sure() >= 0.8, "{}", score.lines().join("\n"));
        }
    }
}
