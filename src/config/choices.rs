//! # Choices: the directives that are one word out of a few
//!
//! Each is an enum whose variants carry the word of the config file. The order of the variants is the
//! order in which a refusal lists them: `argument(s) must be one of the following: everysec, always, no`.

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            pub const TEXTS: &'static [&'static str] = &[$($text),+];

            /// The word of the config file.
            pub const fn text(self) -> &'static str {
                Self::TEXTS[self as usize]
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::ALL[0]
            }
        }
    )+};
}

choices! {
    /// When the AOF reaches the disk.
    AppendFsync { EverySec = "everysec", Always = "always", No = "no" }

    /// What a new ACL user may subscribe to.
    AclPubsubDefault { AllChannels = "allchannels", ResetChannels = "resetchannels" }

    /// How clients are told to reach a cluster node.
    EndpointType { Ip = "ip", Hostname = "hostname", Unknown = "unknown-endpoint" }

    /// Whether an operator-only door is open: for nobody, for all, for local connections.
    Gate { No = "no", Yes = "yes", Local = "local" }

    LogLevel {
        Debug = "debug",
        Verbose = "verbose",
        Notice = "notice",
        Warning = "warning",
        Nothing = "nothing",
    }

    MaxmemoryPolicy {
        VolatileLru = "volatile-lru",
        VolatileLfu = "volatile-lfu",
        VolatileRandom = "volatile-random",
        VolatileTtl = "volatile-ttl",
        AllkeysLru = "allkeys-lru",
        AllkeysLfu = "allkeys-lfu",
        AllkeysRandom = "allkeys-random",
        NoEviction = "noeviction",
    }

    /// `yes` is `relative`: it is shown as `yes` whichever of the two was given.
    OomScoreAdj { No = "no", Yes = "yes", Relative = "relative", Absolute = "absolute" }

    /// What a replica does with a command from its master that fails.
    PropagationError { Ignore = "ignore", Panic = "panic", PanicOnReplicas = "panic-on-replicas" }

    /// Whether a replica may load a snapshot straight from the socket.
    DisklessLoad { Disabled = "disabled", OnEmptyDb = "on-empty-db", SwapDb = "swapdb" }

    /// How deeply the payload of RESTORE and of snapshots is examined.
    SanitizePayload { No = "no", Yes = "yes", Clients = "clients" }

    Supervised { Upstart = "upstart", Systemd = "systemd", Auto = "auto", No = "no" }

    SyslogFacility {
        User = "user",
        Local0 = "local0",
        Local1 = "local1",
        Local2 = "local2",
        Local3 = "local3",
        Local4 = "local4",
        Local5 = "local5",
        Local6 = "local6",
        Local7 = "local7",
    }

    /// Whether TLS clients must show a certificate.
    TlsAuthClients { No = "no", Yes = "yes", Optional = "optional" }
}

impl MaxmemoryPolicy {
    /// Whether keys are chosen by how often, not by when, they were used.
    #[inline]
    pub fn is_lfu(self) -> bool {
        matches!(self, MaxmemoryPolicy::AllkeysLfu | MaxmemoryPolicy::VolatileLfu)
    }

    #[inline]
    pub fn is_lru(self) -> bool {
        matches!(self, MaxmemoryPolicy::AllkeysLru | MaxmemoryPolicy::VolatileLru)
    }
}
