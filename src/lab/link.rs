//! The lossy link on which a lab runs: its clients are at one end, its servers at the other.

use crate::kinds::fault;
use crate::kinds::fault::{FaultKind, FaultSpec, Options};
use crate::values::Portion;
use crate::values::toml_text::{inline, line};
use crate::values::tree::{Field, Read};

/// What happens to the frames on their way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// All randomness follows from it.
    pub seed: u64,
    /// Of frames: the faults of datagrams.
    pub faults: Vec<FaultSpec>,
}

impl Link {
    /// One frame in twenty is lost, and each takes a while.
    pub fn usual() -> Self {
        let named = |name: &str| FaultKind::named(name).map(FaultSpec::new);
        let lost = named("drop").map(|drop| FaultSpec { probability: Some(Portion::of(0.05)), ..drop });
        let late = named("latency").map(|late| {
            let given = Options { delay: Some(std::time::Duration::from_millis(20)), ..Options::NONE };
            FaultSpec { given, ..late }
        });
        Self { seed: 1, faults: lost.into_iter().chain(late).collect() }
    }

    pub(crate) fn read(field: &Field<'_>) -> Read<Self> {
        let table = field.table(&["seed", "faults"])?;
        let seed = table.get("seed").map(|field| field.integer(0..=u64::MAX)).transpose()?.unwrap_or_default();
        let faults = table.get("faults").map(|field| fault::toml::read(&field, true)).transpose()?.unwrap_or_default();
        Ok(Self { seed, faults })
    }

    pub(crate) fn write(&self, text: &mut String) {
        if self.seed != 0 {
            line(text, "seed", &self.seed.to_string());
        }
        if !self.faults.is_empty() {
            let lines: Vec<String> =
                self.faults.iter().map(|fault| format!("    {},", inline(&fault::toml::write(fault)))).collect();
            line(text, "faults", &format!("[\n{}\n]", lines.join("\n")));
        }
    }
}
