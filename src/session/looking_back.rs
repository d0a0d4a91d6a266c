//! Looking back: the lab is shown as it was after a call, while recording goes on.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::past::Past;
use super::{Endpoint, EndpointStatus, Program, Session, framings_of};
use crate::lab::EndpointId;
use crate::trace::kernel::KernelSample;
use crate::trace::projection::AsOf;
use crate::trace::store::Totals;
use crate::trace::transfer::Transfers;
use crate::trace::{Call, Ends, Nanos, Op, SocketId, Trace, WaitToken, WaitingCall};

/// Of each endpoint, how many of the calls that returned later are examined for those that had begun.
const LATER_CALLS: usize = 64;

/// What is shown while the user looks back.
#[derive(Debug)]
pub(super) struct LookingBack {
    /// The number after the last call that is shown.
    end: u64,
    /// When that call had returned.
    at: Nanos,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) programs: Vec<Program>,
    totals: FxHashMap<EndpointId, Totals>,
    /// The calls that had begun by then and returned later, or still wait.
    waiting: Vec<WaitingCall>,
    pub(super) transfers: Transfers,
    trace: u64,
    generation: u64,
}

impl Session {
    /// Takes in what a look back needs to know, a part with each frame, while `goes_on` says so. True where all is taken in.
    pub fn follow_past(&mut self, mut goes_on: impl FnMut() -> bool) -> bool {
        let is_done = self.past.follow(&self.lab.trace, &mut goes_on) && self.follow_stops(goes_on);
        let trace = &self.lab.trace;
        if let Some(looking) = &self.looking_back {
            if looking.trace != trace.id() || looking.generation != trace.generation() {
                self.looking_back = None;
            } else if looking.end < *self.past.range(trace).start() {
                // The oldest calls have left.
                self.look_back(looking.end);
            }
        }
        is_done
    }

    fn follow_stops(&mut self, goes_on: impl FnMut() -> bool) -> bool {
        let breakpoints = &self.lab.document.breakpoints;
        let encoding = |endpoint: &Endpoint| (endpoint.id, endpoint.spec.encoding);
        let encodings = match breakpoints.is_empty() {
            true => HashMap::new(),
            false => self.endpoints.iter().map(encoding).collect(),
        };
        let endpoints = &self.endpoints;
        self.stop_marks.follow(&self.lab.trace, breakpoints, &encodings, || framings_of(endpoints), goes_on)
    }

    /// The calls that meet a breakpoint's condition, as far as marks can be told apart.
    pub fn stops(&self) -> impl Iterator<Item = u64> {
        self.stop_marks.seqs()
    }

    /// Shows the lab as it was before the call of that number, as far back as that is known.
    pub fn look_back(&mut self, end: u64) {
        let trace = &self.lab.trace;
        let range = self.past.range(trace);
        let end = end.clamp(*range.start(), *range.end());
        let last = end.checked_sub(1).and_then(|seq| trace.get(seq)).or_else(|| trace.get(end));
        let at = last.map_or(Nanos(0), Call::end);
        let state = self.past.before(trace, end);
        let endpoints: Vec<Endpoint> = self
            .endpoints
            .iter()
            .map(|now| {
                let mut live = state.endpoint(now.id).map(EndpointStatus::of_past).unwrap_or_default();
                let sockets = trace.sockets_of((now.id, None));
                let known =
                    sockets.filter_map(|socket| self.lab.kernel.before(socket, at)).max_by_key(|sample| sample.at);
                live.accept_queue = known.and_then(|sample| sample.accept_queue);
                Endpoint { id: now.id, spec: now.spec.clone(), live }
            })
            .collect();
        let seen = |id| state.endpoint(id).map(|state| (&state.observed, &state.sockets));
        let programs: Vec<Program> = self.programs.iter().map(|now| now.before(end, seen(now.id))).collect();
        let ids = || endpoints.iter().map(|it| it.id).chain(programs.iter().map(|it| it.id));
        let totals = ids().filter_map(|id| Some((id, state.endpoint(id)?.totals))).collect();
        let waiting = ids().flat_map(|id| waiting_then(trace, id, end, at)).collect();
        let transfers = self.lab.transfers.as_of(at);
        let (id, generation) = (trace.id(), trace.generation());
        self.looking_back =
            Some(LookingBack { end, at, endpoints, programs, totals, waiting, transfers, trace: id, generation });
        self.close_predictions();
    }

    /// Shows the lab as it is now.
    pub fn back_to_now(&mut self) {
        self.looking_back = None;
        self.close_predictions();
    }

    /// The number after the last call that is shown, while the user looks back.
    pub fn looking_back(&self) -> Option<u64> {
        self.looking_back.as_ref().map(|looking| looking.end)
    }

    /// What can be looked back at.
    pub fn past(&self) -> &Past {
        &self.past
    }

    /// The trace as it is shown.
    pub fn shown_trace(&self) -> AsOf<'_> {
        self.lab.trace.as_of(self.looking_back().unwrap_or(u64::MAX))
    }

    /// The time that is shown.
    pub fn shown_time(&self) -> Nanos {
        self.looking_back.as_ref().map_or_else(|| self.now(), |looking| looking.at)
    }

    /// The calls that wait at that time.
    pub fn waiting(&self) -> impl Iterator<Item = &WaitingCall> {
        let then = self.looking_back.as_ref().map(|looking| looking.waiting.iter());
        let now = then.is_none().then(|| self.lab.trace.waiting());
        then.into_iter().flatten().chain(now.into_iter().flatten())
    }

    /// The sums over an endpoint's calls, at that time.
    pub fn endpoint_totals(&self, endpoint: EndpointId) -> Totals {
        match &self.looking_back {
            Some(looking) => looking.totals.get(&endpoint).copied().unwrap_or_default(),
            None => self.lab.trace.endpoint_totals(endpoint),
        }
    }

    /// What the kernel said of a socket last, at that time.
    pub fn kernel_sample(&self, socket: SocketId) -> Option<&KernelSample> {
        match &self.looking_back {
            Some(looking) => self.lab.kernel.before(socket, looking.at),
            None => self.lab.kernel.latest(socket),
        }
    }
}

/// The calls of an endpoint that had begun and not returned.
fn waiting_then(trace: &Trace, endpoint: EndpointId, end: u64, at: Nanos) -> Vec<WaitingCall> {
    let later = trace.of_endpoint(endpoint).map(|seqs| {
        let first = seqs.partition_point(|seq| *seq < end);
        seqs.range(first..).take(LATER_CALLS).filter_map(|seq| trace.get(*seq))
    });
    let returned = later.into_iter().flatten().filter(|call| call.start < at && call.took > 0);
    let waits = trace.waiting().filter(|call| call.endpoint == endpoint && call.start < at).cloned();
    returned.map(|call| began(trace, call)).chain(waits).collect()
}

/// A call as it was while it waited.
fn began(trace: &Trace, call: &Call) -> WaitingCall {
    // The connection that `accept` gives was not there yet.
    let accepts = matches!(call.op, Op::Accept);
    let listener = trace.socket_of((call.endpoint, None)).filter(|_| accepts);
    let ends = match accepts {
        true => Arc::new(Ends { local: call.ends.local.clone(), peer: None }),
        false => Arc::clone(&call.ends),
    };
    WaitingCall {
        token: WaitToken(u64::MAX - call.seq),
        start: call.start,
        endpoint: call.endpoint,
        socket: listener.unwrap_or(call.socket),
        conn: call.conn.filter(|_| !accepts),
        op: call.op.clone(),
        ends,
        made_by: call.made_by.clone(),
    }
}
