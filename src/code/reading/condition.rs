//! What must hold for a part of a program to be done, as far as it is about what has been received.

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Always,
    /// It has bytes: the peer has not ended its side.
    Something,
    Equals(Vec<u8>),
    Contains(Vec<u8>),
    Starts(Vec<u8>),
    Ends(Vec<u8>),
    /// One of them holds.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// It is about something else, or can't be told.
    Unknown,
}

impl Condition {
    /// A message that is this: none at all is the end of the stream.
    pub fn equals(bytes: Vec<u8>) -> Self {
        if bytes.is_empty() { Self::nothing() } else { Self::Equals(bytes) }
    }

    /// The peer has ended its side.
    pub fn nothing() -> Self {
        Self::Not(Box::new(Self::Something))
    }

    pub fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            Self::Unknown => Self::Unknown,
            other => Self::Not(Box::new(other)),
        }
    }

    pub fn any(all: Vec<Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for condition in all {
            match condition {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Any(flat),
        }
    }

    /// The messages that it is about, where it holds for just these; what holds at the end of a stream is left out.
    pub fn words(&self) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::Equals(bytes) => Some(vec![bytes.clone()]),
            Self::Any(all) => {
                let words: Option<Vec<_>> = all.iter().map(Self::words).collect();
                words.map(|words| words.concat())
            }
            other if *other == Self::nothing() => Some(Vec::new()),
            _ => None,
        }
    }
}

/// Of conditions that hold together those that say when a rule answers: the first rule that matches does, so that what
/// other rules are for need not be excluded.
pub(super) fn deciding(conditions: &[Condition]) -> Vec<&Condition> {
    let decides = |condition: &&Condition| {
        !matches!(condition, Condition::Always | Condition::Something)
            && !matches!(condition, Condition::Not(inner) if **inner != Condition::Something && **inner != Condition::Unknown)
    };
    conditions.iter().filter(decides).collect()
}
