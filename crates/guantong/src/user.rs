//! `guantong user`: add a console user from the terminal, for example the first one.

use clap::Args;
use kernel::{Actor, Role};

use crate::{ConfigArgs, node, out};

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Log-in name 用户名.
    #[arg(long)]
    username: String,
    /// Role, for example platform_operator 角色.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Unified social credit code of the organisation; it is registered when missing 机构代码.
    #[arg(long)]
    organisation: String,
    /// Name of the organisation, when it must be registered 机构名称.
    #[arg(long)]
    organisation_name: Option<String>,
    /// Staff number of the person 人员编号.
    #[arg(long)]
    person: Option<String>,
    /// Region code of the organisation, when it must be registered 行政区划代码.
    #[arg(long, default_value = "")]
    region: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let all: Vec<_> =
            Role::ALL.iter().map(|role| format!("{}（{}）", role.as_str(), role.zh())).collect();
        format!("one of 应为：{}", all.join(", "))
    })
}

/// Adds the user. The password is read from the environment variable `GUANTONG_PASSWORD`, so that it stands neither in the
/// process list nor in the shell's history.
pub async fn run(args: &UserArgs) -> anyhow::Result<()> {
    let password = std::env::var("GUANTONG_PASSWORD").map_err(|_| {
        anyhow::anyhow!(
            "请用环境变量 GUANTONG_PASSWORD 给出口令 / Give the password in the variable GUANTONG_PASSWORD"
        )
    })?;
    let kernel = node::open(node::config(&args.config)?).await?;
    server::migrate(&kernel).await?;
    let hub = server::assemble(kernel).await?;
    // Whoever runs the machine makes the first holders of the three roles, or new ones when all are gone; while somebody holds a
    // role, its accounts are proposed and confirmed in the console.
    if args.role.is_parted() && hub.identity.role_is_held(args.role).await? {
        anyhow::bail!(
            "已有在用的{}账号，请由平台运维在控制台“账号申请”中提出 / There is an active {}; propose the account in the console",
            args.role.zh(),
            args.role.as_str()
        );
    }
    let organisations = hub.catalog.organisations().await?;
    let known = organisations
        .iter()
        .find(|known| known.credit_code == args.organisation)
        .map(|known| known.id.clone());
    let organisation = match (known, &args.organisation_name) {
        (Some(id), _) => id,
        (None, Some(name)) => {
            let input = crate::demo::seed::organisation(name, name, &args.organisation, &args.region);
            hub.catalog.create_organisation(&Actor::System, input).await?.id
        }
        (None, None) => anyhow::bail!(
            "机构 {0} 尚未登记，请用 --organisation-name 给出名称 / Organisation {0} is not registered; give --organisation-name",
            args.organisation
        ),
    };
    let person = args.person.as_deref();
    hub.identity.bootstrap_person(&args.username, &password, args.role, &organisation, person).await?;
    out::line(&format!("已新增 / added: {}", args.username));
    Ok(())
}
