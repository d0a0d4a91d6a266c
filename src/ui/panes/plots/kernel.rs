//! The plots of what the kernel says of one socket.

use eframe::egui::Color32;

use super::Window;
use super::chart::{Chart, Curve, Drawn, Stretch, Stroke};
use super::subject::Subject;
use super::unit::Unit;
use crate::engine::sampler;
use crate::session::Session;
use crate::t;
use crate::trace::kernel::{KernelSample, TcpNumbers};
use crate::trace::{Nanos, SocketId, StreamKey};
use crate::ui::view::View;
use crate::values::endpoint_kind::{Role, Transport};

/// Whether the system can be asked about it at all: only of endpoints of the lab, not of those in an opened trace.
pub fn is_watchable(session: &Session, key: StreamKey) -> bool {
    let Some(endpoint) = session.endpoint(key.0) else { return false };
    let client_without = endpoint.spec.kind.is_client() && key.1.is_none();
    sampler::IS_SUPPORTED && session.viewed().is_none() && !client_without
}

/// Whether the socket is open and the kernel has changing figures for it.
pub fn is_open(session: &Session, key: StreamKey) -> bool {
    let is_open = session.endpoint(key.0).is_some_and(|endpoint| match key.1 {
        Some(conn) => endpoint.live.observed.conns.contains_key(&conn),
        None => endpoint.live.is_open(),
    });
    let says = session.socket_of(key).and_then(|socket| session.kernel().latest(socket));
    let says = says.is_some_and(|sample| !sample.is_silent() && !sample.is_gone());
    is_open && says && is_watchable(session, key)
}

/// The plots of the subject's socket; where the system says nothing of it, a note says so.
pub fn charts(view: &View<'_>, subject: &Subject, window: Window, notes: &mut Vec<String>) -> Vec<Chart> {
    let Some(key) = subject.kernel else { return Vec::new() };
    let lang = view.lang;
    let session = view.session;
    let Some(endpoint) = session.endpoint(key.0).filter(|_| session.viewed().is_none()) else {
        notes.push(t!(lang, "plots-not-recorded").into_owned());
        return Vec::new();
    };
    if !sampler::IS_SUPPORTED {
        notes.push(t!(lang, "plots-not-this-system").into_owned());
        return Vec::new();
    }
    let socket = subject.socket(session);
    let samples: Vec<&KernelSample> = socket.into_iter().flat_map(|socket| session.kernel().of(socket)).collect();
    let latest = samples.last().copied();
    let mut made = Making { view, key, socket, window, samples };
    match (endpoint.spec.kind.transport(), endpoint.spec.kind.role(), key.1) {
        (Transport::Tcp, Role::Client, None) => {
            notes.push(t!(lang, "plots-never-connected").into_owned());
            Vec::new()
        }
        (Transport::Tcp, Role::Server | Role::Datagram | Role::Relay, None) => {
            if !endpoint.live.is_open() {
                notes.push(t!(lang, "plots-listener-closed").into_owned());
                made.samples.retain(|sample| sample.accept_queue.is_some());
                if made.samples.is_empty() {
                    return Vec::new();
                }
            }
            vec![made.accept_queue()]
        }
        (Transport::Tcp, _, Some(conn)) => {
            let is_open = endpoint.live.observed.conns.contains_key(&conn);
            let is_over = latest.is_some_and(|sample| sample.tcp.is_none());
            if !is_open || is_over {
                notes.push(t!(lang, "plots-conn-over").into_owned());
            }
            if !is_open && made.samples.iter().all(|sample| sample.tcp.is_none()) {
                return Vec::new();
            }
            vec![made.round_trip(), made.segments(), made.queues(), made.windows(), made.losses()]
        }
        (Transport::Udp, ..) => {
            notes.push(t!(lang, "plots-udp").into_owned());
            made.queues_if_any()
        }
        (Transport::UnixStream, Role::Server | Role::Relay, None) => {
            notes.push(t!(lang, "plots-unix-listener").into_owned());
            Vec::new()
        }
        (Transport::UnixStream | Transport::UnixDatagram, ..) => {
            notes.push(t!(lang, "plots-unix").into_owned());
            made.queues_if_any()
        }
    }
}

struct Making<'v, 'a> {
    view: &'v View<'a>,
    key: StreamKey,
    socket: Option<SocketId>,
    window: Window,
    samples: Vec<&'a KernelSample>,
}

type Value = fn(&KernelSample) -> Option<f64>;

impl Making<'_, '_> {
    fn round_trip(&self) -> Chart {
        let [first, second, ..] = self.view.tokens.series;
        let lang = self.view.lang;
        let curves = vec![
            self.curve(&t!(lang, "plots-rtt"), first, Stroke::Solid, |sample| number(sample, |tcp| Some(tcp.rtt))),
            self.curve(&t!(lang, "plots-rtt-var"), second, Stroke::Dashed, |sample| number(sample, |tcp| tcp.rtt_var)),
        ];
        self.chart("rtt", &t!(lang, "plots-rtt-title"), Unit::Microseconds, curves, None)
    }

    fn segments(&self) -> Chart {
        let [first, second, third, ..] = self.view.tokens.series;
        let lang = self.view.lang;
        let curves = vec![
            self.curve(&t!(lang, "plots-cwnd"), first, Stroke::Solid, |sample| number(sample, |tcp| Some(tcp.cwnd))),
            self.limit(&t!(lang, "plots-ssthresh"), second, |sample| number(sample, |tcp| tcp.ssthresh)),
            self.curve(&t!(lang, "plots-unacked"), third, Stroke::Dotted, |sample| number(sample, |tcp| tcp.unacked)),
        ];
        let tcp = self.samples.iter().rev().find_map(|sample| sample.tcp);
        let tip = tcp.map(|tcp| {
            let mss = Unit::Bytes.exact(lang, f64::from(tcp.send_mss));
            let bytes = Unit::Bytes.exact(lang, f64::from(tcp.cwnd) * f64::from(tcp.send_mss));
            let mut text = t!(lang, "plots-mss", mss = mss, cwnd = bytes).into_owned();
            // Only Linux is known to have none before that.
            if tcp.ssthresh.is_none() && cfg!(target_os = "linux") {
                text.push(' ');
                text.push_str(&t!(lang, "plots-no-ssthresh"));
            }
            text
        });
        self.chart("segments", &t!(lang, "plots-segments-title"), Unit::Segments, curves, tip)
    }

    fn losses(&self) -> Chart {
        let [.., fourth, _, last] = self.view.tokens.series;
        let lang = self.view.lang;
        let curves = vec![
            self.curve(&t!(lang, "plots-retransmits"), last, Stroke::Solid, |sample| {
                number(sample, |tcp| Some(tcp.retransmits))
            }),
            self.curve(&t!(lang, "plots-lost"), fourth, Stroke::Dashed, |sample| number(sample, |tcp| tcp.lost)),
        ];
        self.chart("losses", &t!(lang, "plots-losses-title"), Unit::Segments, curves, None)
    }

    fn queues(&self) -> Chart {
        let lang = self.view.lang;
        let (sent, received) = (self.view.tokens.sent, self.view.tokens.received);
        let curves = vec![
            self.curve(&t!(lang, "plots-send-queue"), sent, Stroke::Solid, |sample| queued(sample.send_queue)),
            self.curve(&t!(lang, "plots-recv-queue"), received, Stroke::Dashed, |sample| queued(sample.recv_queue)),
        ];
        let tip = t!(lang, "plots-queues-tip").into_owned();
        self.chart("queues", &t!(lang, "plots-queues-title"), Unit::Bytes, curves, Some(tip))
    }

    fn queues_if_any(&self) -> Vec<Chart> {
        let chart = self.queues();
        if self.samples.iter().all(|sample| sample.recv_queue.is_none() && sample.send_queue.is_none()) {
            return Vec::new();
        }
        vec![chart]
    }

    fn windows(&self) -> Chart {
        let lang = self.view.lang;
        let (sent, received) = (self.view.tokens.sent, self.view.tokens.received);
        let curves = vec![
            self.curve(&t!(lang, "plots-send-window"), sent, Stroke::Solid, |sample| {
                sample.tcp.and_then(|tcp| tcp.send_window).map(f64::from)
            }),
            self.curve(&t!(lang, "plots-recv-window"), received, Stroke::Dashed, |sample| {
                sample.tcp.and_then(|tcp| tcp.recv_window).map(f64::from)
            }),
        ];
        let tip = t!(lang, "plots-windows-tip").into_owned();
        self.chart("windows", &t!(lang, "plots-windows-title"), Unit::Bytes, curves, Some(tip))
    }

    fn accept_queue(&self) -> Chart {
        let [first, second, ..] = self.view.tokens.series;
        let lang = self.view.lang;
        let curves = vec![
            self.curve(&t!(lang, "plots-accept-waiting"), first, Stroke::Solid, |sample| {
                sample.accept_queue.map(|(waiting, _)| f64::from(waiting))
            }),
            self.limit(&t!(lang, "plots-accept-most"), second, |sample| {
                sample.accept_queue.map(|(_, most)| f64::from(most))
            }),
        ];
        self.chart("accept", &t!(lang, "plots-accept-title"), Unit::Connections, curves, None)
    }

    /// A limit: it is in the picture where the other line comes near.
    fn limit(&self, name: &str, color: Color32, value: Value) -> Curve {
        Curve { scales: false, ..self.curve(name, color, Stroke::Dashed, value) }
    }

    fn curve(&self, name: &str, color: Color32, stroke: Stroke, value: Value) -> Curve {
        let stops = self.socket.into_iter().flat_map(|socket| self.view.session.kernel().stops(socket));
        let stops: Vec<Nanos> = stops.collect();
        let stretches = stretches(&self.samples, &stops, self.window, value);
        Curve { name: name.to_owned(), color, stroke, drawn: Drawn::Steps, scales: true, stretches }
    }

    fn chart(&self, id: &'static str, title: &str, unit: Unit, curves: Vec<Curve>, tip: Option<String>) -> Chart {
        let name = self.view.session.name_of(self.key);
        let lang = self.view.lang;
        let says_nothing = self.samples.iter().any(|sample| sample.tcp.is_some() || sample.is_silent());
        let in_sight = self.samples.first().is_none_or(|sample| sample.at > self.window.edge);
        let missing = match (says_nothing, in_sight) {
            (true, false) => t!(lang, "plots-not-reported"),
            _ => t!(lang, "plots-no-sample"),
        };
        Chart {
            id,
            title: t!(lang, "plots-titled", name = name, title = title).into_owned(),
            unit,
            curves,
            says_latest: true,
            missing: missing.into_owned(),
            tip,
        }
    }
}

fn number(sample: &KernelSample, of: fn(&TcpNumbers) -> Option<u32>) -> Option<f64> {
    sample.tcp.as_ref().and_then(of).map(f64::from)
}

fn queued(bytes: Option<u64>) -> Option<f64> {
    bytes.map(|bytes| bytes as f64)
}

/// Each sample holds until the next one, or until nobody watched any more.
fn stretches(samples: &[&KernelSample], stops: &[Nanos], window: Window, value: Value) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (place, sample) in samples.iter().enumerate() {
        let next = samples.get(place + 1).map_or(window.edge, |next| next.at);
        let stop = stops.iter().find(|stop| **stop >= sample.at).copied().unwrap_or(window.edge);
        let (from, to) = (sample.at.max(window.from), next.min(stop).min(window.edge));
        let Some(value) = value(sample).filter(|_| from <= to) else { continue };
        let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
        match stretches.last_mut() {
            // Other numbers of the sample have changed.
            #[expect(clippy::float_cmp, reason = "the same number, not a computed one")]
            Some(last) if last.value == value && last.to == from => last.to = to,
            _ => stretches.push(Stretch { from, to, value }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::kernel::Source;

    fn sample(at: u64, queue: Option<u64>) -> KernelSample {
        KernelSample {
            at: Nanos(at * 1_000_000_000),
            endpoint: EndpointId(1),
            socket: SocketId(1),
            source: Source::Socket,
            state: None,
            tcp: None,
            recv_queue: queue,
            send_queue: None,
            accept_queue: None,
        }
    }

    fn lines(samples: &[KernelSample], stops: &[u64]) -> Vec<(f64, f64, f64)> {
        let samples: Vec<_> = samples.iter().collect();
        let stops: Vec<_> = stops.iter().map(|at| Nanos(at * 1_000_000_000)).collect();
        let second = |at: u64| Nanos(at * 1_000_000_000);
        let window = Window { from: second(10), edge: second(20), to: second(20) };
        let stretches = stretches(&samples, &stops, window, |sample| queued(sample.recv_queue));
        stretches.iter().map(|stretch| (stretch.from, stretch.to, stretch.value)).collect()
    }

    #[test]
    fn a_sample_holds_until_the_next_one_and_the_last_one_until_now() {
        let samples = [sample(5, Some(1)), sample(12, Some(7)), sample(14, Some(7)), sample(15, None)];
        assert_eq!(lines(&samples, &[]), [(10.0, 12.0, 1.0), (12.0, 15.0, 7.0)]);
        assert_eq!(lines(&samples[..2], &[]), [(10.0, 12.0, 1.0), (12.0, 20.0, 7.0)]);
        assert_eq!(lines(&[sample(21, Some(1))], &[]), []);
    }

    #[test]
    fn nothing_is_known_while_nobody_watched() {
        let samples = [sample(11, Some(1)), sample(16, Some(2))];
        assert_eq!(lines(&samples, &[13]), [(11.0, 13.0, 1.0), (16.0, 20.0, 2.0)]);
        assert_eq!(lines(&samples, &[13, 17]), [(11.0, 13.0, 1.0), (16.0, 17.0, 2.0)]);
    }
}
