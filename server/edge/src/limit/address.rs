//! Where a request comes from: the peer, or what a proxy that we trust says of it.

use axum::extract::{ConnectInfo, Request};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// The address that limits count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub IpAddr);

/// A block of addresses, such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits().into(), other.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        // A shift by the whole width would overflow: then every address fits.
        let cut = |bits: u128| bits.checked_shr(width - self.prefix).unwrap_or(0);
        cut(own) == cut(other)
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no network such as 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), str::parse).map_err(|_| wrong())?;
        if prefix <= width { Ok(Self { address, prefix }) } else { Err(wrong()) }
    }
}

/// The peer's address; behind trusted proxies, the rightmost hop that is not one of them. What
/// stands further left was written by the client itself.
pub(crate) fn client_address(request: &Request, trusted: &[Network]) -> ClientAddress {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let hops = request.headers().get_all("x-forwarded-for").iter().rev();
    let hops = hops.filter_map(|value| value.to_str().ok()).flat_map(|value| value.rsplit(','));
    for hop in hops {
        if !is_trusted(address) {
            break;
        }
        let Ok(named) = hop.trim().parse::<IpAddr>() else { break };
        address = named.to_canonical();
    }
    ClientAddress(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<Network> =
            ["10.0.0.0/8", "::1"].iter().map(|text| text.parse().unwrap()).collect();
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let peer: SocketAddr = format!("{peer}:1").parse().unwrap();
        let request = request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap();
        client_address(&request, &trusted).0.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!("1.2.3.4", from("1.2.3.4", &["9.9.9.9"]));
        assert_eq!("9.9.9.9", from("10.1.1.1", &["8.8.8.8, 9.9.9.9"]));
        assert_eq!("9.9.9.9", from("10.1.1.1", &["8.8.8.8", "9.9.9.9, 10.2.2.2"]));
        assert_eq!("7.7.7.7", from("[::1]", &["7.7.7.7"]));
        assert_eq!("10.1.1.1", from("10.1.1.1", &["nonsense"]));
    }

    #[test]
    fn networks_are_read() {
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("1.2.3.4".parse().unwrap()));
        assert!("1.2.3.4".parse::<Network>().unwrap().contains("::ffff:1.2.3.4".parse().unwrap()));
        assert!("1.2.3.4/33".parse::<Network>().is_err() && "x".parse::<Network>().is_err());
    }
}
