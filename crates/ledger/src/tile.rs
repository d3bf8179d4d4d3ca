//! Tiles: the static files under which a log is read, `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::hash::{HASH_LEN, Hash, node_hash};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Tree levels that one tile level spans.
pub const TILE_HEIGHT: u32 = 8;
/// The longest entry that a bundle can hold, in bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;
/// The highest tile level a log of 64-bit sizes can have.
const MAX_LEVEL: u8 = 63 / TILE_HEIGHT as u8;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of the tree level `8 * level`.
    Hashes {
        /// The tile level.
        level: u8,
    },
    /// The entries themselves.
    Entries,
}

/// The place of one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TilePath {
    /// Hashes or entries.
    pub kind: TileKind,
    /// Index of the tile in its level.
    pub index: u64,
    /// Number of hashes or entries, 1 to 256; below 256 the tile is partial.
    pub width: u16,
}

impl TilePath {
    /// The tile at `index` as it is in a log of `size` entries. `None` when it would be empty.
    pub fn at(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let level = match kind {
            TileKind::Hashes { level } => level,
            TileKind::Entries => 0,
        };
        let items = size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0);
        let width = items.saturating_sub(index.checked_mul(TILE_WIDTH)?).min(TILE_WIDTH);
        (width > 0).then_some(Self { kind, index, width: width as u16 })
    }

    /// Whether the tile has all its 256 places filled.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// The same tile once it is full: what a log may offer instead of an outdated partial tile.
    pub fn full(&self) -> Self {
        Self { width: TILE_WIDTH as u16, ..*self }
    }

    /// All tiles of a log of `size` entries: entry bundles first, then hashes level by level.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let kinds =
            std::iter::once(TileKind::Entries).chain((0..=MAX_LEVEL).map(|level| TileKind::Hashes { level }));
        kinds.flat_map(move |kind| (0..).map_while(move |index| Self::at(kind, index, size)))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            if place > 0 {
                write!(f, "x{group:03}/")?;
            } else {
                write!(f, "{group:03}")?;
            }
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TilePath {
    type Err = Error;

    fn from_str(path: &str) -> Result<Self> {
        let bad = Error::Tile("not the path of a tile");
        let rest = path.strip_prefix("tile/").ok_or_else(|| bad.clone())?;
        let (kind, rest) = rest.split_once('/').ok_or_else(|| bad.clone())?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes { level: level.parse().map_err(|_| bad.clone())? },
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().map_err(|_| bad.clone())?),
            None => (rest, TILE_WIDTH as u16),
        };
        let mut index: u64 = 0;
        for group in number.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let group: u64 = digits.parse().map_err(|_| bad.clone())?;
            index = index.checked_mul(1000).and_then(|i| i.checked_add(group)).ok_or_else(|| bad.clone())?;
        }
        let tile = Self { kind, index, width };
        // Each tile has one spelling only; whatever else was accepted above falls out here.
        let valid = width >= 1
            && u64::from(width) <= TILE_WIDTH
            && !matches!(kind, TileKind::Hashes { level } if level > MAX_LEVEL)
            && tile.to_string() == path;
        if valid { Ok(tile) } else { Err(bad) }
    }
}

/// Takes a hash tile apart.
pub fn decode_hashes(bytes: &[u8]) -> Result<Vec<Hash>> {
    if !bytes.len().is_multiple_of(HASH_LEN) {
        return Err(Error::Tile("its length is not a multiple of 32"));
    }
    Ok(bytes.chunks_exact(HASH_LEN).filter_map(Hash::from_slice).collect())
}

/// Puts a hash tile together.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Adds one entry to a bundle: two bytes of length, big endian, and the entry.
pub fn encode_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<()> {
    let len = u16::try_from(leaf.len()).map_err(|_| Error::TooLarge {
        part: "leaf",
        len: leaf.len(),
        max: MAX_ENTRY,
    })?;
    bundle.extend_from_slice(&len.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// Takes an entry bundle apart.
pub fn decode_entries(mut bytes: &[u8]) -> Result<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((len, rest)) = bytes.split_first_chunk::<2>() {
        let len = usize::from(u16::from_be_bytes(*len));
        let (entry, rest) = rest.split_at_checked(len).ok_or(Error::Tile("an entry is cut off"))?;
        entries.push(entry);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(entries) } else { Err(Error::Tile("an entry is cut off")) }
}

/// The root of a full subtree over a power-of-two number of hashes; `None` for any other number.
pub fn fold(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths are spelled like in the specification and read back; other spellings are refused.
    #[test]
    fn paths() {
        let tile = TilePath { kind: TileKind::Hashes { level: 0 }, index: 1_234_067, width: 256 };
        assert_eq!(tile.to_string(), "tile/0/x001/x234/067");
        let part = TilePath { kind: TileKind::Entries, index: 5, width: 70 };
        assert_eq!(part.to_string(), "tile/entries/005.p/70");
        for tile in [tile, part] {
            assert_eq!(tile.to_string().parse::<TilePath>().unwrap(), tile);
        }
        for bad in [
            "tile/0/5",
            "tile/0/x001/x234/67",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/257",
            "tile/8/000",
            "tile/0/000/001",
            "tile/00/001",
            "tile/+1/001",
            "tile/0/x001",
            "tile/0/../001",
            "checkpoint",
            "tile/0/",
        ] {
            assert!(bad.parse::<TilePath>().is_err(), "{bad}");
        }
    }

    /// A log has exactly the tiles its size calls for, and never an empty one.
    #[test]
    fn tiles_of_a_size() {
        let names = |size| TilePath::all(size).map(|t| t.to_string()).collect::<Vec<_>>();
        assert!(names(0).is_empty());
        assert_eq!(names(1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
        assert_eq!(names(256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        let many = names(256 * 256 + 1);
        assert!(many.contains(&"tile/0/256.p/1".to_owned()));
        assert!(many.contains(&"tile/1/000".to_owned()) && many.contains(&"tile/2/000.p/1".to_owned()));
    }

    /// A bundle reads back what was put in, the longest entry included; a cut bundle is refused.
    #[test]
    fn bundles() {
        let long = vec![9u8; MAX_ENTRY];
        let mut bundle = Vec::new();
        for entry in [&b"a"[..], b"", &long] {
            encode_entry(&mut bundle, entry).unwrap();
        }
        assert_eq!(decode_entries(&bundle).unwrap(), [&b"a"[..], b"", &long]);
        assert!(decode_entries(&bundle[..bundle.len() - 1]).is_err());
        assert!(decode_entries(&[0]).is_err());
        assert!(encode_entry(&mut bundle, &vec![0; MAX_ENTRY + 1]).is_err());
    }
}
