//! What a password must be like (等级保护 2.0: complexity and length).

use kernel::error::Fields;

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// Checks a new password: 10 to 128 characters, three of the kinds small letter, capital, digit, other, at least five
/// different characters, and not containing the user name.
pub fn check_password(path: &str, password: &str, username: &str, fields: &mut Fields) {
    let length = password.chars().count();
    fields.check(
        (SHORTEST..=LONGEST).contains(&length),
        path,
        "identity.password.length",
        "密码须为10至128位，请修改。",
        "A password has 10 to 128 characters.",
    );
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    let different = password.chars().collect::<std::collections::HashSet<_>>().len();
    fields.check(
        kinds.iter().filter(|kind| **kind).count() >= 3 && different >= 5,
        path,
        "identity.password.simple",
        "密码太简单：须含小写字母、大写字母、数字、符号中的三种，且至少五个不同字符。",
        "Too simple: use three of small letters, capitals, digits and signs, and five different characters.",
    );
    fields.check(
        username.is_empty() || !password.to_lowercase().contains(username),
        path,
        "identity.password.username",
        "密码不能含有用户名，请修改。",
        "A password must not contain the user name.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(password: &str) -> bool {
        let mut fields = Fields::default();
        check_password("password", password, "wang", &mut fields);
        fields.finish().is_ok()
    }

    /// Short, simple, repeated and telling passwords are refused.
    #[test]
    fn weak_passwords_are_refused() {
        assert!(ok("Gongan-2026-a"));
        assert!(ok("民政局的新密码Ab12"));
        for weak in ["", "Ab1-xyz", "abcdefghijkl", "aA1aA1aA1aA1", "Wang-2026-abc", &"Aa1-x".repeat(30)] {
            assert!(!ok(weak), "{weak}");
        }
    }
}
