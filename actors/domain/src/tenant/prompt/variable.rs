//! The variables of templates: their names, types and where their values come from.

/// A place in a template, written `{{name}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The title of the idea or document.
    Title,
    /// What makes the idea different.
    Angle,
    /// Keywords, separated by `;`.
    Keywords,
    /// Headings, separated by `|`.
    Outline,
    /// A cluster's name.
    Cluster,
    /// The keyword that stands for a cluster.
    Pillar,
    /// Titles that exist already, separated by `;`.
    Existing,
    /// Clusters, one a line: `[0] keyword; keyword`.
    Clusters,
    /// The search intent.
    Intent,
    /// The language of the content.
    Language,
    /// How the site sounds.
    BrandVoice,
    /// Who speaks, and to whom.
    Persona,
    /// How many.
    Count,
    /// What is to be done with texts.
    Instruction,
    /// Texts, one a line: `[0] text`.
    Passages,
}

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableType {
    /// A text on one line.
    Text,
    /// Texts.
    List,
    /// A whole number.
    Number,
}

impl VariableType {
    /// Its name in routes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Number => "number",
        }
    }
}

impl Variable {
    /// Its name in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Angle => "angle",
            Self::Keywords => "keywords",
            Self::Outline => "outline",
            Self::Cluster => "cluster",
            Self::Pillar => "pillar",
            Self::Existing => "existing",
            Self::Clusters => "clusters",
            Self::Intent => "intent",
            Self::Language => "language",
            Self::BrandVoice => "brand_voice",
            Self::Persona => "persona",
            Self::Count => "count",
            Self::Instruction => "instruction",
            Self::Passages => "passages",
        }
    }

    /// Whether its text comes from files, models or sites: then it is fenced as data.
    pub const fn is_imported(self) -> bool {
        !matches!(
            self,
            Self::Intent
                | Self::Language
                | Self::BrandVoice
                | Self::Persona
                | Self::Count
                | Self::Instruction
        )
    }

    /// What its values are.
    pub const fn value_type(self) -> VariableType {
        match self {
            Self::Keywords | Self::Outline | Self::Existing | Self::Clusters | Self::Passages => {
                VariableType::List
            }
            Self::Count => VariableType::Number,
            _ => VariableType::Text,
        }
    }

    /// What it holds, for people.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Title => "The title of the idea or document",
            Self::Angle => "What makes the idea different",
            Self::Keywords => "The keywords, separated by ;",
            Self::Outline => "The headings, separated by |",
            Self::Cluster => "The cluster’s name",
            Self::Pillar => "The keyword that stands for the cluster",
            Self::Existing => "Titles that exist already, separated by ;",
            Self::Clusters => "The clusters, one a line, numbered",
            Self::Intent => "The search intent",
            Self::Language => "The language of the content",
            Self::BrandVoice => "How the site sounds",
            Self::Persona => "Who speaks, and to whom",
            Self::Count => "How many",
            Self::Instruction => "What is to be done with the texts",
            Self::Passages => "The texts, one a line, numbered",
        }
    }
}
