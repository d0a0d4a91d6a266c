//! What kinds of things are there? A service, a framing … is described in one file: its name, its options, what it does,
//! and its tests. The list in the folder's `mod.rs` has one line for each.
//!
//! The lab file is read and written, and the form is drawn, from these descriptions. What a kind does is sans-IO: bytes
//! and the time come in. No sockets, no clock, no window, and no endpoint of a lab.

/// A kind is one with its name: no list has two of one name.
macro_rules! identified_by_name {
    ($kind:ty) => {
        impl $kind {
            pub fn named(name: &str) -> Option<&'static Self> {
                Self::ALL.iter().find(|kind| kind.name == name).copied()
            }
        }

        impl PartialEq for $kind {
            fn eq(&self, other: &Self) -> bool {
                self.name == other.name
            }
        }

        impl Eq for $kind {}

        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name)
            }
        }
    };
}

/// The texts of a kind with options have their keys by convention, see [`field`].
macro_rules! with_texts {
    ($kind:ty, $prefix:literal) => {
        impl $kind {
            /// The beginning of the keys of its texts.
            pub fn texts(&self) -> String {
                format!(concat!($prefix, "-{}"), self.name)
            }

            /// The keys of its texts and of those of its options.
            pub fn text_keys(&self) -> Vec<String> {
                let texts = self.texts();
                let options = self.fields.iter().flat_map(|field| field.text_keys(&texts));
                [texts.clone(), format!("{texts}-tip")].into_iter().chain(options).collect()
            }

            /// What the window calls it.
            pub fn label(&self, lang: crate::lang::Lang) -> String {
                lang.text(&self.texts(), None).into_owned()
            }

            pub fn tip(&self, lang: crate::lang::Lang) -> String {
                lang.text(&format!("{}-tip", self.texts()), None).into_owned()
            }
        }
    };
}

pub mod fault;
pub mod field;
pub mod framing;
pub mod rule;
pub mod service;

pub use field::{Field, Shape, Value, Values};

/// The keys of all texts whose names are made by convention, see [`field`].
#[cfg(test)]
pub(crate) fn text_keys() -> std::collections::BTreeSet<String> {
    let services = service::ServiceKind::ALL.iter().flat_map(|kind| kind.text_keys());
    let framings = framing::FramingKind::ALL.iter().flat_map(|kind| kind.text_keys());
    let patterns = rule::WhenKind::ALL.into_iter().map(|kind| kind.text_key());
    let faults = fault::FaultKind::ALL.iter().copied().chain(fault::OF_LEDGER).flat_map(|kind| kind.text_keys());
    let presets = fault::preset::Preset::ALL.iter().flat_map(|preset| preset.text_keys());
    let faults = faults.chain(presets);
    let endpoints = crate::values::endpoint_kind::text_keys();
    services.chain(framings).chain(patterns).chain(faults).chain(endpoints).collect()
}
