//! The link between the session and the engine: what is asked for, what is told, and how much may be on its way.

pub mod budget;
pub mod channel;
pub mod clock;
pub mod command;
pub mod completion;
pub mod error;
pub mod event;
pub mod request;
