//! What a relay does with those who come: lets them in, late or not at all.

use std::net::IpAddr;
use std::time::Duration;

use super::active::Active;
use super::line::Trigger;
use super::spec::{Direction, FaultSpec};
use super::{Acts, Context, Dice, Happened};

impl Active {
    /// It has happened, to no bytes.
    pub fn happened(&self, now: Duration) -> Happened {
        Happened { fault: self.id, at: now, offset: 0, bytes: 0, removed: 0, added: 0, by: Duration::ZERO }
    }
}

/// What is done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Admitted,
    /// It waits in the queue of the system for so long before it is accepted.
    Late(Duration),
    /// It is reset at once.
    Refused,
}

/// Judges who comes.
#[derive(Debug)]
pub struct Gate {
    seed: u64,
    faults: Vec<(Active, Trigger)>,
}

impl Gate {
    pub fn new(seed: u64, faults: &[Active]) -> Self {
        let mut gate = Self { seed, faults: Vec::new() };
        gate.set_faults(faults);
        gate
    }

    /// Those that were there before count on.
    pub fn set_faults(&mut self, faults: &[Active]) {
        let before = std::mem::take(&mut self.faults);
        let at_gate = faults.iter().filter(|active| active.spec.on && !active.spec.kind.has_direction());
        self.faults = at_gate
            .map(|active| {
                let known = before.iter().find(|(known, _)| known == active);
                (active.clone(), known.map_or_else(|| Trigger::new(active), |(_, trigger)| trigger.clone()))
            })
            .collect();
    }

    /// Why nobody listens now, if that is so: a fault that refuses everybody closes the listening socket, so that the
    /// system itself refuses.
    pub fn closed_by(&self, now: Duration) -> Option<&Active> {
        let closes = |spec: &FaultSpec| match spec.kind.acts {
            Acts::Down => true,
            Acts::Arrival(admit) => admit(spec) == Admission::Refused && refuses_all(spec),
            Acts::Flow(_) | Acts::ByHand => false,
        };
        self.in_force(now).find(|active| closes(&active.spec))
    }

    /// Why everything that is open is torn down now, if that is so.
    pub fn down_by(&self, now: Duration) -> Option<&Active> {
        self.in_force(now).find(|active| matches!(active.spec.kind.acts, Acts::Down))
    }

    fn in_force(&self, now: Duration) -> impl Iterator<Item = &Active> {
        let in_time = move |trigger: &Trigger| trigger.has_begun(now) && !trigger.is_over(now);
        self.faults.iter().filter(move |(_, trigger)| in_time(trigger)).map(|(active, _)| active)
    }

    /// When [`Self::closed_by`] may say something else than now.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        self.faults.iter().filter_map(|(_, trigger)| trigger.next_change(now)).min()
    }

    /// Whether somebody may be left waiting now.
    pub fn may_be_late(&self, now: Duration) -> bool {
        let lets_wait = |spec: &FaultSpec| matches!(spec.kind.acts, Acts::Arrival(admit) if matches!(admit(spec), Admission::Late(_)));
        self.in_force(now).any(|active| lets_wait(&active.spec))
    }

    /// How long the next one is left waiting, before it is known who it is.
    pub fn late(&mut self, now: Duration, conn: u32) -> (Duration, Vec<Happened>) {
        let mut whole = Duration::ZERO;
        let happened = self.asked(now, conn, None, |admission| match admission {
            Admission::Late(by) => {
                whole = whole.saturating_add(by);
                Some(by)
            }
            Admission::Admitted | Admission::Refused => None,
        });
        (whole, happened)
    }

    /// Whether that one, who has come, is refused.
    pub fn refuses(&mut self, now: Duration, conn: u32, client: Option<IpAddr>) -> Vec<Happened> {
        self.asked(now, conn, client, |admission| (admission == Admission::Refused).then_some(Duration::ZERO))
    }

    fn asked(
        &mut self,
        now: Duration,
        conn: u32,
        client: Option<IpAddr>,
        mut harms: impl FnMut(Admission) -> Option<Duration>,
    ) -> Vec<Happened> {
        let mut happened = Vec::new();
        let begun = now;
        let context = Context { seed: self.seed, conn, client, way: Direction::Up, is_datagram: false, begun };
        for (active, trigger) in &mut self.faults {
            let Acts::Arrival(admit) = active.spec.kind.acts else { continue };
            let Some(by) = harms(admit(&active.spec)) else { continue };
            if !context.is_meant(active) {
                continue;
            }
            let mut dice = Dice::new(self.seed, &[u64::from(active.id), u64::from(conn)]);
            if trigger.chooses(now, 0, &mut dice) {
                happened.push(Happened { by, ..active.happened(now) });
            }
        }
        happened
    }
}

/// Nothing chooses among those who come.
fn refuses_all(spec: &FaultSpec) -> bool {
    !spec.chooses() && spec.share.is_none() && spec.client.is_none() && spec.first.is_none()
}
