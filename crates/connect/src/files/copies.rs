//! Text copies of what is not text: sheets, and files in UTF-16.
//!
//! A copy lies in the index folder under a name made of the table and of the tag of its file, so that a
//! changed file gets a new copy and a restart finds the old one.

use std::{
    fs::File,
    io::{BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::{
    bytes::At,
    encoding::Encoding,
    layout::{Layout, unreadable},
    opened::{Opened, read_small},
    sheet,
    tag::Tag,
};
use crate::{
    error::{SourceCode, SourceError},
    hash::hash64,
    source::Note,
};

/// Opens the text copy of a sheet, making it if there is none for the file as it is now.
pub(super) fn of_sheet(
    table: &str,
    path: &Path,
    sheet: &str,
    index_dir: &Path,
    tag: Tag,
) -> Result<Opened, SourceError> {
    let copy = place(index_dir, table, tag);
    let notes_file = copy.with_extension("notes");
    if !copy.exists() {
        write_new(index_dir, &copy, |out| {
            let found = sheet::write_csv(table, path, sheet, out)?;
            std::fs::write(&notes_file, found.as_text()).map_err(|error| index_error(index_dir, error))
        })?;
    }
    let found = sheet::Found::from_text(&read_small(&notes_file).unwrap_or_default());
    open_copy(table, &copy, tag, Some(b','), found.notes(table))
}

/// Opens the UTF-8 copy of a file in UTF-16.
pub(super) fn of_utf16(
    table: &str,
    file: &File,
    layout: &Layout,
    index_dir: &Path,
    tag: Tag,
) -> Result<Opened, SourceError> {
    let copy = place(index_dir, table, tag);
    if !copy.exists() {
        write_new(index_dir, &copy, |out| transcode(table, file, layout, index_dir, out))?;
    }
    open_copy(table, &copy, tag, None, Vec::new())
}

fn transcode(
    table: &str,
    file: &File,
    layout: &Layout,
    index_dir: &Path,
    out: &mut BufWriter<File>,
) -> Result<(), SourceError> {
    let mut decoder = layout.encoding.table().new_decoder_without_bom_handling();
    let mut reader = At { file, offset: layout.start };
    let mut block = vec![0_u8; 1 << 16];
    loop {
        let length = reader.read(&mut block).map_err(|error| unreadable(table, error))?;
        let bytes = block.get(..length).unwrap_or_default();
        let room = decoder.max_utf8_buffer_length(length).unwrap_or(4 * length + 16);
        let mut text = String::with_capacity(room);
        let _ = decoder.decode_to_string(bytes, &mut text, length == 0);
        out.write_all(text.as_bytes()).map_err(|error| index_error(index_dir, error))?;
        if length == 0 {
            return Ok(());
        }
    }
}

fn place(index_dir: &Path, table: &str, tag: Tag) -> PathBuf {
    index_dir.join(format!("{:016x}-{:016x}.csv", hash64(table.as_bytes()), tag.number()))
}

fn open_copy(
    table: &str,
    copy: &Path,
    tag: Tag,
    delimiter: Option<u8>,
    notes: Vec<Note>,
) -> Result<Opened, SourceError> {
    let io = |error| unreadable(table, error);
    let file = File::open(copy).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let mut layout = Layout::read(table, &file, size, Some(Encoding::Utf8), delimiter)?;
    layout.notes.extend(notes);
    Ok(Opened::new(table, file, tag, size, layout))
}

/// Writes a file of the index folder under another name and renames it when it is whole; then removes what
/// it replaces: files of the same table and another tag.
pub(super) fn write_new(
    index_dir: &Path,
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let failed = |error| index_error(index_dir, error);
    std::fs::create_dir_all(index_dir).map_err(failed)?;
    let draft = path.with_extension("draft");
    let mut out = BufWriter::with_capacity(1 << 18, private(&draft).map_err(failed)?);
    let written = write(&mut out).and_then(|()| out.flush().map_err(failed));
    drop(out);
    if let Err(error) = written {
        let _ = std::fs::remove_file(&draft);
        return Err(error);
    }
    std::fs::rename(&draft, path).map_err(failed)?;
    remove_older(index_dir, path);
    Ok(())
}

fn remove_older(index_dir: &Path, path: &Path) {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let Some((table, _)) = stem.split_once('-') else { return };
    for entry in std::fs::read_dir(index_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let copied = name.ends_with(".csv") || name.ends_with(".notes");
        if copied && name.starts_with(&format!("{table}-")) && !name.starts_with(stem) {
            // A copy that is still being read goes when its last reader is done.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A new file that only the agent's own account may read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The index folder cannot be written.
pub(super) fn index_error(index_dir: &Path, error: std::io::Error) -> SourceError {
    let dir = index_dir.display();
    SourceError::new(
        SourceCode::Index,
        format!("前置机无法写入索引目录“{dir}”；请检查目录权限和磁盘空间。"),
        format!("the agent cannot write its index folder \"{dir}\"; check its rights and the free space of the disk"),
    )
    .because(error)
}
