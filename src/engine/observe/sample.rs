//! # Samples: what cannot be read off a counter
//!
//! A rate needs two looks at a counter, a peak needs many at a level. The cron looks.

use crate::commands::World;
use crate::commands::sampler::{Rate, Totals};
use crate::engine::Engine;

impl Engine {
    /// Looks at memory in use, and, when a sample is due, at the counters with a rate.
    pub(in crate::engine) fn sample(&mut self, world: &mut dyn World) {
        let used_bytes = world.used_memory();
        self.stats.lasting.note_memory(used_bytes, self.clock.secs());
        if self.stats.sampler.is_due(self.clock.mono_us) {
            let mut totals = Totals::default();
            totals[Rate::Commands as usize] = self.stats.commands_processed;
            totals[Rate::InputBytes as usize] = self.stats.net_input_bytes;
            totals[Rate::OutputBytes as usize] = self.stats.net_output_bytes;
            totals[Rate::EventLoopCycles as usize] = self.stats.event_loop.cycles;
            totals[Rate::EventLoopMicros as usize] = self.stats.event_loop.duration_us;
            self.stats.sampler.sample(totals, self.clock.mono_us);
        }
    }
}
