//! The account a server runs under. PostgreSQL and MariaDB refuse to run as root, so under root they
//! run as the account that their packages create; otherwise as whoever we are.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// Whose rights a server gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// The account of this process.
    Own,
    /// Another account, entered with `setpriv`.
    Named(&'static str),
    /// Our own account under the number of another in a name space of users, in which a small disk may be mounted
    /// whoever we are.
    Apart {
        /// Number under which the server sees itself.
        number: u32,
        /// Where a disk is mounted, and its size in KiB.
        disk: Option<(PathBuf, u64)>,
    },
}

/// Mounts a disk of `$1` KiB at `$2`, then becomes the rest under the number `$3`.
const ON_DISK: &str = r#"mount -t tmpfs -o size="$1"k,mode=700 tmpfs "$2" && number="$3" && shift 3 &&
exec unshare --user --map-user="$number" --map-group="$number" -- "$@""#;

/// True when this process runs as root.
pub(crate) fn is_root() -> bool {
    // The owner of a process's folder in /proc is its effective user.
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

impl Account {
    /// `name` under root, else the own account.
    pub(crate) fn for_server(name: &'static str) -> Self {
        if is_root() { Self::Named(name) } else { Self::Own }
    }

    /// The own account, seen by the server as `name` under root, with a disk for it.
    ///
    /// # Errors
    /// When there is no account of that name.
    pub(crate) fn apart(name: &'static str, disk: PathBuf, kib: u64) -> anyhow::Result<Self> {
        let number = if is_root() {
            run(&["id".into(), "-u".into(), name.into()])?.trim().parse()?
        } else {
            std::fs::metadata("/proc/self")?.uid()
        };
        Ok(Self::Apart { number, disk: Some((disk, kib)) })
    }

    /// The command line that runs `program` with `args` under this account. The last step is an
    /// `exec`, so the process id stays that of the server.
    pub(crate) fn line(&self, program: &Path, args: &[OsString]) -> Vec<OsString> {
        let mut line: Vec<OsString> = Vec::new();
        match self {
            Self::Own => {}
            Self::Named(name) => {
                line.push("setpriv".into());
                line.push(format!("--reuid={name}").into());
                line.push(format!("--regid={name}").into());
                line.push("--init-groups".into());
                line.push("--".into());
            }
            Self::Apart { number, disk: None } => {
                line.extend(["unshare".into(), "--user".into()]);
                line.push(format!("--map-user={number}").into());
                line.push(format!("--map-group={number}").into());
                line.push("--".into());
            }
            Self::Apart { number, disk: Some((disk, kib)) } => {
                line.extend(
                    ["unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", ON_DISK, "sh"]
                        .map(Into::into),
                );
                line.extend([kib.to_string().into(), disk.into(), number.to_string().into()]);
            }
        }
        line.push(program.into());
        line.extend(args.iter().cloned());
        line
    }

    /// Hands a directory and all within it to this account.
    pub(crate) fn own(&self, dir: &Path) -> anyhow::Result<()> {
        if let Self::Named(name) = self {
            run(&["chown".into(), "-R".into(), format!("{name}:{name}").into(), dir.into()])?;
        }
        Ok(())
    }

    /// Runs a program under this account to its end; without its disk.
    pub(crate) fn run(&self, program: &Path, args: &[OsString]) -> anyhow::Result<()> {
        let line = match self {
            Self::Apart { number, .. } => Self::Apart { number: *number, disk: None }.line(program, args),
            account => account.line(program, args),
        };
        run(&line).map(|_| ())
    }
}

/// Runs a command line to its end and gives its standard output.
///
/// # Errors
/// With the standard error of the command when it fails.
pub(crate) fn run(line: &[OsString]) -> anyhow::Result<String> {
    let Some((program, args)) = line.split_first() else { bail!("empty command line") };
    let shown = program.to_string_lossy().into_owned();
    let output = Command::new(program)
        .args(args)
        .current_dir("/")
        .output()
        .with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!(
            "{shown} failed with {}: {}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
