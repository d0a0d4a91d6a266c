//! Which programs the user lets run: asked once for each lab file and what it runs.

use std::path::{Path, PathBuf};

use super::Program;
use crate::lab::ProgramSpec;

/// The most answers that are remembered; the oldest is asked for again.
const MAX: usize = 200;

#[derive(Debug, Default)]
pub(in crate::session) struct Allowed(Vec<(Option<PathBuf>, Vec<ProgramSpec>)>);

impl Allowed {
    pub fn has(&self, path: Option<&Path>, programs: &[Program]) -> bool {
        let is_it = |(known, specs): &(Option<PathBuf>, Vec<ProgramSpec>)| {
            known.as_deref() == path && specs.iter().eq(programs.iter().map(|program| &program.spec))
        };
        self.0.iter().any(is_it)
    }

    pub fn add(&mut self, path: Option<&Path>, programs: &[Program]) {
        if self.0.len() >= MAX {
            self.0.remove(0);
        }
        self.0.push((path.map(Path::to_owned), programs.iter().map(|program| program.spec.clone()).collect()));
    }
}
