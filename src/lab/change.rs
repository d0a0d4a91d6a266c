//! A change of an endpoint that may be open: what takes effect at once, and what waits for its next opening.

use super::endpoint::EndpointSpec;

/// What an open endpoint keeps until it is opened again: the socket was made or bound with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fixed {
    Kind,
    Local,
    Remote,
    Backlog,
    AcceptLimit,
    Options,
}

/// When a change takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applies {
    /// All of it, on open connections too.
    AtOnce,
    /// These need the endpoint to be opened again; whatever else has changed takes effect at once.
    AtNextOpening(Vec<Fixed>),
}

impl Applies {
    /// What waits for the next opening; empty where nothing does.
    pub fn waiting(&self) -> &[Fixed] {
        match self {
            Self::AtOnce => &[],
            Self::AtNextOpening(fields) => fields,
        }
    }
}

/// When a change of an open endpoint from `old`, with which it runs, to `new` takes effect.
pub fn applies(old: &EndpointSpec, new: &EndpointSpec) -> Applies {
    // A UDP socket that only now gets a service would be bound by an opening; one that loses it is bound and may stay so.
    let binds_elsewhere = new.bind_address().is_some_and(|local| old.bind_address() != Some(local));
    let changes = [
        (Fixed::Kind, old.kind != new.kind),
        (Fixed::Local, old.local != new.local || binds_elsewhere),
        // The usual destination of a datagram socket is only an argument of sendto(); a relay looks for its server with each
        // client.
        (Fixed::Remote, old.remote != new.remote && new.kind.is_client()),
        (Fixed::Backlog, old.server.backlog != new.server.backlog && new.kind.is_server()),
        (Fixed::AcceptLimit, old.server.accept_limit != new.server.accept_limit && new.kind.is_server()),
        (Fixed::Options, old.options != new.options || old.datagram.connected != new.datagram.connected),
    ];
    let waiting: Vec<Fixed> = changes.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field).collect();
    if waiting.is_empty() { Applies::AtOnce } else { Applies::AtNextOpening(waiting) }
}

impl EndpointSpec {
    /// What an endpoint that runs with `self` runs with once it has been changed to `new`: what can't change before its
    /// next opening stays.
    pub fn changed_to(&self, new: &Self) -> Self {
        let mut running = new.clone();
        // Another kind is another socket: nothing of it takes effect.
        if self.kind != running.kind {
            return self.clone();
        }
        if running.kind.is_client() {
            running.remote.clone_from(&self.remote);
        }
        running.local.clone_from(&self.local);
        running.server.backlog = self.server.backlog;
        running.server.accept_limit = self.server.accept_limit;
        running.datagram.connected = self.datagram.connected;
        running.options.clone_from(&self.options);
        running
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::endpoint::{EndpointKind, Serving};
    use crate::lab::framing::Framing;
    use crate::lab::service::{Reply, ServiceSpec};

    fn spec(kind: EndpointKind) -> EndpointSpec {
        EndpointSpec::new("x", kind)
    }

    fn waiting(old: &EndpointSpec, change: impl Fn(&mut EndpointSpec)) -> Vec<Fixed> {
        let mut new = old.clone();
        change(&mut new);
        applies(old, &new).waiting().to_vec()
    }

    #[test]
    fn what_a_server_answers_and_how_it_reads_takes_effect_at_once() {
        let changes: [fn(&mut EndpointSpec); 8] = [
            |_| {},
            |spec| spec.name = "y".to_owned(),
            |spec| spec.service = ServiceSpec::new(Reply::upper()),
            |spec| spec.service.quit = vec!["bye".to_owned()],
            |spec| spec.stream.framing = Framing::line(),
            |spec| spec.recv_size = Some(3),
            |spec| spec.server.serving = Serving::OneAtATime,
            |spec| spec.stream.close_on_eof = Some(true),
        ];
        for change in changes {
            assert_eq!(waiting(&spec(EndpointKind::TCP_SERVER), change), []);
        }
    }

    #[test]
    fn what_a_socket_is_made_and_bound_with_waits_for_the_next_opening() {
        let server = spec(EndpointKind::TCP_SERVER);
        assert_eq!(waiting(&server, |spec| spec.kind = EndpointKind::UNIX_SERVER)[0], Fixed::Kind);
        assert_eq!(waiting(&server, |spec| spec.local = "127.0.0.1:9".parse().ok()), [Fixed::Local]);
        assert_eq!(waiting(&server, |spec| spec.server.backlog = 1), [Fixed::Backlog]);
        assert_eq!(waiting(&server, |spec| spec.server.accept_limit = Some(1)), [Fixed::AcceptLimit]);
        assert_eq!(waiting(&server, |spec| spec.options.nodelay = Some(true)), [Fixed::Options]);
        let remote = |spec: &mut EndpointSpec| spec.remote = crate::lab::Remote::parse_inet("127.0.0.1:9").ok();
        assert_eq!(waiting(&spec(EndpointKind::TCP_CLIENT), remote), [Fixed::Remote]);
        assert_eq!(waiting(&spec(EndpointKind::UDP), remote), []);
    }

    #[test]
    fn a_udp_socket_that_gets_a_service_is_bound_at_its_next_opening_only() {
        let plain = spec(EndpointKind::UDP);
        let serve = |spec: &mut EndpointSpec| spec.service = ServiceSpec::new(Reply::echo());
        assert_eq!(waiting(&plain, serve), [Fixed::Local]);
        let mut serving = plain;
        serve(&mut serving);
        assert_eq!(waiting(&serving, |spec| spec.service = ServiceSpec::default()), []);
    }

    #[test]
    fn a_running_endpoint_takes_over_all_but_what_waits() {
        let old = spec(EndpointKind::TCP_SERVER);
        let mut new = old.clone();
        new.service = ServiceSpec::new(Reply::echo());
        new.server.backlog = 1;
        new.local = "127.0.0.1:9".parse().ok();
        new.options.nodelay = Some(true);
        let running = old.changed_to(&new);
        assert_eq!(
            (&running.service, running.server.backlog, &running.local),
            (&new.service, old.server.backlog, &old.local)
        );
        assert_eq!(applies(&old, &running), Applies::AtOnce);
        assert_eq!(applies(&running, &new).waiting(), [Fixed::Local, Fixed::Backlog, Fixed::Options]);
    }
}
