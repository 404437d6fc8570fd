//! # Syslog: the system's own log
#![allow(unsafe_code)]

use crate::config::{LogLevel, SyslogFacility};
use std::ffi::CString;

/// Names this program and its facility for all later messages.
pub fn open(ident: &[u8], facility: SyslogFacility) {
    let facility = match facility {
        SyslogFacility::User => libc::LOG_USER,
        SyslogFacility::Local0 => libc::LOG_LOCAL0,
        SyslogFacility::Local1 => libc::LOG_LOCAL1,
        SyslogFacility::Local2 => libc::LOG_LOCAL2,
        SyslogFacility::Local3 => libc::LOG_LOCAL3,
        SyslogFacility::Local4 => libc::LOG_LOCAL4,
        SyslogFacility::Local5 => libc::LOG_LOCAL5,
        SyslogFacility::Local6 => libc::LOG_LOCAL6,
        SyslogFacility::Local7 => libc::LOG_LOCAL7,
    };
    let ident = c_text(ident).into_raw();
    // SAFETY: libc keeps the pointer; the text was leaked, so it lives as long.
    unsafe { libc::openlog(ident, libc::LOG_PID | libc::LOG_NDELAY | libc::LOG_NOWAIT, facility) };
}

pub fn write(level: LogLevel, message: &str) {
    let priority = match level {
        LogLevel::Debug => libc::LOG_DEBUG,
        LogLevel::Verbose => libc::LOG_INFO,
        LogLevel::Notice => libc::LOG_NOTICE,
        LogLevel::Warning | LogLevel::Nothing => libc::LOG_WARNING,
    };
    let message = c_text(message.as_bytes());
    // SAFETY: the format takes one C string, and is given one.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) };
}

fn c_text(text: &[u8]) -> CString {
    let text: Vec<u8> = text.iter().copied().filter(|&byte| byte != 0).collect();
    CString::new(text).expect("no zero byte is left")
}
