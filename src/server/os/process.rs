//! # Process: what the kernel knows of it, and what it may be asked
//!
//! Reading (memory, CPU time, system name) never fails: a figure that cannot be had is
//! zero, since INFO must answer. Asking (limits, affinity, priority) says why not.
#![allow(unsafe_code)]

use std::fs;
use std::io;

/// A date in the machine's time zone.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalTime {
    pub year: i32,
    pub month0: usize,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
}

/// CPU time in microseconds, in user code and in the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuTime {
    pub user_us: u64,
    pub sys_us: u64,
}

/// Breaks Unix time (in seconds) down in the machine's time zone.
pub fn local_time(unix_secs: i64) -> LocalTime {
    // SAFETY: `tm` is plain data for which all zeros is a value; localtime_r writes to it
    // and reads the time, both of which outlive the call.
    let tm = unsafe {
        let mut tm: libc::tm = std::mem::zeroed();
        libc::localtime_r(&unix_secs, &mut tm);
        tm
    };
    LocalTime {
        year: tm.tm_year + 1900,
        month0: tm.tm_mon as usize,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
    }
}

/// Bytes of memory that are resident.
pub fn rss_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let resident = pages.split(' ').nth(1).and_then(|word| word.parse::<u64>().ok());
    resident.unwrap_or(0) * page_bytes()
}

pub fn total_memory_bytes() -> u64 {
    // SAFETY: sysconf reads a number and touches no memory of ours.
    let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
    pages.max(0) as u64 * page_bytes()
}

fn page_bytes() -> u64 {
    // SAFETY: as in `total_memory_bytes`.
    (unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).max(0) as u64
}

/// CPU time of this process.
pub fn cpu_time() -> CpuTime {
    usage(libc::RUSAGE_SELF)
}

/// CPU time of its finished children.
pub fn children_cpu_time() -> CpuTime {
    usage(libc::RUSAGE_CHILDREN)
}

fn usage(who: libc::c_int) -> CpuTime {
    // SAFETY: `rusage` is plain data for which all zeros is a value, and getrusage writes
    // one of them.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(who, &mut usage);
        usage
    };
    let us = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
    CpuTime { user_us: us(usage.ru_utime), sys_us: us(usage.ru_stime) }
}

/// `Linux 6.1.0 x86_64`: kernel, release, machine.
pub fn system_name() -> String {
    // SAFETY: `utsname` is plain data for which all zeros is a value, and uname writes one.
    let name = unsafe {
        let mut name: libc::utsname = std::mem::zeroed();
        libc::uname(&mut name);
        name
    };
    let text = |field: &[libc::c_char]| -> String {
        field.iter().take_while(|&&byte| byte != 0).map(|&byte| byte as u8 as char).collect()
    };
    format!("{} {} {}", text(&name.sysname), text(&name.release), text(&name.machine))
}

/// How many descriptors may be open now, and how far that limit may be raised.
pub fn open_files_limit() -> io::Result<(u64, u64)> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: getrlimit writes to the struct, which outlives the call.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) })?;
    Ok((limit.rlim_cur, limit.rlim_max))
}

/// # Errors
/// When the kernel refuses: an unprivileged process may not raise its hard limit.
pub fn set_open_files_limit(count: u64) -> io::Result<()> {
    let (_, hard) = open_files_limit()?;
    let limit = libc::rlimit { rlim_cur: count, rlim_max: hard.max(count) };
    // SAFETY: setrlimit reads the struct, which outlives the call.
    check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) })
}

/// Keeps transparent huge pages off this process: after a fork each write would copy 2 MB.
pub fn disable_huge_pages() -> io::Result<()> {
    // SAFETY: this prctl takes a number and touches no memory of ours.
    check(unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) })
}

/// Lets this thread, and threads that it starts later, run on `cpus` only.
///
/// # Errors
/// When none of them is there.
pub fn run_on_cpus(cpus: &[usize]) -> io::Result<()> {
    // SAFETY: `cpu_set_t` is plain data for which all zeros is the empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    for &cpu in cpus.iter().filter(|&&cpu| cpu < libc::CPU_SETSIZE as usize) {
        // SAFETY: the number is within the set, as filtered.
        unsafe { libc::CPU_SET(cpu, &mut set) };
    }
    // SAFETY: the set is read for as many bytes as it has.
    check(unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) })
}

/// Leaves the terminal: the parent exits, the child goes on in a session of its own with
/// its standard streams on /dev/null. Call it before any thread is started.
///
/// # Errors
/// When the process cannot fork.
pub fn daemonize() -> io::Result<()> {
    // SAFETY: there is one thread, so the child finds every lock free; the parent leaves
    // at once without running destructors that the child shares.
    unsafe {
        match libc::fork() {
            -1 => return Err(io::Error::last_os_error()),
            0 => {}
            _ => libc::_exit(0),
        }
        libc::setsid();
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        if null >= 0 {
            for stream in 0..3 {
                libc::dup2(null, stream);
            }
            if null > 2 {
                libc::close(null);
            }
        }
    }
    Ok(())
}

/// Stops this process until somebody continues it: how Upstart is told.
pub fn stop_self() {
    // SAFETY: raise touches no memory of ours.
    unsafe { libc::raise(libc::SIGSTOP) };
}

pub fn ignore_hangups_and_broken_pipes() {
    for signal in [libc::SIGHUP, libc::SIGPIPE] {
        // SAFETY: SIG_IGN is a valid disposition and runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

/// Leaves all signals to other threads: the one that serves must get them, so that its
/// wait ends, and the watchdog must see its stack.
pub fn block_signals_in_this_thread() {
    // SAFETY: the set is filled before it is read; both live on this stack.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

fn check(status: libc::c_int) -> io::Result<()> {
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_knows_something_of_us() {
        assert!(rss_bytes() > 1 << 16);
        assert!(total_memory_bytes() > rss_bytes());
        assert!(system_name().starts_with("Linux "));
        let (now, most) = open_files_limit().unwrap();
        assert!(now > 0 && now <= most);
    }
}
