//! Answers from flags, and from a person where one sits at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;

use super::InitArgs;
use super::answers::{Answers, host_of, is_credit_code, is_region};
use crate::lang::Lang;

/// Collects the answers and checks them.
pub fn answers(args: &InitArgs) -> anyhow::Result<Answers> {
    let person = (!args.yes && std::io::stdin().is_terminal()).then_some(Person(args.lang));
    let root = rustix::process::geteuid().is_root();
    if let Some(Person(lang)) = &person {
        lang.line(
            "将新建一个平台节点。直接回车取用括号中的值；Ctrl+C 随时退出，不会留下任何改动。",
            "A new node will be set up. Enter takes the value in brackets; Ctrl+C leaves without a trace.",
        );
    }
    let ask = Ask { person };
    let name = ask.text(
        args.name.as_deref(),
        "数据主管部门名称",
        "Name of the data authority",
        "",
        |text| !text.is_empty(),
    )?;
    let credit_code = ask.text(
        args.credit_code.as_deref(),
        "统一社会信用代码（18位）",
        "Its unified social credit code (18 characters)",
        "",
        is_credit_code,
    )?;
    let region =
        ask.text(args.region.as_deref(), "行政区划代码（6位）", "Region code (6 digits)", "", is_region)?;
    let database = ask.text(
        args.database.as_deref(),
        "PostgreSQL 地址（postgres://用户:口令@主机/库；留空用 SQLite）",
        "PostgreSQL address (postgres://user:password@host/db; empty for SQLite)",
        "",
        |text| text.is_empty() || text.starts_with("postgres"),
    )?;
    let public_url = ask.text(
        args.public_url.as_deref(),
        "对外地址（例如 https://share.example.gov.cn；留空只在本机使用）",
        "Public address (for example https://share.example.gov.cn; empty for this machine only)",
        "",
        |text| text.is_empty() || host_of(text).is_some(),
    )?;
    let listen: SocketAddr = args.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    let link: SocketAddr = args.link.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 8443)));
    let host = host_of(&public_url).or_else(machine).unwrap_or_else(|| "127.0.0.1".to_owned());
    let (config, data_dir) =
        if root { ("/etc/guantong/hub.toml", "/var/lib/guantong") } else { ("hub.toml", "guantong-data") };
    let answers = Answers {
        config: absolute(args.config.clone().unwrap_or_else(|| PathBuf::from(config)))?,
        data_dir: absolute(args.data_dir.clone().unwrap_or_else(|| PathBuf::from(data_dir)))?,
        database,
        name,
        credit_code: credit_code.to_uppercase(),
        region,
        listen,
        public_url: public_url.trim_end_matches('/').to_owned(),
        advertise: args.advertise.clone().unwrap_or_else(|| format!("{host}:{}", link.port())),
        link,
        persons: ask.persons(&args.persons)?,
    };
    answers.check()?;
    Ok(answers)
}

fn absolute(path: PathBuf) -> anyhow::Result<PathBuf> {
    Ok(std::path::absolute(path)?)
}

/// Name of this machine in its network.
fn machine() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    (!name.is_empty() && name != "localhost").then_some(name)
}

/// Somebody at the terminal.
struct Person(Lang);

struct Ask {
    person: Option<Person>,
}

impl Ask {
    fn text(
        &self,
        given: Option<&str>,
        zh: &str,
        en: &str,
        default: &str,
        fits: impl Fn(&str) -> bool,
    ) -> anyhow::Result<String> {
        if let Some(given) = given {
            return Ok(given.trim().to_owned());
        }
        let Some(Person(lang)) = &self.person else { return Ok(default.to_owned()) };
        loop {
            let text = read(&format!("{} [{default}]: ", lang.pick(zh, en)))?;
            let text = if text.is_empty() { default.to_owned() } else { text };
            if fits(&text) {
                return Ok(text);
            }
            lang.line("  格式不对，请再填一次。", "  This does not fit; once more, please.");
        }
    }

    fn persons(&self, given: &[String]) -> anyhow::Result<[Option<String>; 3]> {
        if !given.is_empty() && given.len() != 3 {
            bail!("--persons 须为三个编号，用逗号分开 / --persons takes three numbers, separated by commas");
        }
        let mut persons = [None, None, None];
        let roles = [
            ("平台运维", "platform operator"),
            ("业务运营", "business operator"),
            ("安全审计", "security auditor"),
        ];
        for (at, (zh, en)) in roles.into_iter().enumerate() {
            let text = self.text(
                given.get(at).map(String::as_str),
                &format!("{zh}人员的工号（三类人员须是不同的人；可留空，稍后在“用户”页填写）"),
                &format!("Staff number of the {en} (three different people; may be filled in later)"),
                "",
                |_| true,
            )?;
            persons[at] = Some(text).filter(|text| !text.is_empty());
        }
        let named: Vec<_> = persons.iter().flatten().map(|person| person.to_uppercase()).collect();
        let different = named.iter().collect::<std::collections::HashSet<_>>().len();
        if different != named.len() {
            bail!("三类账号须由不同的人担任 / The three accounts are held by different people");
        }
        Ok(persons)
    }
}

fn read(prompt: &str) -> anyhow::Result<String> {
    let mut out = std::io::stdout();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        bail!("输入已结束，没有改动任何内容 / The input ended; nothing was changed");
    }
    Ok(line.trim().to_owned())
}
