//! Running other programs, so that a reader of the output sees which.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

/// Tells the developer something.
pub fn say(text: &str) {
    #[expect(clippy::print_stdout, reason = "the standard output is where a command line tool speaks")]
    {
        println!("{text}");
    }
}

/// A command to be run in the root of the repository.
#[derive(Debug)]
pub struct Step {
    command: Command,
    shown: String,
}

/// A step that runs `program` with arguments.
pub fn step(program: impl Into<OsString>, args: &[&str]) -> Step {
    let program = program.into();
    let name = Path::new(&program).file_name().map_or_else(|| program.clone(), OsString::from);
    let mut command = Command::new(&program);
    command.args(args).current_dir(crate::repo::root());
    Step { command, shown: format!("{} {}", name.to_string_lossy(), args.join(" ")) }
}

/// A step that runs the cargo that runs us.
pub fn cargo(args: &[&str]) -> Step {
    step(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}

/// A step that runs npm in the web folder.
pub fn npm(args: &[&str]) -> Step {
    step("npm", args).within(&crate::repo::web())
}

impl Step {
    /// Runs in another folder.
    pub fn within(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Runs to the end with its output shown.
    ///
    /// # Errors
    /// When the program is not there or fails.
    pub fn run(mut self) -> anyhow::Result<()> {
        say(&format!("$ {}", self.shown));
        let began = Instant::now();
        let status = self.command.stdin(Stdio::null()).status().with_context(|| self.absent())?;
        if !status.success() {
            bail!("失败 / failed: {} ({status})", self.shown);
        }
        say(&format!("  {:.1} s: {}", began.elapsed().as_secs_f64(), self.shown));
        Ok(())
    }

    /// Runs to the end and gives what it printed on its standard output.
    ///
    /// # Errors
    /// When the program is not there or fails.
    pub fn read(mut self) -> anyhow::Result<String> {
        say(&format!("$ {}", self.shown));
        let output = self
            .command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| self.absent())?;
        if !output.status.success() {
            bail!("失败 / failed: {} ({})", self.shown, output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn absent(&self) -> String {
        format!("无法启动，请先安装该程序 / cannot start, please install it first: {}", self.shown)
    }
}
