//! Secrets that do not stand in the file: `password_file = "..."`, `password_env = "..."`, and the same for addresses and headers.

use std::path::Path;

/// Looks a variable up; a parameter, so that tests need not change the process.
pub(super) type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

const SECRET_KEYS: [&str; 3] = ["password", "url", "base_url"];

/// Replaces `<key>_file` and `<key>_env` by `<key>`. An error is the key with a sentence in both languages.
pub(super) fn fill_in(
    table: &mut toml::Table,
    base: &Path,
    environment: &Environment<'_>,
) -> Result<(), (String, String, String)> {
    for key in SECRET_KEYS {
        fill_key(table, key, base, environment)?;
    }
    if let Some(toml::Value::Table(headers)) = table.get_mut("headers") {
        let names: Vec<String> = headers
            .keys()
            .filter_map(|name| {
                name.strip_suffix("_file").or_else(|| name.strip_suffix("_env")).map(str::to_owned)
            })
            .collect();
        for name in names {
            fill_key(headers, &name, base, environment)
                .map_err(|(at, zh, en)| (format!("headers.{at}"), zh, en))?;
        }
    }
    Ok(())
}

fn fill_key(
    table: &mut toml::Table,
    key: &str,
    base: &Path,
    environment: &Environment<'_>,
) -> Result<(), (String, String, String)> {
    let (in_file, in_env) = (format!("{key}_file"), format!("{key}_env"));
    let given = [key, &in_file, &in_env].iter().filter(|name| table.contains_key(**name)).count();
    if given > 1 {
        let zh = format!("{key}、{in_file}、{in_env} 只能填写一个");
        return Err((key.to_owned(), zh, format!("give only one of {key}, {in_file} and {in_env}")));
    }
    let secret = if let Some(path) = text(table, &in_file) {
        let path = base.join(path);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let path = path.display();
            let zh = format!("无法读取 {path}（{error}）；请检查路径和权限");
            (in_file.clone(), zh, format!("cannot read {path} ({error}); check the path and its rights"))
        })?;
        // Editors end files with a line break; no secret of ours ends with one.
        text.trim_end_matches(['\r', '\n']).to_owned()
    } else if let Some(name) = text(table, &in_env) {
        environment(&name).ok_or_else(|| {
            let zh = format!("环境变量 {name} 未设置；请在启动前设置");
            (
                in_env.clone(),
                zh,
                format!("the environment variable {name} is not set; set it before the start"),
            )
        })?
    } else {
        return Ok(());
    };
    table.remove(&in_file);
    table.remove(&in_env);
    table.insert(key.to_owned(), toml::Value::String(secret));
    Ok(())
}

fn text(table: &toml::Table, key: &str) -> Option<String> {
    table.get(key).and_then(toml::Value::as_str).map(str::to_owned)
}
