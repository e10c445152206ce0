//! Prompt templates, as clients see them.

use igny8_actors_domain::tenant::prompt::{self, Line, PromptKind, Variable};
use igny8_actors_domain::tenant::{Prompt, Tenant};
use igny8_protocol_wire::rest::thinker::{
    LineChange, LineView, PromptDifference, PromptVersionView, PromptView, VariableType,
    VariableValue, VariableView,
};

fn variable_view(kind: PromptKind, variable: Variable) -> VariableView {
    VariableView {
        name: variable.name().to_owned(),
        value_type: match variable.value_type() {
            prompt::VariableType::Text => VariableType::Text,
            prompt::VariableType::List => VariableType::List,
            prompt::VariableType::Number => VariableType::Number,
        },
        required: kind.required().contains(&variable),
        imported: variable.is_imported(),
        about: variable.about().to_owned(),
    }
}

pub(crate) fn prompt_view(prompt: Prompt) -> PromptView {
    let kind = prompt.kind;
    PromptView {
        kind: kind.name().to_owned(),
        version: prompt.version,
        template: prompt.template,
        variables: kind.variables().iter().map(|found| variable_view(kind, *found)).collect(),
    }
}

pub(crate) fn prompt_version_view(tenant: &Tenant, prompt: &Prompt) -> PromptVersionView {
    let member = prompt.author.and_then(|author| tenant.member(author));
    PromptVersionView {
        version: prompt.version,
        created_at: prompt.created_at,
        author: prompt.author,
        author_name: member.map(|member| member.name.clone()),
        restored: prompt.restored,
        length: u32::try_from(prompt.template.chars().count()).unwrap_or(u32::MAX),
    }
}

pub(crate) fn prompt_difference(before: &str, after: &str) -> PromptDifference {
    let line = |line: Line<'_>| {
        let (change, text) = match line {
            Line::Same(text) => (LineChange::Same, text),
            Line::Removed(text) => (LineChange::Removed, text),
            Line::Added(text) => (LineChange::Added, text),
        };
        LineView { change, text: text.to_owned() }
    };
    PromptDifference { lines: prompt::difference(before, after).into_iter().map(line).collect() }
}

pub(crate) fn variable_value(value: VariableValue) -> prompt::VariableValue {
    match value {
        VariableValue::Text(text) => prompt::VariableValue::Text(text),
        VariableValue::List(texts) => prompt::VariableValue::List(texts),
        VariableValue::Number(number) => prompt::VariableValue::Number(number),
    }
}
