//! Words for the person at the terminal.

use std::process::ExitCode;

/// One line on standard output.
#[expect(clippy::print_stdout, reason = "a command speaks on standard output")]
pub fn line(text: &str) {
    println!("{text}");
}

/// One line on standard error.
#[expect(clippy::print_stderr, reason = "a command complains on standard error")]
pub fn complain(text: &str) {
    eprintln!("{text}");
}

/// Turns the end of a command into an exit code, saying what was wrong in both languages.
pub fn exit(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<kernel::Error>() {
                Some(ours) => {
                    complain(&format!("[{}]\n{}\n{}", ours.code(), ours.zh(), ours.en()));
                    for field in ours.fields() {
                        complain(&format!("  {}: {} / {}", field.path, field.zh, field.en));
                    }
                    if let Some(cause) = std::error::Error::source(ours) {
                        complain(&format!("  ({cause})"));
                    }
                }
                None => complain(&format!("{error:#}")),
            }
            ExitCode::from(2)
        }
    }
}
