//! Which addresses may be called: users type them, so none may lead into our own network.
//! Checked when a connection is made, because a name can change its mind after any earlier check.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A name led to addresses that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("{0} is an address of a private network")]
pub struct PrivateAddress(String);

/// Resolves names and leaves out what is not public. The binary also puts it before the model
/// providers whose address a tenant has entered.
#[derive(Clone, Copy, Debug)]
pub struct GuardedResolver {
    /// Leaves out nothing: for development.
    pub allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|at| allow_private || is_public(at.ip())).collect();
            if any && allowed.is_empty() {
                return Err(PrivateAddress(name.as_str().to_owned()).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Refuses an address that is written as a number: those never reach the resolver.
pub fn check_literal(url: &Url, allow_private: bool) -> Result<(), PrivateAddress> {
    let host = url.host_str().unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(ip) if !allow_private && !is_public(ip) => Err(PrivateAddress(host.to_owned())),
        _ => Ok(()),
    }
}

/// Reads a site's address as people type it: the scheme may be missing, and what follows the
/// folder of the installation (`/wp-admin/…`, `/wp-login.php`) is cut off.
pub(crate) fn site_url(typed: &str) -> Result<Url, String> {
    let typed = typed.trim();
    let with_scheme = if typed.contains("://") {
        typed.to_owned()
    } else {
        let scheme = if is_loopback_name(typed) { "http" } else { "https" };
        format!("{scheme}://{typed}")
    };
    let mut url = Url::parse(&with_scheme).map_err(|_| "this is not a web address".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("only http and https addresses can be used".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("leave user name and password out of the address".to_owned());
    }
    let path = ["/wp-admin", "/wp-login.php", "/wp-json", "/index.php"]
        .iter()
        .filter_map(|tail| url.path().find(tail))
        .min()
        .map_or(url.path(), |at| &url.path()[..at])
        .trim_end_matches('/')
        .to_owned();
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Development sites on this machine rarely have certificates.
fn is_loopback_name(typed: &str) -> bool {
    let host = typed.split(['/', ':']).next().unwrap_or_default();
    host == "localhost" || host.starts_with("127.")
}

/// True for addresses of the public internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reserved = a == 0 // "this network"
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local() // also where clouds serve their metadata
        || (a == 100 && (64..128).contains(&b)) // carriers' shared space
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (b == 18 || b == 19)) // benchmarks
        || ip.is_documentation()
        || a >= 224; // multicast, reserved, broadcast
    !reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = embedded_v4(ip) {
        return is_public_v4(inner);
    }
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given out; of it, these parts are not the internet.
    (a & 0xe000) == 0x2000
        && !(a == 0x2001 && b < 0x0200) // protocol assignments, Teredo
        && !(a == 0x2001 && b == 0x0db8) // documentation
        && !(a == 0x3fff && b < 0x1000) // documentation
}

/// IPv4 addresses in IPv6 clothes: they lead where the inner one leads.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(join(high, low)), // mapped
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)), // NAT64
        [0x2002, high, low, ..] => Some(join(high, low)),            // 6to4
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn private_addresses_are_not_public() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "192.1.0.1",
            "198.20.0.1",
            "223.255.255.254",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    proptest! {
        #[test]
        fn mapped_addresses_are_judged_by_what_they_hold(bits: u32) {
            let inner = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(is_public(inner.into()), is_public(inner.to_ipv6_mapped().into()));
        }

        #[test]
        fn typed_addresses_never_panic(typed in "\\PC{0,60}") {
            if let Ok(url) = site_url(&typed) {
                prop_assert!(url.query().is_none() && url.username().is_empty());
                prop_assert_eq!(site_url(url.as_str()).map(|again| again.path().to_owned()).unwrap(), url.path());
            }
        }
    }

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for (typed, read) in [
            ("example.com", "https://example.com/"),
            (" http://example.com/blog/ ", "http://example.com/blog"),
            ("https://example.com/wp-admin/options.php?page=x#y", "https://example.com/"),
            ("example.com/blog/wp-login.php", "https://example.com/blog"),
            ("localhost:8180", "http://localhost:8180/"),
            ("127.0.0.1:8180/wp-json/", "http://127.0.0.1:8180/"),
        ] {
            assert_eq!(site_url(typed).unwrap().as_str(), read, "{typed}");
        }
        for wrong in ["", "ftp://example.com", "https://", "https://me:pw@example.com", "a b"] {
            assert!(site_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_in_disguise_are_recognised() {
        for disguised in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://017700000001/",
        ] {
            let url = Url::parse(disguised).unwrap();
            assert!(check_literal(&url, false).is_err(), "{disguised}");
            assert!(check_literal(&url, true).is_ok(), "{disguised}");
        }
    }
}
