//! Programs of the user's own: what they call, and that they behave as they do alone.

mod alone;
mod calls;
mod held;
mod labs;
mod support;
