//! Controllers and machines: Modbus, OPC UA.

use std::time::Duration;

use super::{FrameField, Preset, cut};
use crate::kinds::framing::idle::Idle;
use crate::kinds::framing::length::Length;

/// Silence that ends a message of Modbus RTU where a gateway carries it over TCP: longer than a serial line's 3.5
/// characters, because a network delays.
const RTU_SILENCE: Duration = Duration::from_millis(50);

pub(super) static MODBUS_TCP: Preset = Preset {
    name: "modbus-tcp",
    cutter: |_| cut(modbus()),
    frame: |_, payload| modbus().frame(&payload),
    fields: &[
        FrameField::big("id", 0, 2),
        FrameField::big("length", 4, 2),
        FrameField::big("unit", 6, 1),
        FrameField::big("function", 7, 1),
    ],
};

fn modbus() -> Length {
    Length::big(4, 2)
}

pub(super) static MODBUS_RTU: Preset = Preset {
    name: "modbus-rtu",
    cutter: |_| Box::new(Idle(RTU_SILENCE)),
    frame: |_, payload| Ok(payload),
    fields: &[
        FrameField::big("unit", 0, 1),
        FrameField::big("function", 1, 1),
        FrameField::found("crc", |whole| whole.len().checked_sub(2).filter(|at| *at >= 2).map(|at| at..whole.len())),
    ],
};

pub(super) static OPC_UA: Preset = Preset {
    name: "opc-ua",
    cutter: |_| cut(opc_ua()),
    frame: |_, payload| opc_ua().frame(&payload),
    fields: &[FrameField::text("type", 0, 3), FrameField::text("chunk", 3, 1), FrameField::little("length", 4, 4)],
};

fn opc_ua() -> Length {
    Length::little(4, 4).of_all()
}
