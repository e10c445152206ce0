//! Roles and rights: one table, read by the edge, the sockets and the entities alike.

use serde::{Deserialize, Serialize};

/// What a member may be in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Everything, with billing and the transfer of ownership.
    Owner,
    /// Content, automation, members; sees billing.
    Admin,
    /// Generates, edits, publishes.
    Editor,
    /// Reads and comments.
    Viewer,
    /// Automation through the API only; not a person.
    SystemBot,
}

/// What can be done in a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// See keywords, clusters, ideas, tasks, documents and images.
    ReadContent,
    /// Import and change keywords.
    ImportKeywords,
    /// Cluster, merge, split, move, lock.
    ManageClusters,
    /// Spend credits: cluster by AI, ideas, drafts, images.
    GenerateContent,
    /// Write in a document.
    EditDocument,
    /// Comment on a document, without writing in it.
    Comment,
    /// Delete what others said in comments.
    ModerateComments,
    /// Approve a version for publication.
    ApproveDocument,
    /// Send an approved version to WordPress.
    Publish,
    /// Add sites and change their settings.
    ManageSites,
    /// Pair a site with a WordPress installation.
    LinkSite,
    /// Add members, change roles, remove members.
    ManageMembers,
    /// See plan, credits and invoices.
    ReadBilling,
    /// Change plan, buy credits.
    ManageBilling,
    /// Choose AI models and their keys.
    ManageModels,
    /// Change prompt templates.
    ManagePrompts,
    /// See queues, logs and metrics.
    ReadSystem,
    /// Cancel, retry, pause and resume tasks and automations.
    ControlTasks,
    /// Make another member an owner, or take that away.
    TransferOwnership,
}

impl Role {
    /// All roles, in the order of the table's columns.
    pub const ALL: [Self; 5] =
        [Self::Owner, Self::Admin, Self::Editor, Self::Viewer, Self::SystemBot];
}

const YES: bool = true;
const NO: bool = false;

/// Who may do what. Columns: Owner, Admin, Editor, Viewer, SystemBot. The bot runs automations
/// that a person set up, publication of approved versions included; it never approves.
#[rustfmt::skip]
const RIGHTS: [(Action, [bool; 5]); 19] = [
    (Action::ReadContent,       [YES, YES, YES, YES, YES]),
    (Action::ImportKeywords,    [YES, YES, YES, NO,  YES]),
    (Action::ManageClusters,    [YES, YES, YES, NO,  YES]),
    (Action::GenerateContent,   [YES, YES, YES, NO,  YES]),
    (Action::EditDocument,      [YES, YES, YES, NO,  YES]),
    (Action::Comment,           [YES, YES, YES, YES, YES]),
    (Action::ModerateComments,  [YES, YES, NO,  NO,  NO ]),
    (Action::ApproveDocument,   [YES, YES, YES, NO,  NO ]),
    (Action::Publish,           [YES, YES, YES, NO,  YES]),
    (Action::ManageSites,       [YES, YES, NO,  NO,  NO ]),
    (Action::LinkSite,          [YES, YES, NO,  NO,  NO ]),
    (Action::ManageMembers,     [YES, YES, NO,  NO,  NO ]),
    (Action::ReadBilling,       [YES, YES, NO,  NO,  NO ]),
    (Action::ManageBilling,     [YES, NO,  NO,  NO,  NO ]),
    (Action::ManageModels,      [YES, YES, NO,  NO,  NO ]),
    (Action::ManagePrompts,     [YES, YES, NO,  NO,  NO ]),
    (Action::ReadSystem,        [YES, YES, YES, NO,  YES]),
    (Action::ControlTasks,      [YES, YES, YES, NO,  YES]),
    (Action::TransferOwnership, [YES, NO,  NO,  NO,  NO ]),
];

/// Whether a role has a right.
pub fn allows(role: Role, action: Action) -> bool {
    RIGHTS.iter().any(|(listed, rights)| *listed == action && rights[role as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn matrix() -> String {
        let mut text = format!("{:<18}", "");
        for role in Role::ALL {
            write!(text, "{:<10}", format!("{role:?}")).unwrap();
        }
        for (action, _) in RIGHTS {
            write!(text, "\n{:<18}", format!("{action:?}")).unwrap();
            for role in Role::ALL {
                write!(text, "{:<10}", if allows(role, action) { "yes" } else { "-" }).unwrap();
            }
        }
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    #[test]
    fn r13_the_whole_matrix() {
        insta::assert_snapshot!(matrix(), @r"
                          Owner     Admin     Editor    Viewer    SystemBot
        ReadContent       yes       yes       yes       yes       yes
        ImportKeywords    yes       yes       yes       -         yes
        ManageClusters    yes       yes       yes       -         yes
        GenerateContent   yes       yes       yes       -         yes
        EditDocument      yes       yes       yes       -         yes
        Comment           yes       yes       yes       yes       yes
        ModerateComments  yes       yes       -         -         -
        ApproveDocument   yes       yes       yes       -         -
        Publish           yes       yes       yes       -         yes
        ManageSites       yes       yes       -         -         -
        LinkSite          yes       yes       -         -         -
        ManageMembers     yes       yes       -         -         -
        ReadBilling       yes       yes       -         -         -
        ManageBilling     yes       -         -         -         -
        ManageModels      yes       yes       -         -         -
        ManagePrompts     yes       yes       -         -         -
        ReadSystem        yes       yes       yes       -         yes
        ControlTasks      yes       yes       yes       -         yes
        TransferOwnership yes       -         -         -         -
        ");
    }

    #[test]
    fn r13_each_action_is_listed_once() {
        let mut actions: Vec<Action> = RIGHTS.iter().map(|(action, _)| *action).collect();
        actions.sort();
        actions.dedup();
        assert_eq!(RIGHTS.len(), actions.len());
        assert_eq!(Action::TransferOwnership as usize + 1, actions.len(), "an action has no row");
    }

    #[test]
    fn r13_an_owner_may_do_everything_and_a_viewer_reads_and_comments() {
        assert!(RIGHTS.iter().all(|(action, _)| allows(Role::Owner, *action)));
        let read = |action: &Action| matches!(action, Action::ReadContent | Action::Comment);
        assert!(RIGHTS.iter().all(|(action, _)| allows(Role::Viewer, *action) == read(action)));
    }
}
