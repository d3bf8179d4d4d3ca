//! Units for systemd, with the paths of this node.

use std::path::Path;

use anyhow::Context as _;

use super::answers::Answers;
use crate::lang::Lang;

const HUB: &str = include_str!("../../../../deploy/guantong-hub.service");
const AGENT: &str = include_str!("../../../../deploy/guantong-agent@.service");

/// The hub's unit with the program and the files of this node.
fn hub_unit(answers: &Answers, program: &Path) -> String {
    HUB.replace("/usr/local/bin/guantong", &program.display().to_string())
        .replace("/etc/guantong/hub.toml", &answers.config.display().to_string())
        .replace("/var/lib/guantong", &answers.data_dir.display().to_string())
}

/// Writes the units. Files that are there already are left alone.
pub fn write(folder: &Path, answers: &Answers, lang: Lang) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    std::fs::create_dir_all(folder)?;
    for (name, text) in [
        ("guantong-hub.service", hub_unit(answers, &program)),
        ("guantong-agent@.service", AGENT.replace("/usr/local/bin/guantong", &program.display().to_string())),
    ] {
        let path = folder.join(name);
        if path.exists() {
            lang.line(
                &format!("{} 已存在，保持原样。", path.display()),
                &format!("{} is there and was left alone.", path.display()),
            );
            continue;
        }
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    lang.line(
        "systemd 单元以用户 guantong 运行：useradd --system --home-dir /var/lib/guantong guantong，并把数据目录与配置文件的属主改为它。",
        "The units run as user guantong: useradd --system --home-dir /var/lib/guantong guantong, then give it the data folder \
         and the configuration file.",
    );
    Ok(())
}
