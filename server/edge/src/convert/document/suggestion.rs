//! Suggestions.

use super::author::made_by;
use igny8_actors_domain::site::Instruction;
use igny8_actors_runtime::{Decision, Proposal, Suggestion, SuggestionState};
use igny8_protocol_wire::rest::document::suggestion as wire;

pub(crate) fn suggestion_view(proposal: Proposal) -> wire::SuggestionView {
    let Proposal { suggestion, state, now, revision } = proposal;
    let Suggestion { id, author, maker, by, at, instruction, before, after, decision } = suggestion;
    let decision =
        decision.map(|Decision { accepted, by, at }| wire::DecisionView { accepted, by, at });
    let (model, prompt) = maker.map(made_by).unzip();
    let (instruction, state) = (instruction_view(instruction), state_view(state));
    wire::SuggestionView {
        id,
        author,
        model,
        prompt,
        by,
        at,
        instruction,
        before,
        after,
        state,
        now,
        revision,
        decision,
    }
}

const fn state_view(state: SuggestionState) -> wire::SuggestionState {
    match state {
        SuggestionState::Open => wire::SuggestionState::Open,
        SuggestionState::Changed => wire::SuggestionState::Changed,
        SuggestionState::Detached => wire::SuggestionState::Detached,
        SuggestionState::Accepted => wire::SuggestionState::Accepted,
        SuggestionState::Rejected => wire::SuggestionState::Rejected,
        SuggestionState::Undone => wire::SuggestionState::Undone,
    }
}

fn instruction_view(instruction: Instruction) -> wire::RewriteInstruction {
    match instruction {
        Instruction::Improve => wire::RewriteInstruction::Improve,
        Instruction::Shorten => wire::RewriteInstruction::Shorten,
        Instruction::Expand => wire::RewriteInstruction::Expand,
        Instruction::FixGrammar => wire::RewriteInstruction::FixGrammar,
        Instruction::Own(words) => wire::RewriteInstruction::Own { words },
    }
}

/// An instruction from outside.
pub(crate) fn instruction_from(instruction: wire::RewriteInstruction) -> Instruction {
    match instruction {
        wire::RewriteInstruction::Improve => Instruction::Improve,
        wire::RewriteInstruction::Shorten => Instruction::Shorten,
        wire::RewriteInstruction::Expand => Instruction::Expand,
        wire::RewriteInstruction::FixGrammar => Instruction::FixGrammar,
        wire::RewriteInstruction::Own { words } => Instruction::Own(words),
    }
}
