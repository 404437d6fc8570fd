//! # Title: `redis-server 127.0.0.1:6379 [sentinel]`
//!
//! `ps` shows what `proc-title-template` says, with its holes filled: who runs several
//! servers tells them apart by it.

use super::os::title::TitleArea;
use crate::config::Config;
use crate::config::rules::expand_proc_title;

#[derive(Debug, Default)]
pub struct Title {
    area: Option<TitleArea>,
    /// How the program was called.
    program: Vec<u8>,
    config_file: Vec<u8>,
}

impl Title {
    /// Takes the place in memory where the title goes; see [`TitleArea::claim`] for when.
    pub fn claim(program: &[u8], config_file: &[u8], config: &Config) -> Title {
        let area = if config.set_proc_title { TitleArea::claim() } else { None };
        Title { area, program: program.to_vec(), config_file: config_file.to_vec() }
    }

    /// Fills the template by the config.
    pub fn show(&mut self, config: &Config) {
        let Some(area) = &mut self.area else { return };
        let fill = |hole: &[u8]| -> Option<Vec<u8>> {
            Some(match hole {
                b"title" => self.program.clone(),
                b"listen-addr" => listen_address(config),
                b"server-mode" if config.cluster_enabled => b"[cluster]".to_vec(),
                b"server-mode" => Vec::new(),
                b"port" => config.port.to_string().into_bytes(),
                b"tls-port" => config.tls_port.to_string().into_bytes(),
                b"unixsocket" => config.unixsocket.clone(),
                b"config-file" => self.config_file.clone(),
                _ => return None,
            })
        };
        if let Some(title) = expand_proc_title(&config.proc_title_template, fill) {
            area.write(title.trim_ascii_end());
        }
    }
}

/// The first address and the port, or the Unix socket where there is no port.
fn listen_address(config: &Config) -> Vec<u8> {
    if config.port == 0 && config.tls_port == 0 {
        return config.unixsocket.clone();
    }
    let port = if config.port == 0 { config.tls_port } else { config.port };
    let host = config.bind.first().map_or(b"*".as_slice(), |bind| bind);
    let host = host.strip_prefix(b"-").unwrap_or(host);
    [host, b":", port.to_string().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_first_one_or_the_socket() {
        let mut config = Config::new();
        assert_eq!(listen_address(&config), b"*:6379");
        (config.port, config.unixsocket) = (0, b"/tmp/s".to_vec());
        assert_eq!(listen_address(&config), b"/tmp/s");
    }
}
