//! Writing the trace into a file: the calls are handed over a few at a time, so that the window goes on, and written by
//! a thread of its own. The file appears when it is complete; one that was cancelled leaves nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::background::{Background, Progress, Wake};
use crate::lab::EndpointId;
use crate::lab::file::replace;
use crate::trace::export::{Exporter, Format};
use crate::trace::faults::Row;
use crate::trace::file::{Head, Name};
use crate::trace::prediction::Prediction;
use crate::trace::segments::Segment;
use crate::trace::store::Totals;
use crate::trace::{Call, ConnId, Errno, SocketId, Trace, through};

/// How long one pump copies calls.
const BUDGET: Duration = Duration::from_millis(2);
/// Calls of one batch.
const BATCH: usize = 512;
/// How many bytes of calls are examined for one batch: a filter reads them.
const BYTES_PER_BATCH: usize = 256 * 1024;
/// Batches on their way.
const MAX_BATCHES: usize = 8;

/// Whether a call of the trace is written.
pub type Matching = Arc<dyn Fn(&Trace, &Call) -> bool + Send + Sync>;

/// Which calls are written.
#[derive(Clone)]
pub enum Scope {
    Everything,
    Endpoint(EndpointId),
    /// With its other end, where that is in this lab.
    Connection(EndpointId, ConnId),
    /// What a filter shows.
    Matching(Matching),
}

impl Scope {
    /// The other end of the connection that is written; of a relay's the two.
    pub fn other_ends(&self, trace: &Trace) -> Vec<SocketId> {
        match self {
            Self::Connection(endpoint, conn) => {
                trace.sockets_of((*endpoint, Some(*conn))).filter_map(|socket| trace.partner(socket)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn has(&self, trace: &Trace, other_ends: &[SocketId], call: &Call) -> bool {
        match self {
            Self::Everything => true,
            Self::Endpoint(endpoint) => call.endpoint == *endpoint,
            Self::Connection(endpoint, conn) => {
                call.key() == (*endpoint, Some(*conn)) || (call.conn.is_some() && other_ends.contains(&call.socket))
            }
            Self::Matching(matches) => matches(trace, call),
        }
    }
}

impl Scope {
    /// Whether a row of the ledger is in it: with its relay, or with the call that felt it.
    pub(super) fn has_fault(&self, trace: &Trace, row: &Row) -> bool {
        match self {
            Self::Everything => true,
            Self::Endpoint(endpoint) => row.harm.endpoint == *endpoint,
            // Of a relay's two connections either one means both.
            Self::Connection(endpoint, conn) => {
                (row.harm.endpoint, row.harm.conn) == through::pair_of(trace, (*endpoint, Some(*conn)))
            }
            Self::Matching(matches) => {
                row.felt.seq().and_then(|seq| trace.get(seq)).is_some_and(|call| matches(trace, call))
            }
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("Everything"),
            Self::Endpoint(endpoint) => write!(f, "Endpoint({})", endpoint.0),
            Self::Connection(endpoint, conn) => write!(f, "Connection({}, {})", endpoint.0, conn.get()),
            Self::Matching(_) => f.write_str("Matching"),
        }
    }
}

/// Two filters are never the same.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, Self::Everything) => true,
            (Self::Endpoint(one), Self::Endpoint(other)) => one == other,
            (Self::Connection(one, conn), Self::Connection(other, of)) => (one, conn) == (other, of),
            _ => false,
        }
    }
}

/// What is written before the calls.
pub(super) struct Preface {
    pub head: Head,
    pub lab: String,
    pub names: Vec<Name>,
    /// What was predicted of the calls.
    pub predictions: Vec<(u64, Arc<Prediction>)>,
    /// What the faults of relays have done.
    pub faults: Vec<Row>,
    /// What went over the lossy link.
    pub segments: Vec<Segment>,
}

/// A file that is being written.
pub struct Export {
    path: PathBuf,
    format: Format,
    scope: Scope,
    /// The name of the trace that it writes.
    trace: u64,
    other_ends: Vec<SocketId>,
    first: u64,
    next: u64,
    /// The calls that there were when it began.
    end: u64,
    /// Left the trace before it was their turn.
    missed: u64,
    totals: Totals,
    notes: BTreeMap<u64, String>,
    batches: Option<Sender<WriterRequest>>,
    waiting: Option<WriterRequest>,
    ended: Background<io::Result<Written>>,
}

enum WriterRequest {
    Calls(Vec<Call>),
    Finish(Totals, BTreeMap<u64, String>),
}

struct Written {
    calls: u64,
    left_out: u64,
}

/// The outcome of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exported {
    Done { path: PathBuf, calls: u64, missed: u64, left_out: u64 },
    Failed { path: PathBuf, errno: Errno },
}

impl Export {
    pub(super) fn start(
        path: PathBuf,
        format: Format,
        scope: Scope,
        trace: &Trace,
        preface: Preface,
        notes: BTreeMap<u64, String>,
        wake: &Wake,
    ) -> io::Result<Self> {
        let (batches, taken) = bounded(MAX_BATCHES);
        let (target, waking) = (path.clone(), Wake::clone(wake));
        let ended = Background::run("export", wake, move || write(&target, format, &preface, &taken, &waking))?;
        Ok(Self {
            path,
            format,
            trace: trace.id(),
            other_ends: scope.other_ends(trace),
            scope,
            first: trace.first_seq(),
            next: trace.first_seq(),
            end: trace.next_seq(),
            missed: 0,
            totals: trace.totals(),
            notes,
            batches: Some(batches),
            waiting: None,
            ended,
        })
    }

    /// Which trace it writes.
    pub(super) fn trace(&self) -> u64 {
        self.trace
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// From 0 to 1.
    pub fn progress(&self) -> f32 {
        let all = (self.end - self.first).max(1) as f32;
        (self.next - self.first) as f32 / all
    }

    /// Hands over some calls. True when there is more to do at once.
    pub(super) fn feed(&mut self, trace: &Trace) {
        let began = Instant::now();
        loop {
            let Some(batches) = &self.batches else { return };
            if let Some(request) = self.waiting.take() {
                let is_last = matches!(request, WriterRequest::Finish(..));
                match batches.try_send(request) {
                    Ok(()) if is_last => {
                        self.batches = None;
                        return;
                    }
                    Ok(()) => {}
                    Err(TrySendError::Full(request)) => {
                        self.waiting = Some(request);
                        return;
                    }
                    // It failed, and says why when it is asked.
                    Err(TrySendError::Disconnected(_)) => {
                        self.batches = None;
                        return;
                    }
                }
            }
            if began.elapsed() >= BUDGET {
                return;
            }
            self.waiting = Some(self.next_request(trace));
        }
    }

    fn next_request(&mut self, trace: &Trace) -> WriterRequest {
        let kept = trace.first_seq().clamp(self.next, self.end);
        self.missed += kept - self.next;
        self.next = kept;
        if self.next >= self.end {
            return WriterRequest::Finish(self.totals, std::mem::take(&mut self.notes));
        }
        let to = self.next.saturating_add(BATCH as u64).min(self.end);
        let mut batch = Vec::new();
        let mut bytes = 0;
        for call in trace.from(self.next).take((to - self.next) as usize) {
            self.next = call.seq + 1;
            if self.scope.has(trace, &self.other_ends, call) {
                batch.push(call.clone());
            }
            bytes += call.data.len();
            if bytes >= BYTES_PER_BATCH {
                break;
            }
        }
        WriterRequest::Calls(batch)
    }

    /// The outcome of it, once it is over.
    pub(super) fn ended(&mut self) -> Option<Exported> {
        let path = self.path.clone();
        match self.ended.poll() {
            Progress::Ready(Ok(Written { calls, left_out })) => {
                Some(Exported::Done { path, calls, missed: self.missed, left_out })
            }
            Progress::Ready(Err(error)) => Some(Exported::Failed { path, errno: Errno::from(&error) }),
            Progress::Pending => None,
            Progress::Ended => Some(Exported::Failed { path, errno: Errno::from(&io::Error::other("")) }),
        }
    }
}

fn write(
    path: &Path,
    format: Format,
    preface: &Preface,
    requests: &Receiver<WriterRequest>,
    wake: &Wake,
) -> io::Result<Written> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".socket-lab-");
    // As for any new file: the user's umask takes away what others must not.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    let mut out = Exporter::new(format, BufWriter::with_capacity(1 << 20, file.as_file_mut()), &preface.head)?;
    out.lab(&preface.lab)?;
    out.names(&preface.names)?;
    out.predictions(&preface.predictions)?;
    out.segments(preface.segments.iter())?;
    for request in requests {
        match request {
            WriterRequest::Calls(calls) => {
                for call in &calls {
                    out.call(call)?;
                }
                wake();
            }
            WriterRequest::Finish(totals, notes) => {
                let written = Written { calls: out.calls(), left_out: out.left_out() };
                out.faults(&preface.faults)?;
                out.finish(totals, &notes)?;
                file.as_file().sync_all()?;
                replace(file, path)?;
                return Ok(written);
            }
        }
    }
    // Cancelled: the file goes with its name.
    Err(io::ErrorKind::Interrupted.into())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::kinds::fault::{Direction, FaultKind};
    use crate::lab::Addr;
    use crate::trace::faults::{Felt, Harm};
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Ends, Nanos, Op, Outcome};

    #[test]
    fn the_faults_of_a_relay_are_exported_with_either_connection_of_a_pair() {
        let wire = EndpointId(1);
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for op in [Op::Listen { backlog: 1 }, Op::Connect { addr: Arc::new(Addr::UNBOUND) }] {
            trace.push(Call { endpoint: wire, ..Call::sample(op, Outcome::Ok(0)) });
        }
        let harm = Harm {
            at: Nanos(0),
            endpoint: wire,
            conn: ConnId::new(1),
            way: Direction::Down,
            kind: FaultKind::named("delete").unwrap(),
            name: None,
            offset: 0,
            bytes: 1,
            removed: 1,
            added: 0,
            by: 0,
            ends: Arc::new(Ends { local: None, peer: None }),
        };
        let row = Row::restored(harm, Felt::Nobody);
        let has = |conn: u32| Scope::Connection(wire, ConnId::new(conn).unwrap()).has_fault(&trace, &row);
        assert_eq!([has(1), has(2), has(3), has(4)], [true, true, false, false]);
    }
}
