//! A folder of text files and spreadsheets as a source.
//!
//! Every table is read as bytes of a text file: spreadsheets and UTF-16 files are first copied as UTF-8
//! text into the index folder, so that there is one way to index, look up, profile and stream.

mod bytes;
mod copies;
mod encoding;
mod folder;
mod index;
mod layout;
mod opened;
mod reading;
mod sheet;
mod sniff;
mod tag;

pub(crate) use folder::FilesSource;
