//! What a statement in the binary log means to a watched table.

/// What it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing.
    Nothing,
    /// A transaction begins.
    Begin,
    /// It ends and holds.
    Commit,
    /// It ends and does not hold.
    Rollback,
    /// Part of it does not hold, or whether it will hold is not known yet.
    Uncertain,
    /// The table's columns may have changed.
    Altered,
    /// Rows of the table changed without being told.
    Untold,
    /// The table was emptied.
    Emptied,
}

/// What a statement means to a table. `default` is the database in which it was run.
pub(super) fn meaning(statement: &str, default: &str, database: &str, table: &str) -> Meaning {
    let words = words(statement);
    let word = |at: usize| words.get(at).map(|word| word.to_ascii_uppercase()).unwrap_or_default();
    let first = word(0);
    match first.as_str() {
        "BEGIN" | "START" => return Meaning::Begin,
        "COMMIT" => return Meaning::Commit,
        "ROLLBACK" if word(1) == "TO" || word(2) == "TO" => return Meaning::Uncertain,
        "ROLLBACK" => return Meaning::Rollback,
        "XA" => return Meaning::Uncertain,
        _ => {}
    }
    if first == "DROP" && matches!(word(1).as_str(), "DATABASE" | "SCHEMA") {
        let named = words.iter().any(|word| word.eq_ignore_ascii_case(database));
        return if named { Meaning::Untold } else { Meaning::Nothing };
    }
    if !mentions(&words, default, database, table) {
        return Meaning::Nothing;
    }
    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    match first.as_str() {
        "TRUNCATE" => Meaning::Emptied,
        "ALTER" if has("PARTITION") || has("RENAME") => Meaning::Untold,
        "ALTER" => Meaning::Altered,
        "DROP" if matches!(word(1).as_str(), "INDEX" | "TRIGGER" | "VIEW") => Meaning::Nothing,
        "CREATE" if has("TABLE") && !has("VIEW") => Meaning::Untold,
        "DROP" | "RENAME" | "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "LOAD" | "WITH" => Meaning::Untold,
        _ => Meaning::Nothing,
    }
}

/// Whether a name among the words is that of the table.
fn mentions(words: &[String], default: &str, database: &str, table: &str) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        if !word.eq_ignore_ascii_case(table) {
            return false;
        }
        match at.checked_sub(2).and_then(|before| words.get(before..at)) {
            Some([owner, dot]) if dot == "." => owner.eq_ignore_ascii_case(database),
            _ => default.eq_ignore_ascii_case(database),
        }
    })
}

/// Words, quoted names and dots; without texts and comments.
fn words(statement: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = statement.chars().peekable();
    let end = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '`' | '"' => {
                end(&mut word, &mut words);
                while let Some(inner) = chars.next() {
                    if inner == c && chars.next_if_eq(&c).is_none() {
                        break;
                    }
                    word.push(inner);
                }
                end(&mut word, &mut words);
            }
            '\'' => {
                end(&mut word, &mut words);
                while let Some(inner) = chars.next() {
                    match inner {
                        '\\' => drop(chars.next()),
                        '\'' if chars.next_if_eq(&'\'').is_none() => break,
                        _ => {}
                    }
                }
            }
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            '-' if chars.peek() == Some(&'-') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.next_if_eq(&'*').is_some() => {
                end(&mut word, &mut words);
                // A comment with an exclamation mark is run, so its words count.
                if chars.next_if(|c| *c == '!' || *c == 'M').is_none() {
                    let mut last = ' ';
                    for inner in chars.by_ref() {
                        if last == '*' && inner == '/' {
                            break;
                        }
                        last = inner;
                    }
                }
            }
            '.' => {
                end(&mut word, &mut words);
                words.push(".".to_owned());
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() => word.push(c),
            _ => end(&mut word, &mut words),
        }
    }
    end(&mut word, &mut words);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Statements are told apart by what they do to the table, not to others of like names or in other databases.
    #[test]
    fn meanings() {
        for (statement, expected) in [
            ("BEGIN", Meaning::Begin),
            ("COMMIT /* x */", Meaning::Commit),
            ("ROLLBACK", Meaning::Rollback),
            ("ROLLBACK TO `s`", Meaning::Uncertain),
            ("XA START 'a'", Meaning::Uncertain),
            ("TRUNCATE TABLE t", Meaning::Emptied),
            ("truncate `d`.`t`", Meaning::Emptied),
            ("TRUNCATE e.t", Meaning::Nothing),
            ("TRUNCATE tt", Meaning::Nothing),
            ("/* t */ TRUNCATE u", Meaning::Nothing),
            ("ALTER TABLE t ADD x int", Meaning::Altered),
            ("ALTER TABLE t COMMENT 'PARTITION'", Meaning::Altered),
            ("ALTER TABLE t DROP PARTITION p1", Meaning::Untold),
            ("RENAME TABLE u TO t, t TO v", Meaning::Untold),
            ("DROP TABLE IF EXISTS `t` /* generated by server */", Meaning::Untold),
            ("CREATE OR REPLACE TABLE t (a int)", Meaning::Untold),
            ("CREATE INDEX i ON t (a)", Meaning::Nothing),
            ("CREATE VIEW v AS SELECT * FROM t", Meaning::Nothing),
            ("UPDATE t SET a = 1", Meaning::Untold),
            ("INSERT INTO u VALUES ('t')", Meaning::Nothing),
            ("DROP DATABASE d", Meaning::Untold),
            ("DROP DATABASE e", Meaning::Nothing),
            ("GRANT SELECT ON t TO x", Meaning::Nothing),
            ("", Meaning::Nothing),
        ] {
            assert_eq!(meaning(statement, "d", "d", "t"), expected, "{statement}");
        }
        assert_eq!(meaning("TRUNCATE t", "e", "d", "t"), Meaning::Nothing);
        assert_eq!(meaning("TRUNCATE d.t", "e", "d", "t"), Meaning::Emptied);
    }

    proptest! {
        /// No statement makes the reader panic.
        #[test]
        fn nothing_panics(statement in ".{0,60}") {
            let _ = meaning(&statement, "d", "d", "t");
        }
    }
}
