//! Takes a port.

use crate::config::Settings;
use anyhow::Context;
use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// How many ports are tried beyond the usual one.
const FALLBACK_PORTS: u16 = 100;

/// Listens at the configured address, or with `port_fallback` at the next free port.
pub(super) async fn bind(settings: &Settings) -> anyhow::Result<TcpListener> {
    let wanted = settings.listen;
    let tries = if settings.port_fallback { FALLBACK_PORTS } else { 0 };
    for next in 0..=tries {
        let address = SocketAddr::new(wanted.ip(), wanted.port().saturating_add(next));
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse && next < tries => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("cannot listen at {address}; choose another with --listen or --port-fallback")
                });
            }
        }
    }
    anyhow::bail!("no port from {} on is free", wanted.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    fn settings(listen: SocketAddr, port_fallback: bool) -> Settings {
        let mut layers = Layers::default();
        layers.flag("development", "1");
        layers.flag("listen", listen.to_string());
        layers.flag("port_fallback", port_fallback.to_string());
        Settings::read(layers).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    #[tokio::test]
    async fn taken_port_is_an_error_or_the_next_one() {
        let holder = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = holder.local_addr().unwrap();
        let error = bind(&settings(address, false)).await.unwrap_err();
        assert!(format!("{error:#}").contains("--port-fallback"), "{error:#}");
        let next = bind(&settings(address, true)).await.unwrap().local_addr().unwrap();
        assert!(next.port() > address.port());
    }
}
