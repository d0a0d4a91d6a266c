//! Runs a target for a number of cases or of minutes. A case that panics or takes too long is minimised and shown.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::mutating::inputs;

/// Environment variable: minutes for all targets together.
const MINUTES: &str = "SOCKET_LAB_FUZZ_MINUTES";
const TARGETS: u32 = 10;
/// One case takes at most so long …
const SLOW: Duration = Duration::from_secs(5);
/// … and one that takes so long will never end.
const HANGS: Duration = Duration::from_secs(180);
/// Inputs between two looks at the clock; what was understood among them is changed further in the next ones.
const BATCH: u32 = 500;
const MAX_SAMPLES: usize = 600;
/// Longer ones are not kept as samples: each change would cost more.
const LONGEST_SAMPLE: usize = 4 * 1024;

pub struct Target {
    pub name: &'static str,
    pub samples: Vec<Vec<u8>>,
    pub words: &'static [&'static str],
    /// Cases in a usual run of the tests.
    pub cases: u32,
}

/// `accepted` panics where something is wrong, and says whether the input was understood: such ones make good samples.
pub fn fuzz(target: Target, accepted: impl Fn(&[u8]) -> bool) {
    let Target { name, mut samples, words, cases } = target;
    let minutes: Option<f64> = std::env::var(MINUTES).ok().map(|minutes| minutes.parse().unwrap());
    let share = minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0 / f64::from(TARGETS)));
    let begin = Instant::now();
    let watch = Watch::new(name);
    let slowest = Cell::new(Duration::ZERO);
    let (mut run, mut understood) = (0u64, 0u64);
    for sample in &samples {
        watch.begins(sample);
        accepted(sample);
    }
    let own = samples.len();
    let mut replaced = 0;
    loop {
        let found = RefCell::new(Vec::new());
        let count = Cell::new(0u64);
        let one = |input: &[u8]| {
            // A busy machine is slow once, a bad input always.
            for last in [false, true] {
                let begin = Instant::now();
                watch.begins(input);
                let is_accepted = accepted(input);
                watch.ends();
                let took = begin.elapsed();
                if took < SLOW {
                    slowest.set(slowest.get().max(took));
                    return is_accepted;
                }
                assert!(!last, "took {took:?}");
            }
            false
        };
        let config = Config {
            cases: if share.is_some() { BATCH } else { cases },
            failure_persistence: None,
            max_shrink_time: 20_000,
            ..Config::default()
        };
        let result = TestRunner::new(config).run(&inputs(&samples, words), |input| {
            count.set(count.get() + 1);
            match catch_unwind(AssertUnwindSafe(|| one(&input))) {
                Ok(true) => found.borrow_mut().push(input),
                Ok(false) => {}
                Err(panic) => return Err(TestCaseError::fail(said(&*panic))),
            }
            Ok(())
        });
        if let Err(TestError::Fail(reason, input)) = result {
            let input = smaller(input, |input| catch_unwind(AssertUnwindSafe(|| one(input))).is_err());
            panic!("{name}: {reason}\n{} bytes: b\"{}\"", input.len(), input.escape_ascii());
        }
        run += count.get();
        understood += found.borrow().len() as u64;
        if share.is_none_or(|share| begin.elapsed() >= share) {
            break;
        }
        for sample in found.into_inner().into_iter().filter(|sample| sample.len() <= LONGEST_SAMPLE) {
            if samples.len() < MAX_SAMPLES {
                samples.push(sample);
            } else {
                // The given ones stay.
                let place = own + replaced % (MAX_SAMPLES - own);
                samples[place] = sample;
                replaced += 1;
            }
        }
    }
    let (seconds, slowest) = (begin.elapsed().as_secs_f64(), slowest.get());
    println!("{name}: {run} cases ({understood} understood) in {seconds:.1} s, the slowest {slowest:.1?}");
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Without every part that it fails without.
fn smaller(mut input: Vec<u8>, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let until = Instant::now() + Duration::from_secs(20);
    let mut len = input.len().next_power_of_two();
    while len > 0 {
        let mut at = 0;
        while at < input.len() && Instant::now() < until {
            let mut without = input.clone();
            without.drain(at..(at + len).min(input.len()));
            if fails(&without) { input = without } else { at += len }
        }
        len /= 2;
    }
    input
}

type Running = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// Ends the program where a case does not end, having shown it.
struct Watch {
    running: Running,
    _ends_with_it: std::sync::mpsc::Sender<()>,
}

impl Watch {
    fn new(name: &'static str) -> Self {
        let running = Running::default();
        let (sender, over) = channel();
        let watched = Arc::clone(&running);
        let look = move || {
            while over.recv_timeout(Duration::from_secs(5)) == Err(RecvTimeoutError::Timeout) {
                let running = watched.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((_, input)) = running.as_ref().filter(|(begin, _)| begin.elapsed() > HANGS) {
                    eprintln!("{name} hangs\n{} bytes: b\"{}\"", input.len(), input.escape_ascii());
                    std::process::abort();
                }
            }
        };
        std::thread::Builder::new().name(format!("watch {name}")).spawn(look).unwrap();
        Self { running, _ends_with_it: sender }
    }

    fn begins(&self, input: &[u8]) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), input.to_vec()));
    }

    fn ends(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
