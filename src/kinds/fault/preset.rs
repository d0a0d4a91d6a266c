//! Faults that belong together, as a user knows them: a mobile network, a satellite …

use std::time::Duration;

use super::{Direction, FaultKind, FaultSpec, Options};
use super::{down, drop, latency, loss_stall, rate, reorder, reset};
use crate::values::{Portion, Rate};

/// A handful of faults under one name. Its texts are `preset-NAME` and `preset-NAME-tip`.
#[derive(Debug)]
pub struct Preset {
    pub name: &'static str,
    make: fn() -> Vec<FaultSpec>,
}

impl Preset {
    /// In the order in which the window offers them.
    pub const ALL: &[Self] = &[
        Self { name: "mobile", make: mobile },
        Self { name: "satellite", make: satellite },
        Self { name: "wifi", make: wifi },
        Self { name: "flaky", make: flaky },
    ];

    /// Its faults for a relay of datagrams, or of streams.
    pub fn faults(&self, datagrams: bool) -> Vec<FaultSpec> {
        let mut faults = (self.make)();
        faults.retain(|spec| spec.kind.is_for(datagrams));
        faults
    }

    /// The keys of its texts.
    pub fn text_keys(&self) -> [String; 2] {
        [format!("preset-{}", self.name), format!("preset-{}-tip", self.name)]
    }
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn late(delay: Duration, jitter: Duration) -> FaultSpec {
    let given = Options { delay: Some(delay), jitter: Some(jitter), ..Options::NONE };
    FaultSpec { given, ..FaultSpec::new(&latency::LATENCY) }
}

fn limited(direction: Direction, kilobytes: u32) -> FaultSpec {
    let given = Options { rate: Some(Rate::kilobytes(kilobytes)), ..Options::NONE };
    FaultSpec { direction, given, ..FaultSpec::new(&rate::RATE) }
}

fn some(kind: &'static FaultKind, thousandths: u32) -> FaultSpec {
    FaultSpec { probability: Some(Portion::millionths(thousandths * 1_000)), ..FaultSpec::new(kind) }
}

fn mobile() -> Vec<FaultSpec> {
    vec![
        late(millis(60), millis(30)),
        limited(Direction::Up, 250),
        limited(Direction::Down, 1_000),
        some(&loss_stall::LOSS_STALL, 10),
        some(&drop::DROP, 10),
    ]
}

fn satellite() -> Vec<FaultSpec> {
    vec![
        late(millis(300), millis(10)),
        limited(Direction::Up, 400),
        limited(Direction::Down, 2_500),
        some(&loss_stall::LOSS_STALL, 5),
        some(&drop::DROP, 5),
    ]
}

fn wifi() -> Vec<FaultSpec> {
    vec![
        late(millis(20), millis(20)),
        limited(Direction::Both, 500),
        some(&loss_stall::LOSS_STALL, 50),
        some(&drop::DROP, 50),
        some(&reorder::REORDER, 20),
    ]
}

fn flaky() -> Vec<FaultSpec> {
    let share = Some(Portion::millionths(250_000));
    let given = Options { after: Some(super::Mark::Bytes(1_000)), ..Options::NONE };
    let mut gone = FaultSpec::new(&down::DOWN);
    // There, and switched on by hand when the time has come.
    gone.on = false;
    vec![
        late(millis(100), millis(100)),
        FaultSpec { share, given, ..FaultSpec::new(&reset::RESET) },
        gone,
        some(&drop::DROP, 200),
    ]
}
