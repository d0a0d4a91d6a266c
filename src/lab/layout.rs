//! How the window's panes are arranged, in a form that a lab file can hold.

use serde::{Deserialize, Serialize};

/// A pane, or panes side by side, above each other or as tabs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    pub is: Arrangement,
    /// What a pane shows: `traffic`, `ladder`, `byte-map`, `plots`, `transfers`, or `endpoint:NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<String>,
    /// Its part of the room, beside its neighbours'.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub share: f32,
    /// The number of the tab in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Layout>,
}

/// The most panes and groups of panes in one layout.
pub const MAX_PARTS: usize = 2_000;
/// How deep groups may lie in each other.
pub const MAX_DEPTH: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrangement {
    Pane,
    Row,
    Column,
    Tabs,
}

fn one() -> f32 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_one(share: &f32) -> bool {
    (*share - 1.0).abs() < f32::EPSILON
}

impl Layout {
    /// The views of the whole lab, as a layout names them.
    pub const VIEWS: [&'static str; 6] = ["traffic", "ladder", "byte-map", "plots", "transfers", "code"];

    pub fn pane(shows: impl Into<String>) -> Self {
        Self { is: Arrangement::Pane, shows: Some(shows.into()), share: 1.0, active: None, parts: Vec::new() }
    }

    pub fn group(is: Arrangement, parts: Vec<Layout>) -> Self {
        Self { is, shows: None, share: 1.0, active: None, parts }
    }

    /// The number of panes and groups in it, itself included.
    pub fn size(&self) -> usize {
        1 + self.parts.iter().map(Self::size).sum::<usize>()
    }
}
