//! # Switches: what DEBUG turns
//!
//! Tests of a server need to hold it still: no keys expired behind their back, no cron,
//! no checks of a checksum that they spoiled on purpose. Each such switch is a plain field
//! here; whoever does the work looks at it. (SET-ACTIVE-EXPIRE is the sweeper's own.)

/// The state of all switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// DEBUG PAUSE-CRON: nothing is done by time.
    pub pause_cron: bool,
    /// DEBUG SET-SKIP-CHECKSUM-VALIDATION: a wrong checksum of a snapshot or of RESTORE's
    /// payload is let pass.
    pub skip_checksum: bool,
    /// DEBUG SET-DISABLE-DENY-SCRIPTS: scripts may run what is not for scripts.
    pub allow_all_in_scripts: bool,
    /// DEBUG QUICKLIST-PACKED-THRESHOLD: elements of so many bytes get a list node of their own; 0:
    /// those that no other node could hold.
    pub packed_threshold_bytes: u64,
    /// DEBUG REPLYBUFFER PEAK-RESET-TIME: how long a peak is remembered; `None` for ever.
    pub reply_peak_reset_ms: Option<u64>,
    /// DEBUG REPLYBUFFER RESIZING: idle reply buffers shrink.
    pub reply_resizing: bool,
    /// DEBUG AOF-FLUSH-SLEEP: wait so long before each write of the log.
    pub aof_flush_sleep_us: u64,
    /// DEBUG DROP-CLUSTER-PACKET-FILTER: bus packets of this type are dropped.
    pub drop_cluster_packets: Option<u16>,
    /// DEBUG DICT-RESIZING: tables may grow and shrink.
    pub dict_resizing: bool,
}

pub const REPLY_PEAK_RESET_MS: u64 = 5000;

impl Default for Switches {
    fn default() -> Self {
        Switches {
            pause_cron: false,
            skip_checksum: false,
            allow_all_in_scripts: false,
            packed_threshold_bytes: 0,
            reply_peak_reset_ms: Some(REPLY_PEAK_RESET_MS),
            reply_resizing: true,
            aof_flush_sleep_us: 0,
            drop_cluster_packets: None,
            dict_resizing: true,
        }
    }
}
