//! A change of a published entry: it runs through signature and review while the published version stays in force.

use serde::Serialize;

use super::diff::EntryChange;
use super::entry::entered;
use super::flow::Flow;
use super::resource::{Resource, ResourceInput, ResourceState};

/// A change that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Its own state; never `Published`.
    pub state: ResourceState,
    /// Who did what, and what is due when.
    pub flow: Flow,
    /// The whole entry as it would be.
    pub entry: ResourceInput,
}

/// The same as people read it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RevisionView {
    /// Its own state.
    pub state: ResourceState,
    /// Who did what, and what is due when.
    pub flow: Flow,
    /// The whole entry as it would be.
    pub entry: ResourceInput,
    /// What differs from the version in force.
    pub changes: Vec<EntryChange>,
}

/// What runs through signature and review: a first entry, or the revision of a published one.
#[derive(Debug, Clone)]
pub struct Run {
    /// The entry as it stands.
    pub current: Resource,
    /// Its revision, if there is one.
    pub revision: Option<Revision>,
}

impl Run {
    /// State of what runs.
    pub fn state(&self) -> ResourceState {
        self.revision.as_ref().map_or(self.current.state, |revision| revision.state)
    }
    /// Its way so far.
    pub fn flow(&self) -> &Flow {
        self.revision.as_ref().map_or(&self.current.flow, |revision| &revision.flow)
    }
    /// The same, to be changed.
    pub fn flow_mut(&mut self) -> &mut Flow {
        match &mut self.revision {
            Some(revision) => &mut revision.flow,
            None => &mut self.current.flow,
        }
    }
    /// The entry as it would be published.
    pub fn entry(&self) -> Resource {
        match &self.revision {
            Some(revision) => entered(revision.entry.clone(), self.current.clone()),
            None => self.current.clone(),
        }
    }
    /// Takes the next step.
    pub fn step(&mut self, state: ResourceState, flow: Flow) {
        match &mut self.revision {
            Some(revision) => (revision.state, revision.flow) = (state, flow),
            None => {
                self.current.state_reason.clone_from(&flow.text);
                (self.current.state, self.current.flow) = (state, flow);
            }
        }
    }
    /// Fills in the outcomes of the two assessments, where new ones are given.
    pub fn assess(&mut self, secrecy: Option<String>, privacy: Option<String>) {
        let (own_secrecy, own_privacy) = match &mut self.revision {
            Some(Revision { entry, .. }) => (&mut entry.secrecy_assessment, &mut entry.privacy_assessment),
            None => (&mut self.current.secrecy_assessment, &mut self.current.privacy_assessment),
        };
        if secrecy.is_some() {
            *own_secrecy = secrecy;
        }
        if privacy.is_some() {
            *own_privacy = privacy;
        }
    }
}
