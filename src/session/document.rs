//! The document: everything of a lab that its file would hold, as a value. Undoing puts an earlier one in place.

use std::sync::Arc;

use super::{Endpoint, Program};
use crate::lab::{
    Breakpoint, EndpointId, EndpointSpec, Lab, Layout, Lesson, Link, Localized, ProgramSpec, Snippet, Step,
};

/// What equals the document before it shares its memory, so that a hundred of them cost little more than one.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    pub title: Localized,
    pub note: Localized,
    pub lesson: Option<Arc<Lesson>>,
    pub steps: Arc<Vec<Step>>,
    pub snippets: Arc<Vec<Snippet>>,
    pub breakpoints: Arc<Vec<Breakpoint>>,
    /// Ids outlive the endpoint: one that comes back gets its calls back.
    pub endpoints: Vec<(EndpointId, Arc<EndpointSpec>)>,
    pub programs: Vec<(EndpointId, Arc<ProgramSpec>)>,
    pub link: Option<Arc<Link>>,
    pub layout: Option<Layout>,
}

/// Names a content of the document: whether it is the saved one is seen by it, however one came back to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Revision(pub u64);

impl Document {
    /// Of a lab, but for its endpoints and programs, which get their ids from the session.
    pub fn of(lab: Lab) -> (Self, Vec<EndpointSpec>, Vec<ProgramSpec>) {
        let Lab { title, note, lesson, endpoints, programs, steps, snippets, breakpoints, link, layout } = lab;
        let document = Self {
            title,
            note,
            lesson,
            steps: Arc::new(steps),
            snippets: Arc::new(snippets),
            breakpoints: Arc::new(breakpoints),
            endpoints: Vec::new(),
            programs: Vec::new(),
            link: link.map(Arc::new),
            layout,
        };
        (document, endpoints, programs)
    }

    /// Takes over the specs of the endpoints as they are now.
    pub fn set_endpoints(&mut self, endpoints: &[Endpoint]) {
        let before = std::mem::take(&mut self.endpoints);
        let earlier = |at: usize, id: EndpointId| match before.get(at) {
            Some((found, spec)) if *found == id => Some(spec),
            _ => before.iter().find(|(found, _)| *found == id).map(|(_, spec)| spec),
        };
        let endpoint = |(at, endpoint): (usize, &Endpoint)| {
            let spec = match earlier(at, endpoint.id) {
                Some(spec) if **spec == endpoint.spec => Arc::clone(spec),
                _ => Arc::new(endpoint.spec.clone()),
            };
            (endpoint.id, spec)
        };
        self.endpoints = endpoints.iter().enumerate().map(endpoint).collect();
    }

    /// Takes over the specs of the programs as they are now.
    pub fn set_programs(&mut self, programs: &[Program]) {
        let before = std::mem::take(&mut self.programs);
        let program = |program: &Program| {
            let earlier = before.iter().find(|(id, spec)| *id == program.id && **spec == program.spec);
            (program.id, earlier.map_or_else(|| Arc::new(program.spec.clone()), |(_, spec)| Arc::clone(spec)))
        };
        self.programs = programs.iter().map(program).collect();
    }

    /// Whether a saved file would be the same but for how the window is arranged.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.title == other.title
            && self.note == other.note
            && self.lesson == other.lesson
            && same(&self.steps, &other.steps)
            && same(&self.snippets, &other.snippets)
            && self.link == other.link
            && self.programs == other.programs
            && same(&self.breakpoints, &other.breakpoints)
            && self.endpoints.len() == other.endpoints.len()
            && self
                .endpoints
                .iter()
                .zip(&other.endpoints)
                .all(|((id, spec), (other_id, other))| id == other_id && same(spec, other))
    }

    pub fn has(&self, id: EndpointId) -> bool {
        self.endpoints.iter().any(|(known, _)| *known == id) || self.programs.iter().any(|(known, _)| *known == id)
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.layout == other.layout && self.says_the_same(other)
    }
}

fn same<T: PartialEq>(one: &Arc<T>, other: &Arc<T>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}
