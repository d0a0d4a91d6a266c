//! `reconnect`, `keep_alive` and `greeting` of a client.

use std::time::Duration;

use super::{EndpointOption, For};
use crate::lab::client_options::{KeepAlive, LEAST_PAUSE, MOST_PAUSE, Reconnect};
use crate::t;
use crate::values::duration::{self, wrong_time};
use crate::values::toml_text::{content, inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// The most tries in a row.
const MAX_TRIES: u32 = 1_000_000;

pub(in crate::lab) const RECONNECT: EndpointOption = EndpointOption::own(
    "reconnect",
    For::Clients,
    |_, field, spec| {
        if !field.is_table() {
            spec.client.reconnect = field.boolean()?.then(Reconnect::default);
            return Ok(());
        }
        let table = field.table(&["delay", "most_delay", "tries"])?;
        let mut reconnect = Reconnect::default();
        if let Some(field) = table.get("delay") {
            reconnect.delay = pause(&field)?;
        }
        if let Some(field) = table.get("most_delay") {
            reconnect.most_delay = pause(&field)?;
        }
        if let Some(field) = table.get("tries") {
            reconnect.tries = field.integer_u32(1..=MAX_TRIES)?;
        }
        spec.client.reconnect = Some(reconnect);
        Ok(())
    },
    |spec, _| {
        let Reconnect { delay, most_delay, tries } = spec.client.reconnect?;
        let mut parts = vec![
            pair("delay", &quoted(&duration::format(delay))),
            pair("most_delay", &quoted(&duration::format(most_delay))),
        ];
        parts.extend((tries > 0).then(|| pair("tries", &tries.to_string())));
        Some(inline(&parts))
    },
);

pub(in crate::lab) const KEEP_ALIVE: EndpointOption = EndpointOption::own(
    "keep_alive",
    For::Clients,
    |_, field, spec| {
        let table = field.table(&["every", "text", "hex"])?;
        let every = pause(&table.require("every", |lang| t!(lang, "lab-what-duration"))?)?;
        spec.client.keep_alive = Some(KeepAlive { every, content: table.content("keep_alive", spec.encoding)? });
        Ok(())
    },
    |spec, _| {
        let KeepAlive { every, content: message } = spec.client.keep_alive.as_ref()?;
        Some(inline(&[pair("every", &quoted(&duration::format(*every))), content(message)]))
    },
);

pub(in crate::lab) const GREETING: EndpointOption = EndpointOption::own(
    "greeting",
    For::Clients,
    |_, field, spec| {
        spec.client.greeting = Some(pause(field)?);
        Ok(())
    },
    |spec, _| spec.client.greeting.map(|within| quoted(&duration::format(within))),
);

fn pause(field: &Field<'_>) -> Read<Duration> {
    let time = field.duration()?;
    let is_one = (LEAST_PAUSE..=MOST_PAUSE).contains(&time);
    if is_one { Ok(time) } else { Err(field.fault(|lang| wrong_time(lang, LEAST_PAUSE, MOST_PAUSE))) }
}
