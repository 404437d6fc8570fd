//! The program itself: spawned, spoken to over sockets, watched by its log, and stopped.
//!
//! What goes on inside of it is the engine's to prove; here it is what scripts and
//! supervisors see, and what no client may do to the others.

mod crashes;
mod life;
mod limits;
mod process;
mod wire;
