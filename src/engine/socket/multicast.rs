//! Multicast: a socket's memberships and the options of what it sends to groups, each call on record.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use socket2::{InterfaceIndexOrAddress, SockRef};

use crate::engine::kernel;
use crate::engine::link::error::{Error, failed};
use crate::engine::tap::Tap;
use crate::lab::{Addr, EndpointSpec, Group, Interface};
use crate::trace::notice::{CallFailure, Detail};
use crate::trace::{Errno, Op, OptionValue, SocketOption};

/// The groups that a socket is a member of.
#[derive(Debug, Default)]
pub struct Memberships {
    /// With the interface index that was given to the system: a group can also be left when the name is gone.
    joined: Vec<(Group, Place)>,
}

/// An interface as the system takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Any,
    Address(Ipv4Addr),
    Index(u32),
}

impl Memberships {
    /// Sets what the spec says of multicast and joins its groups. To be called when the socket is bound; `family` is an
    /// address of the socket's family.
    pub async fn begin(tap: &Tap, socket: &SockRef<'_>, family: &Addr, spec: &EndpointSpec) -> Result<Self, Error> {
        let is_ipv6 = family.inet().is_some_and(|addr| addr.is_ipv6());
        set_options(tap, socket, is_ipv6, spec).await?;
        let mut memberships = Self::default();
        for group in &spec.datagram.groups {
            memberships.join(tap, socket, group).await?;
        }
        Ok(memberships)
    }

    pub async fn join(&mut self, tap: &Tap, socket: &SockRef<'_>, group: &Group) -> Result<(), Error> {
        let place = place(socket, group.interface.as_ref())?;
        set_membership(tap, socket, group, place, true).await?;
        self.joined.push((group.clone(), place));
        Ok(())
    }

    pub async fn leave(&mut self, tap: &Tap, socket: &SockRef<'_>, group: &Group) -> Result<(), Error> {
        let known = self.joined.iter().find(|(joined, _)| joined == group).map(|(_, place)| *place);
        let place = known.map_or_else(|| place(socket, group.interface.as_ref()), Ok)?;
        set_membership(tap, socket, group, place, false).await?;
        self.joined.retain(|(joined, _)| joined != group);
        Ok(())
    }
}

/// The answer of a socket that can have no groups, as the system would give it.
pub fn not_here(group: Group, join: bool) -> Error {
    let errno = Errno::by_name("ENOPROTOOPT").unwrap_or(Errno(0));
    membership_failed(Arc::new(group), join, errno)
}

async fn set_options(tap: &Tap, socket: &SockRef<'_>, is_ipv6: bool, spec: &EndpointSpec) -> Result<(), Error> {
    use SocketOption::{MulticastInterface, MulticastLoop, MulticastTtl};
    use SocketOption::{V6MulticastHops, V6MulticastInterface, V6MulticastLoop};

    let options = &spec.options;
    let op = |v4, v6, value| Op::SetSockOpt { option: if is_ipv6 { v6 } else { v4 }, value };
    let failed = || failed("setsockopt", tap.ends.local.clone());
    if let Some(interface) = &options.multicast_interface {
        let place = place(socket, Some(interface))?;
        let value = OptionValue::Interface(Arc::new(interface.clone()));
        let set = || match place {
            Place::Any => Ok(()),
            Place::Address(address) if !is_ipv6 => socket.set_multicast_if_v4(&address),
            // IPv6 knows interfaces by their numbers only.
            Place::Address(_) => Err(io::ErrorKind::InvalidInput.into()),
            Place::Index(index) if is_ipv6 => socket.set_multicast_if_v6(index),
            Place::Index(index) => kernel::set_multicast_interface(socket, index),
        };
        tap.call(op(MulticastInterface, V6MulticastInterface, value), set, |()| 0).await.map_err(failed())?;
    }
    if let Some(ttl) = options.multicast_ttl {
        let set = || {
            if is_ipv6 { socket.set_multicast_hops_v6(ttl.into()) } else { socket.set_multicast_ttl_v4(ttl.into()) }
        };
        let op = op(MulticastTtl, V6MulticastHops, OptionValue::Int(ttl.into()));
        tap.call(op, set, |()| 0).await.map_err(failed())?;
    }
    if let Some(on) = options.multicast_loop {
        let set = || if is_ipv6 { socket.set_multicast_loop_v6(on) } else { socket.set_multicast_loop_v4(on) };
        let op = op(MulticastLoop, V6MulticastLoop, OptionValue::Int(on.into()));
        tap.call(op, set, |()| 0).await.map_err(failed())?;
    }
    Ok(())
}

/// Looks an interface's name up.
fn place(socket: &SockRef<'_>, interface: Option<&Interface>) -> Result<Place, Error> {
    match interface {
        None => Ok(Place::Any),
        Some(Interface::Address(address)) => Ok(Place::Address(*address)),
        Some(Interface::Index(index)) => Ok(Place::Index(*index)),
        Some(Interface::Name(name)) => match kernel::interface_index(socket, name) {
            Some(index) => Ok(Place::Index(index)),
            None => Err(Error::NoSuchInterface { name: Arc::from(name.as_str()) }),
        },
    }
}

async fn set_membership(tap: &Tap, socket: &SockRef<'_>, group: &Group, place: Place, join: bool) -> Result<(), Error> {
    let option = SocketOption::of_membership(group, join);
    let shared = Arc::new(group.clone());
    let value = OptionValue::Group(Arc::clone(&shared));
    let make = || match group.addr {
        IpAddr::V4(addr) => {
            let interface = match place {
                Place::Any => InterfaceIndexOrAddress::Address(Ipv4Addr::UNSPECIFIED),
                Place::Address(address) => InterfaceIndexOrAddress::Address(address),
                Place::Index(index) => InterfaceIndexOrAddress::Index(index),
            };
            if join {
                socket.join_multicast_v4_n(&addr, &interface)
            } else {
                socket.leave_multicast_v4_n(&addr, &interface)
            }
        }
        IpAddr::V6(addr) => {
            let index = match place {
                Place::Any => 0,
                Place::Index(index) => index,
                Place::Address(_) => return Err(io::ErrorKind::InvalidInput.into()),
            };
            if join { socket.join_multicast_v6(&addr, index) } else { socket.leave_multicast_v6(&addr, index) }
        }
    };
    tap.call(Op::SetSockOpt { option, value }, make, |()| 0).await.map_err(|error| {
        let errno = Errno::from(&error);
        membership_failed(shared, join, errno)
    })
}

fn membership_failed(group: Arc<Group>, join: bool, errno: Errno) -> Error {
    let detail = Detail::Membership { group, join };
    Error::Call(CallFailure { call: "setsockopt", addr: None, errno, detail })
}
