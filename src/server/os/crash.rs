//! # Crash: last words
//!
//! When the process dies by a fault of its own, the log gets a report first: what
//! happened, and the functions that led there. Supervisors and people look for its
//! marks, so those are Redis's.
//!
//! ```text
//! === REDIS BUG REPORT START: Cut & paste starting from here ===
//! Keynotes 7.4.1 crashed by signal: 11, si_code: 1
//! ------ STACK TRACE ------
//! 0x55d0… keynotes::engine::…
//! === REDIS BUG REPORT END. Make sure to include from START to END. ===
//! ```
//!
//! A signal may strike anywhere, also inside the allocator, so the handler works in
//! steps of falling safety: it formats on the stack and writes with `write`; then come
//! the bare addresses; last the names, for which the symbol reader must allocate. An
//! alarm ends the process if that last step hangs. Then the signal is raised again with
//! its default action, so that who waits for us sees the true cause of death.
#![allow(unsafe_code)]

use std::ffi::{CString, c_int, c_void};
use std::fmt::{self, Write};
use std::panic::PanicHookInfo;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

/// Signals by which a broken program dies.
const FATAL: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT];
/// Seconds that naming the frames may take.
const NAMING_TIME_MAX_S: u32 = 10;
const STACK_LEN: usize = 256 * 1024;
pub(super) const FRAMES_MAX: usize = 64;

/// Path of the log as a C string; null is standard output. Never freed.
static LOG_PATH: AtomicPtr<libc::c_char> = AtomicPtr::new(ptr::null_mut());
/// `use-exit-on-panic`: leave by exit(1), not by SIGABRT.
static EXIT_ON_PANIC: AtomicBool = AtomicBool::new(false);
/// The signal that is being reported, for the alarm to die of.
static DYING_OF: AtomicI32 = AtomicI32::new(0);

/// Where reports go; `None` is standard output.
pub fn set_log_path(path: Option<&Path>) {
    use std::os::unix::ffi::OsStrExt;
    let path = path.and_then(|path| CString::new(path.as_os_str().as_bytes()).ok());
    LOG_PATH.store(path.map_or(ptr::null_mut(), CString::into_raw), Ordering::Relaxed);
}

pub fn set_exit_on_panic(exit: bool) {
    EXIT_ON_PANIC.store(exit, Ordering::Relaxed);
}

/// Reports fatal signals from now on, on a stack of their own: the first one may have
/// been caused by the stack's end.
pub fn report_fatal_signals() {
    // SAFETY: the stack is leaked, so it outlives the process's use of it; the handler has
    // the signature that SA_SIGINFO asks for; all-zero structs are valid for these types.
    unsafe {
        let stack = Box::leak(vec![0u8; STACK_LEN].into_boxed_slice());
        let mut alternate: libc::stack_t = std::mem::zeroed();
        alternate.ss_sp = stack.as_mut_ptr().cast();
        alternate.ss_size = STACK_LEN;
        libc::sigaltstack(&alternate, ptr::null_mut());
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigemptyset(&mut action.sa_mask);
        action.sa_flags =
            libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER | libc::SA_RESETHAND;
        action.sa_sigaction = on_fatal_signal as *const () as usize;
        for signal in FATAL {
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
    // The unwinder loads what it needs on first use: better now than inside a handler.
    let mut frames = [ptr::null_mut(); FRAMES_MAX];
    walk_stack(&mut frames);
}

/// Lets fatal signals end the process without a word. Rust's runtime takes SIGSEGV and
/// SIGBUS to look for stack overflows, and swallows one that another process sends.
pub fn die_silently_of_fatal_signals() {
    for signal in FATAL {
        // SAFETY: the default action runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// Turns panics (broken invariants) into a report and the end of the process.
pub fn report_panics() {
    std::panic::set_hook(Box::new(on_panic));
}

/// Reports a state that must not be, as DEBUG PANIC asks, and ends the process.
pub fn guru_meditation(what: &str) -> ! {
    let mut out = Report::open();
    out.begin();
    let _ = writeln!(out, "!!! Software Failure. Press left mouse button to continue");
    let _ = writeln!(out, "Guru Meditation: {what}");
    out.trace();
    out.end();
    leave()
}

/// Reports an assertion that does not hold, and ends the process.
pub fn assertion_failed(what: &dyn fmt::Display) -> ! {
    let mut out = Report::open();
    out.begin();
    let _ = writeln!(out, "=== ASSERTION FAILED ===\n==> {what}");
    out.trace();
    out.end();
    leave()
}

/// Writes to an address that nobody may write to.
pub fn segfault() {
    // SAFETY: there is none, and that is the purpose: the page at this address is never
    // mapped, the process gets SIGSEGV and nothing else is touched.
    unsafe { ptr::without_provenance_mut::<u8>(8).write_volatile(1) }
}

fn on_panic(info: &PanicHookInfo<'_>) {
    let text = info.payload_as_str().unwrap_or("a panic without words");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    assertion_failed(&format_args!("{place} {text}"))
}

fn leave() -> ! {
    if EXIT_ON_PANIC.load(Ordering::Relaxed) {
        std::process::exit(1);
    }
    // SAFETY: the default action of SIGABRT runs no code of ours: no second report.
    unsafe { libc::signal(libc::SIGABRT, libc::SIG_DFL) };
    std::process::abort();
}

extern "C" fn on_fatal_signal(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    DYING_OF.store(signal, Ordering::Relaxed);
    let mut out = Report::open();
    out.begin();
    // SAFETY: SA_SIGINFO promises a valid `info`; a null one is looked for all the same.
    let (code, address) = unsafe {
        info.as_ref().map_or((0, ptr::null_mut()), |info| (info.si_code, info.si_addr()))
    };
    let _ = writeln!(out, "Keynotes (Redis 7.4.1) crashed by signal: {signal}, si_code: {code}");
    if code > 0 {
        let _ = writeln!(out, "Accessing address: {address:p}");
    }
    // SAFETY: alarm and signal take numbers and a handler that only raises a signal.
    unsafe {
        libc::signal(libc::SIGALRM, on_alarm as *const () as usize);
        libc::alarm(NAMING_TIME_MAX_S);
    }
    out.trace();
    out.end();
    die_of(signal);
}

extern "C" fn on_alarm(_: c_int) {
    die_of(DYING_OF.load(Ordering::Relaxed));
}

fn die_of(signal: c_int) {
    // SAFETY: the default action of these signals ends the process and runs no code of ours.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Collects return addresses into `frames`; returns how many there are.
pub(super) fn walk_stack(frames: &mut [*mut c_void]) -> usize {
    let mut count = 0;
    // SAFETY: tracing unsynchronized is sound as long as no two threads do it at once: it
    // is done by the one thread that serves, or by the one that dies.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            if count < frames.len() {
                frames[count] = frame.ip();
                count += 1;
            }
            count < frames.len()
        });
    }
    count
}

/// An open log, written to without buffer, lock or allocation.
pub(super) struct Report {
    file: c_int,
    close: bool,
}

impl Report {
    pub(super) fn open() -> Report {
        let path = LOG_PATH.load(Ordering::Relaxed);
        if path.is_null() {
            return Report { file: 1, close: false };
        }
        let how = libc::O_APPEND | libc::O_CREAT | libc::O_WRONLY;
        // SAFETY: the path is a C string that is never freed.
        let file = unsafe { libc::open(path, how, 0o644) };
        Report { file: if file < 0 { 1 } else { file }, close: file >= 0 }
    }

    fn begin(&mut self) {
        let _ =
            self.write_str("\n\n=== REDIS BUG REPORT START: Cut & paste starting from here ===\n");
    }

    fn end(&mut self) {
        let _ = self
            .write_str("\n=== REDIS BUG REPORT END. Make sure to include from START to END. ===\n");
    }

    /// Addresses first, then names.
    fn trace(&mut self) {
        let mut frames = [ptr::null_mut(); FRAMES_MAX];
        let count = walk_stack(&mut frames);
        self.addresses(&frames[..count]);
        let _ = self.write_str("\nBacktrace:\n");
        for &frame in &frames[..count] {
            self.name(frame);
        }
    }

    pub(super) fn addresses(&mut self, frames: &[*mut c_void]) {
        let _ = self.write_str("\n------ STACK TRACE ------\nAddresses:");
        for &frame in frames {
            let _ = write!(self, " {frame:p}");
        }
        let _ = self.write_str("\n");
    }

    pub(super) fn name(&mut self, frame: *mut c_void) {
        let mut named = false;
        // SAFETY: as for tracing: one thread at a time.
        unsafe {
            backtrace::resolve_unsynchronized(frame, |symbol| {
                let _ = write!(self, "{frame:p} ");
                let _ = match symbol.name() {
                    Some(name) => write!(self, "{name:#}"),
                    None => write!(self, "?"),
                };
                if let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) {
                    let _ = write!(self, " {}:{line}", file.display());
                }
                let _ = self.write_str("\n");
                named = true;
            });
        }
        if !named {
            let _ = writeln!(self, "{frame:p} ?");
        }
    }
}

impl Write for Report {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // SAFETY: the pointer and length are those of a slice that we hold.
            match unsafe { libc::write(self.file, rest.as_ptr().cast(), rest.len()) } {
                count if count > 0 => rest = &rest[count as usize..],
                _ => return Err(fmt::Error),
            }
        }
        Ok(())
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if self.close {
            // SAFETY: the descriptor is ours and open.
            unsafe { libc::close(self.file) };
        }
    }
}
