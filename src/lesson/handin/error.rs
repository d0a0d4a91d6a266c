//! What is wrong with a file that was handed in.

use super::{MAX_BYTES, MAX_ENTRIES};
use crate::lab::Localized;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// Why a file is no hand-in, or not one as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandInError {
    Unreadable(Localized),
    /// A folder, a pipe or a device.
    NotFile,
    /// It is not an archive, or a damaged one.
    NotZip,
    TooLong,
    TooManyEntries,
    /// It unpacks to more than is read.
    TooLarge,
    /// A name that leads elsewhere, a link, a folder, or something encrypted.
    BadEntry(String),
    /// Two files in it have one name.
    Twice,
    /// It has no manifest.
    NotHandIn,
    /// It was written by another version of the program.
    OtherFormat(String),
    /// It is not in the manifest, or missing, or has other contents.
    Altered(String),
    /// The answers are not what they should be.
    BadAnswers,
}

impl Words for HandInError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Unreadable(reason) => t!(lang, "handin-unreadable", reason = reason.text(lang)),
            Self::NotFile => t!(lang, "handin-not-file"),
            Self::NotZip => t!(lang, "handin-not-zip"),
            Self::TooLong => t!(lang, "handin-too-long", most = MAX_BYTES >> 20),
            Self::TooManyEntries => t!(lang, "handin-many-entries", most = MAX_ENTRIES),
            Self::TooLarge => t!(lang, "handin-too-large", most = MAX_BYTES >> 20),
            Self::BadEntry(name) => t!(lang, "handin-bad-entry", name = name.as_str()),
            Self::Twice => t!(lang, "handin-twice"),
            Self::NotHandIn => t!(lang, "handin-no-manifest"),
            Self::OtherFormat(format) => t!(lang, "handin-other-format", format = format.as_str()),
            Self::Altered(name) => t!(lang, "handin-altered", name = name.as_str()),
            Self::BadAnswers => t!(lang, "handin-bad-answers"),
        }
        .into_owned()
    }
}

error_in_words!(HandInError);
