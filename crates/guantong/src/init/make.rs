//! Makes the node: folder, tables, the authority, the first holders of the three roles, the configuration.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::Context as _;
use catalog::model::{OrganisationInput, OrganisationKind};
use identity::model::UserInput;
use kernel::{Actor, Error, Role};

use super::InitArgs;
use super::answers::Answers;
use crate::{node, out};

/// A first account.
pub struct Account {
    /// Log-in name.
    pub username: &'static str,
    /// Role.
    pub role: Role,
    /// First password; shown once.
    pub password: String,
}

const FIRST: [(&str, Role); 3] = [
    ("admin", Role::PlatformOperator),
    ("business", Role::BusinessOperator),
    ("auditor", Role::SecurityAuditor),
];

/// Makes everything; what was made is taken away again when a step fails.
pub async fn node(answers: &Answers) -> anyhow::Result<Vec<Account>> {
    let had_folder = answers.data_dir.exists();
    let made = make(answers).await;
    if made.is_err() {
        // Nothing but what this run made lies there: the folder was empty or missing.
        let _removed = std::fs::remove_dir_all(&answers.data_dir);
        if had_folder {
            let _made_again = std::fs::create_dir(&answers.data_dir);
        }
    }
    made
}

async fn make(answers: &Answers) -> anyhow::Result<Vec<Account>> {
    let config = answers.configuration();
    if !config.database.url.is_empty() {
        check_database(&config).await?;
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&answers.data_dir)
        .with_context(|| answers.data_dir.display().to_string())?;
    let text = toml::to_string_pretty(&config)?;
    let kernel = node::open(config).await?;
    server::migrate(&kernel).await?;
    let hub = server::assemble(kernel).await?;
    let authority = OrganisationInput {
        name: answers.name.clone(),
        short_name: None,
        short_code: None,
        credit_code: answers.credit_code.clone(),
        parent_id: None,
        kind: OrganisationKind::DataAuthority,
        region: answers.region.clone(),
    };
    let authority = hub.catalog.create_organisation(&Actor::System, authority).await?;
    let mut accounts = Vec::new();
    for ((username, role), person) in FIRST.into_iter().zip(&answers.persons) {
        let password = identity::initial_password(&*hub.kernel.entropy);
        let input = UserInput {
            username: username.to_owned(),
            display_name: Some(role.zh().to_owned()),
            role,
            organisation_id: authority.id.clone(),
            password: password.clone(),
            disabled: false,
            person: person.clone(),
            must_change_password: true,
        };
        hub.identity.create_user(&Actor::System, input).await?;
        accounts.push(Account { username, role, password });
    }
    write_config(&answers.config, &text)?;
    Ok(accounts)
}

/// The database can be reached and holds nothing of a node.
async fn check_database(config: &kernel::config::Config) -> anyhow::Result<()> {
    let db = kernel::db::open(&config.database_url()).await?;
    let applied = server::applied_migrations(&db).await?;
    if applied.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(
        "init.database",
        "这个数据库里已有平台的表，没有改动任何内容。请新建一个空数据库再试。",
        "This database holds tables of a node already; nothing was changed. Make an empty database and try again.",
    )
    .into())
}

fn write_config(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    // May hold the password of the database.
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())?;
    file.write_all("# 贯通平台配置。各项说明：guantong config example\n".as_bytes())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// Says what was made and what to do next.
pub fn report(answers: &Answers, accounts: &[Account], args: &InitArgs) {
    let lang = args.lang;
    let config = answers.config.display();
    lang.line(
        &format!("\n已建好：{config}，数据在 {}", answers.data_dir.display()),
        &format!("\nMade: {config}, data in {}", answers.data_dir.display()),
    );
    lang.line(
        "\n三个初始账号（口令只显示这一次，请分别交给三个不同的人，首次登录须修改）：",
        "\nThe first three accounts (passwords are shown this once; hand them to three different people; each must be changed \
         at the first log-in):",
    );
    for account in accounts {
        out::line(&format!(
            "  {:<10} {:<18} {}",
            account.username,
            account.password,
            lang.pick(account.role.zh(), account.role.as_str())
        ));
    }
    let address = answers.configuration().public_url();
    lang.line("\n接下来：", "\nNext:");
    out::line(&format!("  1. guantong doctor --config {config}"));
    if args.systemd.is_some() {
        lang.line(
            "  2. systemctl daemon-reload && systemctl enable --now guantong-hub",
            "  2. systemctl daemon-reload && systemctl enable --now guantong-hub",
        );
    } else {
        out::line(&format!("  2. guantong serve --config {config}"));
    }
    lang.line(
        &format!("  3. 用浏览器打开 {address} ，三人分别登录改密，并在“账号安全”启用动态口令"),
        &format!("  3. Open {address}; the three log in, change their passwords and enrol a second factor"),
    );
    lang.line(
        "  4. 平台运维登记部门、用户和前置机；前置机在部门机器上运行：guantong agent join",
        "  4. The platform operator registers departments, users and agents; at the department: guantong agent join",
    );
    lang.line(
        &format!("  5. 每天备份：guantong backup --config {config} <文件>"),
        &format!("  5. Back up daily: guantong backup --config {config} <file>"),
    );
    if !answers.public_url.starts_with("https://") {
        lang.line(
            "\n注意：正式使用前须在前面放一台 HTTPS 反向代理，并把 server.public_url 改为 https:// 地址、secure_cookies 改为 true。",
            "\nBefore real use put an HTTPS reverse proxy in front, set server.public_url to https://… and secure_cookies = true.",
        );
    }
}
