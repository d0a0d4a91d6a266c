//! What can be said of when and for whom a fault acts, and where that says anything: the window offers only this.

use super::spec::{MAX_NTH, Mark};
use super::{Acts, Admission, FaultKind, FaultSpec};

/// Where faults are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A relay of streams.
    Streams,
    /// A relay of datagrams.
    Datagrams,
    /// The lossy link: what goes over it are frames, and whose they are is not asked.
    Link,
}

/// One thing that can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `from` and `until` as a time.
    Time,
    /// The same as a number of bytes.
    Bytes,
    /// The same as a number of calls.
    Calls,
    Probability,
    Nth,
    Share,
    First,
    Client,
}

impl Place {
    pub fn has_datagrams(self) -> bool {
        self != Self::Streams
    }
}

impl Mark {
    pub fn condition(self) -> Condition {
        match self {
            Self::Time(_) => Condition::Time,
            Self::Bytes(_) => Condition::Bytes,
            Self::Calls(_) => Condition::Calls,
        }
    }
}

impl FaultKind {
    /// Whether the condition says anything of such a fault there.
    pub fn knows(&'static self, condition: Condition, place: Place) -> bool {
        let is_of_connections = matches!(condition, Condition::Share | Condition::First | Condition::Client);
        match self.acts {
            // Nobody is chosen, nothing is counted.
            Acts::Down => condition == Condition::Time,
            Acts::Arrival(admit) => match condition {
                Condition::Bytes => false,
                // Who waits in the queue of the system is not known yet.
                Condition::Client => !matches!(admit(&FaultSpec::new(self)), Admission::Late(_)),
                _ => true,
            },
            Acts::Flow(_) | Acts::ByHand => place != Place::Link || !is_of_connections,
        }
    }
}

/// `3, 5` as people write it; nothing is no choice.
pub fn parse_ordinals(text: &str) -> Option<Vec<u64>> {
    let parts = text.split([',', '，', '、', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let numbers: Option<Vec<u64>> = parts.map(|part| part.parse().ok().filter(|number| *number > 0)).collect();
    numbers.filter(|numbers| numbers.len() <= MAX_NTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_read_as_people_write_them() {
        assert_eq!(parse_ordinals("3, 5"), Some(vec![3, 5]));
        assert_eq!(parse_ordinals("3，5 7"), Some(vec![3, 5, 7]));
        assert_eq!(parse_ordinals("  "), Some(Vec::new()));
        assert!(["0", "-1", "x", "1.5", "99999999999999999999"].iter().all(|text| parse_ordinals(text).is_none()));
        assert_eq!(parse_ordinals(&"1 ".repeat(MAX_NTH)).map(|numbers| numbers.len()), Some(MAX_NTH));
        assert_eq!(parse_ordinals(&"1 ".repeat(MAX_NTH + 1)), None);
    }

    #[test]
    fn only_conditions_that_can_be_met_are_known() {
        let knows = |name: &str, condition, place| FaultKind::named(name).unwrap().knows(condition, place);
        assert!(knows("latency", Condition::Client, Place::Streams));
        assert!(!knows("latency", Condition::Client, Place::Link));
        assert!(knows("drop", Condition::Nth, Place::Link));
        assert!(!knows("down", Condition::Probability, Place::Streams));
        assert!(knows("down", Condition::Time, Place::Streams));
        assert!(!knows("refuse", Condition::Bytes, Place::Streams));
        assert!(knows("refuse", Condition::Client, Place::Streams));
        assert!(!knows("accept-late", Condition::Client, Place::Streams));
    }
}
