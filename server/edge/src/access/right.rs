//! One type per action of the permission table: an extractor's type names the right it proves.

use igny8_actors_domain::role::Action;

/// A right, as a type.
pub(crate) trait Right: Send + Sync + 'static {
    /// The row of the table.
    const ACTION: Action;
}

macro_rules! rights {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(Debug)]
        pub(crate) struct $name;
        impl Right for $name {
            const ACTION: Action = Action::$name;
        }
    )+};
}

rights! {
    ReadContent, ImportKeywords, ManageClusters, GenerateContent, EditDocument, Comment, Publish,
    ManageSites, LinkSite, ManageMembers, ReadBilling, ManageBilling, ManageModels, ManagePrompts, ReadSystem,
    ControlTasks,
}
