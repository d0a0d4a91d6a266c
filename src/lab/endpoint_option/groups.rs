//! `groups = ["239.1.2.3", { addr = "ff02::1234", interface = "lo" }]`

use crate::lab::group::{Group, GroupError, MAX_GROUPS};
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

pub(super) fn read(field: &Field<'_>) -> Read<Vec<Group>> {
    let fields = field.array(|lang| t!(lang, "lab-what-groups"))?;
    if let Some(first_too_many) = fields.get(MAX_GROUPS) {
        return Err(first_too_many.fault(|lang| t!(lang, "wrong-groups-many", most = MAX_GROUPS)));
    }
    let mut groups = Vec::with_capacity(fields.len());
    for field in &fields {
        let group = group(field)?;
        if groups.contains(&group) {
            return Err(field.fault(|lang| t!(lang, "wrong-group-twice", text = group.to_string())));
        }
        groups.push(group);
    }
    Ok(groups)
}

fn group(field: &Field<'_>) -> Read<Group> {
    if !field.is_table() {
        return field.text()?.parse().map_err(|error: GroupError| field.refused(&error));
    }
    let table = field.table(&["addr", "interface"])?;
    let addr_field = table.require("addr", |lang| t!(lang, "lab-what-group"))?;
    let addr = Group::parse_addr(addr_field.text()?).map_err(|error| addr_field.refused(&error))?;
    let group = Group::new(addr, None).map_err(|error| addr_field.refused(&error))?;
    let Some(field) = table.get("interface") else { return Ok(group) };
    let interface = field.text()?.parse().and_then(|interface| Group::new(addr, Some(interface)));
    interface.map_err(|error| field.refused(&error))
}

/// Those of a line of text, between commas.
pub(super) fn of_line(text: &str, lang: Lang) -> Result<Vec<Group>, String> {
    let mut groups = Vec::new();
    for part in text.split([',', '，']).map(str::trim).filter(|part| !part.is_empty()) {
        let group = part.parse().map_err(|error: GroupError| error.sentence(lang))?;
        if groups.contains(&group) {
            return Err(lang.sentence(&t!(lang, "wrong-group-twice", text = part)));
        }
        if groups.len() == MAX_GROUPS {
            return Err(lang.sentence(&t!(lang, "wrong-groups-many", most = MAX_GROUPS)));
        }
        groups.push(group);
    }
    Ok(groups)
}

pub(super) fn write(groups: &[Group]) -> String {
    let groups: Vec<String> = groups
        .iter()
        .map(|group| match &group.interface {
            None => text(&group.addr),
            Some(interface) => inline(&[pair("addr", &text(&group.addr)), pair("interface", &text(interface))]),
        })
        .collect();
    format!("[{}]", groups.join(", "))
}

fn text(part: &impl ToString) -> String {
    quoted(&part.to_string())
}
