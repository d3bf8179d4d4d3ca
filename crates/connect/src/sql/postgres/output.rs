//! The messages of PostgreSQL's own logical decoding plugin (`pgoutput`, protocol version 1), values as text.

/// The message is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of the change log does not have the documented form")]
pub(super) struct Malformed;

/// One message.
#[derive(Debug, PartialEq)]
pub(super) enum Message<'m> {
    /// A transaction begins that was committed by the record at this place.
    Begin { commit: u64 },
    /// It ends.
    Commit {
        /// First place after its commit.
        end: u64,
        /// When it was committed, microseconds since 2000-01-01.
        micros: i64,
    },
    /// What the rows of a table that follow look like.
    Relation(Relation),
    /// A new row.
    Insert { relation: u32, new: Tuple<'m> },
    /// A changed row, with its old image or old key when the server tells.
    Update { relation: u32, old: Option<Old<'m>>, new: Tuple<'m> },
    /// A row that is gone.
    Delete { relation: u32, old: Old<'m> },
    /// Tables that were emptied.
    Truncate { relations: Vec<u32> },
    /// What does not concern us.
    Other,
}

/// A table as rows are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    /// Its number.
    pub(super) id: u32,
    /// Its columns in the order of their values.
    pub(super) columns: Vec<RelationColumn>,
}

/// A column of a [`Relation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RelationColumn {
    /// Part of what identifies a row.
    pub(super) key: bool,
    /// Its name.
    pub(super) name: String,
    /// The number of its type.
    pub(super) ty: u32,
}

/// The old image of a row.
#[derive(Debug, PartialEq)]
pub(super) struct Old<'m> {
    /// All columns are told, not only those that identify the row.
    pub(super) whole: bool,
    /// The values.
    pub(super) values: Tuple<'m>,
}

/// The values of a row.
pub(super) type Tuple<'m> = Vec<Value<'m>>;

/// A value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'m> {
    /// Null, or not told.
    Null,
    /// A long value that did not change and is not told.
    Unchanged,
    /// As the server writes it.
    Text(&'m str),
}

impl<'m> Message<'m> {
    /// Reads a message.
    pub(super) fn read(bytes: &'m [u8]) -> Result<Self, Malformed> {
        let mut reader = Bytes(bytes);
        Ok(match reader.byte()? {
            b'B' => Self::Begin { commit: reader.long()? },
            b'C' => {
                reader.take(1 + 8)?;
                Self::Commit { end: reader.long()?, micros: reader.long()? as i64 }
            }
            b'R' => Self::Relation(reader.relation()?),
            b'I' => {
                let relation = reader.int()?;
                reader.expect(b'N')?;
                Self::Insert { relation, new: reader.tuple()? }
            }
            b'U' => {
                let relation = reader.int()?;
                let mut kind = reader.byte()?;
                let mut old = None;
                if kind != b'N' {
                    old = Some(reader.old(kind)?);
                    kind = reader.byte()?;
                }
                if kind != b'N' {
                    return Err(Malformed);
                }
                Self::Update { relation, old, new: reader.tuple()? }
            }
            b'D' => {
                let relation = reader.int()?;
                let kind = reader.byte()?;
                Self::Delete { relation, old: reader.old(kind)? }
            }
            b'T' => {
                let count = reader.int()?;
                reader.byte()?;
                // Read one by one, so that a count that is a lie reserves nothing.
                let mut relations = Vec::new();
                for _ in 0..count {
                    relations.push(reader.int()?);
                }
                Self::Truncate { relations }
            }
            b'O' | b'Y' | b'M' => Self::Other,
            _ => return Err(Malformed),
        })
    }
}

struct Bytes<'m>(&'m [u8]);

impl<'m> Bytes<'m> {
    fn take(&mut self, count: usize) -> Result<&'m [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Malformed> {
        if self.byte()? == wanted { Ok(()) } else { Err(Malformed) }
    }

    fn short(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    fn int(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    fn long(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    fn word(&mut self) -> Result<&'m str, Malformed> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(Malformed)?;
        let word = self.take(end)?;
        self.byte()?;
        std::str::from_utf8(word).map_err(|_| Malformed)
    }

    fn relation(&mut self) -> Result<Relation, Malformed> {
        let id = self.int()?;
        self.word()?;
        self.word()?;
        self.byte()?;
        let count = self.short()?;
        let mut columns = Vec::new();
        for _ in 0..count {
            let key = self.byte()? & 1 == 1;
            let name = self.word()?.to_owned();
            let ty = self.int()?;
            self.int()?;
            columns.push(RelationColumn { key, name, ty });
        }
        Ok(Relation { id, columns })
    }

    fn old(&mut self, kind: u8) -> Result<Old<'m>, Malformed> {
        let whole = match kind {
            b'O' => true,
            b'K' => false,
            _ => return Err(Malformed),
        };
        Ok(Old { whole, values: self.tuple()? })
    }

    fn tuple(&mut self) -> Result<Tuple<'m>, Malformed> {
        let count = self.short()?;
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(match self.byte()? {
                b'n' => Value::Null,
                b'u' => Value::Unchanged,
                b't' => {
                    let length = self.int()? as usize;
                    Value::Text(std::str::from_utf8(self.take(length)?).map_err(|_| Malformed)?)
                }
                _ => return Err(Malformed),
            });
        }
        Ok(values)
    }
}

/// A place in the log as PostgreSQL writes it, for example `0/16B3748`.
pub(super) fn place(lsn: u64) -> String {
    format!("{:X}/{:X}", lsn >> 32, lsn & 0xffff_ffff)
}

/// Reads what [`place`] writes.
pub(super) fn read_place(text: &str) -> Option<u64> {
    let (high, low) = text.split_once('/')?;
    let part = |part: &str| {
        let plain = (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u64::from_str_radix(part, 16).ok()).flatten()
    };
    Some(part(high)? << 32 | part(low)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(tuple: &[Option<String>]) -> Vec<u8> {
        let mut bytes = (tuple.len() as u16).to_be_bytes().to_vec();
        for value in tuple {
            match value {
                None => bytes.push(b'n'),
                Some(text) => {
                    bytes.push(b't');
                    bytes.extend((text.len() as u32).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes
    }

    /// Messages as the documentation describes them are read, with old images, keys and what is not told.
    #[test]
    fn reads_messages() {
        let one = written(&[Some("a".to_owned()), None]);
        let mut update = [&b"U\0\0\0\x07K"[..], &one].concat();
        update.extend(*b"N\0\x02ut\0\0\0\x01b");
        let read = Message::read(&update).unwrap();
        let old = Old { whole: false, values: vec![Value::Text("a"), Value::Null] };
        let new = vec![Value::Unchanged, Value::Text("b")];
        assert_eq!(read, Message::Update { relation: 7, old: Some(old), new });
        let relation = b"R\0\0\0\x09public\0t\0d\0\x01\x01id\0\0\0\0\x17\xff\xff\xff\xff";
        let column = RelationColumn { key: true, name: "id".to_owned(), ty: 23 };
        assert_eq!(
            Message::read(relation).unwrap(),
            Message::Relation(Relation { id: 9, columns: vec![column] })
        );
        let commit = [&b"C\0"[..], &1_u64.to_be_bytes(), &9_u64.to_be_bytes(), &5_i64.to_be_bytes()].concat();
        assert_eq!(Message::read(&commit).unwrap(), Message::Commit { end: 9, micros: 5 });
        let truncate = b"T\0\0\0\x01\0\0\0\0\x09";
        assert_eq!(Message::read(truncate).unwrap(), Message::Truncate { relations: vec![9] });
        assert_eq!(Message::read(b"Ox").unwrap(), Message::Other);
        assert!(
            Message::read(b"").is_err()
                && Message::read(b"Z").is_err()
                && Message::read(b"I\0\0\0\x01O").is_err()
        );
    }

    proptest! {
        /// No bytes make the reader panic, whatever they claim to be.
        #[test]
        fn nothing_panics(kind in proptest::sample::select(b"BCRIUDTOYMx".to_vec()),
                          rest in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut bytes = vec![kind];
            bytes.extend(rest);
            let _ = Message::read(&bytes);
        }

        /// A row is read as it was written, and no beginning of it passes for a whole one.
        #[test]
        fn rows_come_back(tuple in proptest::collection::vec(proptest::option::of(".{0,6}"), 1..6)) {
            let bytes = [&b"I\0\0\0\x01N"[..], &written(&tuple)].concat();
            let expected: Vec<Value<'_>> =
                tuple.iter().map(|value| value.as_deref().map_or(Value::Null, Value::Text)).collect();
            prop_assert_eq!(Message::read(&bytes), Ok(Message::Insert { relation: 1, new: expected }));
            for end in 0..bytes.len() {
                prop_assert_eq!(Message::read(&bytes[..end]), Err(Malformed));
            }
        }

        /// A place is read as it was written; other texts are refused.
        #[test]
        fn places_come_back(lsn in any::<u64>(), other in ".{0,12}") {
            prop_assert_eq!(read_place(&place(lsn)), Some(lsn));
            let _ = read_place(&other);
        }
    }
}
