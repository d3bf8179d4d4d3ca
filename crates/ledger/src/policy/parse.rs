//! Reading a policy file, line by line.

use std::collections::HashMap;

use super::{Policy, PolicyFault, PolicyLog, PolicyWitness, Rule};
use crate::cosign::CosignerKey;
use crate::key::{KeyText, VerifierKey};

/// The format asks for at least 32 logs, witnesses and groups each.
const MAX_EACH: usize = 256;
const MAX_LEN: usize = 1 << 20;
/// Signature type byte and key length of ML-DSA-44 cosigners, which are recognised and not verified.
const ML_DSA_44: (u8, usize) = (6, 1312);

type Fault<T> = Result<T, PolicyFault>;

/// Reads the file; a fault comes with the number of its line, counted from 1.
pub(super) fn parse(bytes: &[u8]) -> Result<Policy, (usize, PolicyFault)> {
    if bytes.len() > MAX_LEN {
        return Err((1, PolicyFault::TooLarge(MAX_EACH)));
    }
    let mut reader = Reader::default();
    // The last line feed ends a line and begins none.
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    for line in body.split(|byte| *byte == b'\n') {
        reader.line += 1;
        reader.read(line).map_err(|fault| (reader.line, fault))?;
    }
    match reader.quorum {
        Some((_, quorum)) => Ok(Policy { logs: reader.logs, rules: reader.rules, quorum }),
        None => Err((reader.line, PolicyFault::NoQuorum)),
    }
}

#[derive(Default)]
struct Reader {
    line: usize,
    logs: Vec<PolicyLog>,
    rules: Vec<Rule>,
    groups: usize,
    /// Names are bytes: two that merely look alike are two. With each, its rule and its line.
    names: HashMap<Vec<u8>, (usize, usize)>,
    /// Public keys and their lines.
    keys: HashMap<Vec<u8>, usize>,
    /// Rules that are members of a group, and the line of that group.
    members: HashMap<usize, usize>,
    quorum: Option<(usize, Option<usize>)>,
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(200).collect()
}

impl Reader {
    fn read(&mut self, line: &[u8]) -> Fault<()> {
        if let Some(bad) = line.iter().find(|b| matches!(b, 0..=8 | 11..=31 | 127)) {
            return Err(PolicyFault::Character(*bad));
        }
        let items = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let items: Vec<&[u8]> = items.filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            [first, ..] => Err(PolicyFault::Keyword(shown(first))),
        }
    }

    fn log(&mut self, items: &[&[u8]]) -> Fault<()> {
        let (text, url) = match items {
            [key] => (key_text(key)?, None),
            [key, url] => (key_text(key)?, Some(shown(url))),
            _ => return Err(PolicyFault::Form("log <vkey> [<url>]")),
        };
        let key = VerifierKey::parse(text).map_err(|error| bad_key(text, &error))?;
        self.new_key(key.public())?;
        self.logs.push(PolicyLog { key, url });
        limit(self.logs.len())
    }

    fn witness(&mut self, items: &[&[u8]]) -> Fault<()> {
        let (name, text, url) = match items {
            [name, key] => (*name, key_text(key)?, None),
            [name, key, url] => (*name, key_text(key)?, Some(shown(url))),
            _ => return Err(PolicyFault::Form("witness <name> <vkey> [<url>]")),
        };
        let parts = KeyText::parse(text).map_err(|error| bad_key(text, &error))?;
        let key = if (parts.kind, parts.material.len()) == ML_DSA_44 && parts.id_fits() {
            None
        } else {
            Some(CosignerKey::parse(text).map_err(|error| bad_key(text, &error))?)
        };
        self.new_key(&parts.material)?;
        let witness = PolicyWitness { name: shown(name), key, key_text: text.to_owned(), url };
        self.define(name, Rule::Witness(Box::new(witness)))?;
        limit(self.rules.len() - self.groups)
    }

    fn group(&mut self, items: &[&[u8]]) -> Fault<()> {
        let [name, threshold, names @ ..] = items else {
            return Err(PolicyFault::Form("group <name> all|any|<k> <name>..."));
        };
        if names.is_empty() {
            return Err(PolicyFault::Form("group <name> all|any|<k> <name>..."));
        }
        let need = match *threshold {
            b"all" => Some(names.len()),
            b"any" => Some(1),
            digits => number(digits).filter(|need| (1..=names.len()).contains(need)),
        };
        let of = names.len();
        let need = need.ok_or_else(|| PolicyFault::Threshold { text: shown(threshold), of })?;
        let mut of = Vec::with_capacity(names.len());
        for name in names {
            let member = self.known(name)?;
            if let Some(line) = self.members.insert(member, self.line) {
                return Err(PolicyFault::Member { name: shown(name), line });
            }
            of.push(member);
        }
        self.define(name, Rule::Group { need, of })?;
        self.groups += 1;
        limit(self.groups)
    }

    fn quorum(&mut self, items: &[&[u8]]) -> Fault<()> {
        let [name] = items else { return Err(PolicyFault::Form("quorum <name>|none")) };
        if let Some((line, _)) = self.quorum {
            return Err(PolicyFault::SecondQuorum(line));
        }
        let rule = if *name == b"none" { None } else { Some(self.known(name)?) };
        self.quorum = Some((self.line, rule));
        Ok(())
    }

    fn known(&self, name: &[u8]) -> Fault<usize> {
        self.names.get(name).map(|(rule, _)| *rule).ok_or_else(|| PolicyFault::Unknown(shown(name)))
    }

    fn define(&mut self, name: &[u8], rule: Rule) -> Fault<()> {
        if name == b"none" {
            return Err(PolicyFault::Reserved);
        }
        if let Some((_, line)) = self.names.get(name) {
            return Err(PolicyFault::SameName { name: shown(name), line: *line });
        }
        self.names.insert(name.to_vec(), (self.rules.len(), self.line));
        self.rules.push(rule);
        Ok(())
    }

    /// A key under two names would count twice, and a log that is its own witness proves nothing.
    fn new_key(&mut self, public: &[u8]) -> Fault<()> {
        match self.keys.insert(public.to_vec(), self.line) {
            Some(line) => Err(PolicyFault::SameKey(line)),
            None => Ok(()),
        }
    }
}

fn limit(count: usize) -> Fault<()> {
    if count > MAX_EACH { Err(PolicyFault::TooLarge(MAX_EACH)) } else { Ok(()) }
}

fn bad_key(text: &str, error: &crate::error::Error) -> PolicyFault {
    PolicyFault::Key { text: shown(text.as_bytes()), what: error.to_string() }
}

fn key_text<'a>(item: &&'a [u8]) -> Fault<&'a str> {
    let what = || PolicyFault::Key { text: shown(item), what: "it is no UTF-8".to_owned() };
    std::str::from_utf8(item).map_err(|_| what())
}

/// A decimal number without sign and leading zeros.
fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
