//! The site itself: its name, its voice, its link.

use super::{Site, key};
use crate::entity::{Context, Draft, Refusal};
use crate::secret::SealedSecret;
use crate::site::command::SiteReply;
use crate::site::record::{Link, SiteCard, SiteRecord};

/// The longest name of a site, in characters.
const NAME_CHARS_MAX: usize = 120;
/// The longest brand voice, in characters: it goes into every prompt.
const VOICE_CHARS_MAX: usize = 4_000;

pub(in crate::site) fn change(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    name: Option<String>,
    language: Option<String>,
    (brand_voice, persona, hosts): (Option<String>, Option<String>, Option<Vec<String>>),
) -> Result<SiteReply, Refusal> {
    let mut card = card(draft)?;
    if let Some(name) = name {
        card.name = bounded("name", name.trim(), 1, NAME_CHARS_MAX)?;
    }
    if let Some(language) = language {
        card.language = bounded("language", language.trim(), 2, 35)?;
    }
    if let Some(voice) = brand_voice {
        card.brand_voice = bounded("brand_voice", voice.trim(), 0, VOICE_CHARS_MAX)?;
    }
    if let Some(persona) = persona {
        card.persona = bounded("persona", persona.trim(), 0, VOICE_CHARS_MAX)?;
    }
    if let Some(hosts) = hosts {
        card.link_hosts = link_hosts(&hosts)?;
    }
    save(draft, context, card);
    Ok(SiteReply::Done)
}

/// Other hosts of a site at most: a list that a person can still read.
const LINK_HOSTS_MAX: usize = 50;

fn link_hosts(hosts: &[String]) -> Result<Vec<String>, Refusal> {
    if hosts.len() > LINK_HOSTS_MAX {
        let message = format!("At most {LINK_HOSTS_MAX} hosts can be named.");
        return Err(Refusal::invalid("link_hosts", message));
    }
    let clean = |host: &String| {
        let host = host.trim().to_ascii_lowercase();
        let is_host = host.contains('.')
            && host.len() <= 253
            && host.split('.').all(|part| !part.is_empty())
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
        is_host.then_some(host.clone()).ok_or_else(|| {
            let message =
                format!("{host:?} is no host: write it as in example.com, without https://.");
            Refusal::invalid("link_hosts", message)
        })
    };
    let mut clean: Vec<String> = hosts.iter().map(clean).collect::<Result<_, Refusal>>()?;
    clean.sort();
    clean.dedup();
    Ok(clean)
}

pub(in crate::site) fn bounded(
    field: &str,
    text: &str,
    min: usize,
    max: usize,
) -> Result<String, Refusal> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(
        &format!("invalid_{field}"),
        format!("The {field} has {length} characters; {min} to {max} are allowed."),
    ))
}

fn card(draft: &Draft<'_, Site>) -> Result<SiteCard, Refusal> {
    draft.card().cloned().ok_or_else(|| Refusal::not_found("site"))
}

fn save(draft: &mut Draft<'_, Site>, context: &Context, mut card: SiteCard) {
    card.updated_at = context.now;
    draft.put(SiteRecord::Card(card));
}

pub(in crate::site) fn link(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    link: Link,
    secret: SealedSecret,
) -> Result<SiteReply, Refusal> {
    let mut card = card(draft)?;
    card.link = Some(link);
    save(draft, context, card);
    draft.put(SiteRecord::LinkSecret(secret));
    Ok(SiteReply::Done)
}

pub(in crate::site) fn reseal_link(
    draft: &mut Draft<'_, Site>,
    before: &SealedSecret,
    after: SealedSecret,
) -> SiteReply {
    if draft.link_secret() != Some(before) {
        return SiteReply::Stale;
    }
    draft.put(SiteRecord::LinkSecret(after));
    SiteReply::Done
}

pub(in crate::site) fn unlink(
    draft: &mut Draft<'_, Site>,
    context: &Context,
) -> Result<SiteReply, Refusal> {
    let mut card = card(draft)?;
    card.link = None;
    save(draft, context, card);
    draft.delete(vec![key::LINK_SECRET]);
    Ok(SiteReply::Done)
}

pub(in crate::site) fn note_problem(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    problem: Option<String>,
) -> Result<SiteReply, Refusal> {
    let mut card = card(draft)?;
    if let Some(link) = &mut card.link
        && link.problem != problem
    {
        link.problem = problem;
        save(draft, context, card);
    }
    Ok(SiteReply::Done)
}
