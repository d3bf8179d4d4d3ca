//! Taking rows out of a JSON answer without changing a digit of its numbers.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::text::{Cell, write_float};

/// An object with its properties in their order and their values as written.
#[derive(Debug)]
pub(super) struct Row<'b>(Vec<(String, &'b RawValue)>);

impl<'b> Row<'b> {
    pub(super) fn get(&self, name: &str) -> Option<&'b RawValue> {
        self.0.iter().find(|(property, _)| property == name).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Properties;
        impl<'de> Visitor<'de> for Properties {
            type Value = Row<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row, which is a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
                let mut properties = Vec::new();
                while let Some(property) = map.next_entry()? {
                    properties.push(property);
                }
                Ok(Row(properties))
            }
        }
        deserializer.deserialize_map(Properties)
    }
}

/// The answer does not have the agreed form.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the answer is not JSON, or its rows are not objects")]
    Json(#[source] serde_json::Error),
    #[error("there is nothing at step {0:?} of the pointer")]
    Nothing(String),
}

/// The rows at a JSON pointer (RFC 6901): of an array, or the one object, or none for null.
pub(super) fn rows<'b>(body: &'b str, pointer: &str) -> Result<Vec<Row<'b>>, Malformed> {
    let mut at: &RawValue = serde_json::from_str(body.trim()).map_err(Malformed::Json)?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = if at.get().starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(at.get()).map_err(Malformed::Json)?;
            step.parse::<usize>().ok().and_then(|number| items.get(number).copied())
        } else {
            serde_json::from_str::<Row<'_>>(at.get()).map_err(Malformed::Json)?.get(&step)
        };
        at = next.ok_or(Malformed::Nothing(step))?;
    }
    let text = at.get();
    let rows = match text.as_bytes().first() {
        Some(b'[') => serde_json::from_str(text),
        Some(b'n') => Ok(Vec::new()),
        _ => serde_json::from_str(text).map(|row| vec![row]),
    };
    rows.map_err(Malformed::Json)
}

/// The names of all properties of some rows, in the order they appear.
pub(super) fn columns(rows: &[Row<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.0) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// A value as canonical text; `None` for null. A nested value is its JSON.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let raw = value.get();
    match raw.as_bytes().first()? {
        b'n' => None,
        b'"' => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        b'-' | b'0'..=b'9' if raw.contains(['e', 'E']) => {
            let mut plain = String::new();
            write_float(raw.parse::<f64>().ok()?, &mut plain).ok()?;
            Some(Cow::Owned(plain))
        }
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// A value as a cell.
pub(super) trait GetCell {
    fn get_cell(&self) -> Cell<'_>;
}

impl GetCell for RawValue {
    fn get_cell(&self) -> Cell<'_> {
        match text(self) {
            None => Cell::Null,
            Some(Cow::Borrowed(text)) => Cell::Text(text),
            Some(Cow::Owned(text)) => Cell::Owned(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers keep every digit, texts are unescaped, nested values stay JSON, null is no value.
    #[test]
    fn values_are_lossless() {
        let body = r#"{"data":{"rows":[{"id":440101199001011234,"amount":12.50,"big":1e3,"name":"\u5f20\u4e09",
            "ok":true,"none":null,"tags":["a", 1]}]}}"#;
        let rows = rows(body, "/data/rows").unwrap();
        let value = |name: &str| rows[0].get(name).and_then(text).map(Cow::into_owned);
        assert_eq!(value("id").as_deref(), Some("440101199001011234"));
        assert_eq!(value("amount").as_deref(), Some("12.50"));
        assert_eq!(value("big").as_deref(), Some("1000"));
        assert_eq!(value("name").as_deref(), Some("张三"));
        assert_eq!(value("ok").as_deref(), Some("true"));
        assert_eq!(value("none"), None);
        assert_eq!(value("tags").as_deref(), Some("[\"a\", 1]"));
        assert_eq!(columns(&rows).first().map(String::as_str), Some("id"));
    }

    /// A pointer may step through objects and arrays; what is not rows is refused.
    #[test]
    fn pointers() {
        assert_eq!(rows(r#"[{"a":1},{"a":2}]"#, "").unwrap().len(), 2);
        assert_eq!(rows(r#"{"x/y":[{"r":{"a":1}}]}"#, "/x~1y/0/r").unwrap().len(), 1);
        assert_eq!(rows(r#"{"rows":null}"#, "/rows").unwrap().len(), 0);
        for (body, pointer) in [("<html>", ""), ("[1,2]", ""), (r#"{"a":1}"#, "/b"), ("", "")] {
            assert!(rows(body, pointer).is_err(), "{body}");
        }
    }
}
