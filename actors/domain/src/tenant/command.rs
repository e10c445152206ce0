//! What can be asked of a tenant, what it answers, what it tells and what it causes.

use super::message::{AccountMessage, SiteMessage};
use super::plan::Plan;
use super::prompt::PromptKind;
use super::record::{
    AiModelSettings, AiProvider, LowLevel, Member, ModelKey, Prompt, SiteEntry, TenantCard,
    WorkPause,
};
use super::route::{AiRouting, RoutingChange};
use crate::lane::ModelUsage;
use crate::ledger::{Balance, Part};
use crate::role::Role;
use crate::secret::SealedSecret;
use igny8_protocol_ids::{AccountId, Credits, SiteId, TenantId, TransferId};
use serde::{Deserialize, Serialize};

/// What to do with the key of a model's service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Keep the one that is there. Refused if the address changes: a kept key must not be sent
    /// to another server than the one it was given for.
    Keep,
    /// Have none.
    Remove,
    /// Take this one.
    Replace(ModelKey),
}

/// What can be asked of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantCommand {
    /// Begin. Repeated by the same owner, it changes nothing.
    Create {
        /// Its id.
        id: TenantId,
        /// Its name.
        name: String,
        /// Its plan.
        plan: Plan,
        /// The first owner.
        owner: AccountId,
        /// Their address.
        owner_email: String,
        /// Their name.
        owner_name: String,
        /// Credits to begin with, as a promotion that never ends. Plan credits come with a
        /// paid invoice, by [`TenantCommand::Grant`].
        demo_credits: Option<Credits>,
    },
    /// Give it another name.
    Rename {
        /// The name.
        name: String,
    },
    /// Add a person; repeated with the same role, it changes nothing.
    AddMember {
        /// Who.
        account: AccountId,
        /// Their address.
        email: String,
        /// Their name.
        name: String,
        /// As what.
        role: Role,
    },
    /// Give a member another role.
    ChangeRole {
        /// Who.
        account: AccountId,
        /// The role.
        role: Role,
    },
    /// Remove a member; everybody may remove themselves.
    RemoveMember {
        /// Who.
        account: AccountId,
    },
    /// Add a site.
    CreateSite {
        /// Its id; repeated, it changes nothing.
        site: SiteId,
        /// Its name.
        name: String,
        /// The language of its content.
        language: String,
        /// How its articles sound.
        brand_voice: String,
    },
    /// A site asks for credits. The answer is a message to it.
    Allot {
        /// The request, under whose id the credits travel.
        transfer: TransferId,
        /// Who asks.
        site: SiteId,
        /// For how much.
        amount: Credits,
        /// With how much it can begin: with less it is refused.
        least: Credits,
    },
    /// A site sends credits back: asked by a recall, or because it has no use for them.
    ReturnSlice {
        /// The recall's id, or one of the site's own.
        transfer: TransferId,
        /// Who sends them.
        site: SiteId,
        /// What; empty if all of the site's credits are held.
        parts: Vec<Part>,
        /// The shipment's number; 0 if it carries nothing, or was sent before they were numbered.
        number: u64,
    },
    /// Credits arrive from outside.
    Grant {
        /// The cause, which counts once: an invoice line.
        key: String,
        /// What arrives.
        part: Part,
        /// In words.
        reason: String,
    },
    /// The ledger's entries up to this one lie in a page now.
    FinishFiling {
        /// The last of them.
        last: u64,
        /// The page's blob.
        blob: [u8; 32],
    },
    /// Set the levels of credits below which the tenant is told.
    SetLowLevels {
        /// Which; none for never.
        levels: Vec<Credits>,
    },
    /// A site reports what its slice has used since it began.
    NoteUse {
        /// Which site.
        site: SiteId,
        /// What it has spent and let end.
        used: Credits,
    },
    /// Choose where models come from.
    SetModels {
        /// Whose.
        provider: AiProvider,
        /// The service's address.
        base_url: Option<String>,
        /// The model for text.
        model: Option<String>,
        /// The key.
        key: KeyChange,
    },
    /// Choose several models, how one is chosen, and what they may cost.
    SetRouting(RoutingChange),
    /// Calls for none of its sites used this.
    BookUse {
        /// By model.
        used: ModelUsage,
    },
    /// The kept key was sealed anew by a newer key. Without effect if another is kept by now.
    ResealModelKey {
        /// As it was kept.
        before: SealedSecret,
        /// As it is kept from now on: the same secret.
        after: SealedSecret,
    },
    /// Write a new version of a template.
    SetPrompt {
        /// Which.
        kind: PromptKind,
        /// Its text.
        template: String,
    },
    /// Hold all work of all sites up, or let it go on. What runs goes on to its end.
    PauseWork {
        /// True holds it up.
        paused: bool,
    },
    /// Use an older version of a template again, as a new version.
    RestorePrompt {
        /// Which.
        kind: PromptKind,
        /// The version; 0 is ours.
        version: u32,
    },
    /// It is time: credits end, requests are answered.
    Tick,
}

/// What a tenant answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TenantReply {
    /// Done; an answer to a site comes as a message.
    Done,
    /// The tenant, as it is now.
    Tenant(TenantCard),
    /// The member, as they are now.
    Member(Member),
    /// The site's place in the tenant.
    Site(SiteEntry),
    /// The models, as they are now.
    Models(AiModelSettings),
    /// The routes to the models, as they are now.
    Routing(AiRouting),
    /// The template, as it is now.
    Prompt(Prompt),
    /// The levels of low credits, as they are now.
    LowLevels(Vec<LowLevel>),
}

/// What a tenant tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TenantEvent {
    /// Name or plan changed.
    TenantChanged(TenantCard),
    /// A member is new, has another role, or is gone. Open sockets are checked against it.
    MemberChanged {
        /// Who.
        account: AccountId,
        /// Their address.
        email: String,
        /// Their name.
        name: String,
        /// Their role; none after they were removed.
        role: Option<Role>,
    },
    /// A site is new.
    SiteListed(SiteEntry),
    /// The tenant's own part of its credits changed.
    CreditsChanged {
        /// As it is now.
        balance: Balance,
    },
    /// All work is held up, or goes on.
    WorkPaused(Option<WorkPause>),
    /// The tenant's credits, with all slices, fell below a level.
    CreditsLow {
        /// Which.
        level: Credits,
        /// What is left.
        left: Credits,
    },
    /// The models changed.
    ModelsChanged(AiModelSettings),
    /// A template changed.
    PromptChanged {
        /// Which.
        kind: PromptKind,
        /// Its version now.
        version: u32,
    },
}

/// What a tenant causes (R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TenantEffect {
    /// Tell a site.
    ToSite {
        /// Which.
        site: SiteId,
        /// What.
        message: SiteMessage,
    },
    /// Write the oldest entries of the ledger into a page.
    FileEntries {
        /// The last of them.
        last: u64,
    },
    /// Tell a person's account.
    ToAccount {
        /// Whose.
        account: AccountId,
        /// What.
        message: AccountMessage,
    },
}
