//! The same types for TypeScript, as the text of one module. It writes no file: the example
//! `export-typescript` does, and `cargo xtask generate` calls that.

use crate::{
    PROTOCOL_VERSION, automation,
    close::CLOSE_CODES,
    frame::{ClientFrame, ServerFrame},
    queue,
    rest::{
        auth, billing,
        document::{activity, author, comment, suggestion},
        history, lane, page, planner, problem, settings, system, thinker, writer,
    },
    view,
};
use std::{collections::BTreeMap, fmt::Write};
use ts_rs::{Config, TS, TypeVisitor};

/// Where the module is kept, from the root of the repository.
pub const TYPESCRIPT_PATH: &str = "client-ts/packages/protocol/src/generated/wire.ts";

const HEADER: &str = "\
// Generated from protocol/wire by `cargo xtask generate`. Do not edit: a test compares.
";

/// The whole module: constants, then every wire type by name.
pub fn typescript() -> String {
    let mut text = String::from(HEADER);
    write_constants(&mut text).expect("writing to a string cannot fail");
    for declaration in declarations().values() {
        text.push('\n');
        text.push_str(declaration);
    }
    text
}

fn write_constants(text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n/** The protocol version of this build. */")?;
    writeln!(text, "export const PROTOCOL_VERSION = {PROTOCOL_VERSION};")?;
    writeln!(text, "\n/** Close codes of the socket, by name. */\nexport const CLOSE_CODE = {{")?;
    for close in CLOSE_CODES {
        writeln!(text, "  {}: {},", close.name, close.code)?;
    }
    writeln!(text, "}} as const;")
}

/// Stands for the item of a generic page; never travels.
#[derive(TS)]
struct Anything;

fn declarations() -> BTreeMap<String, String> {
    let mut collector =
        Collector { config: Config::new().with_large_int("number"), found: BTreeMap::new() };
    collect_frames(&mut collector);
    collect_views(&mut collector);
    collect_bodies(&mut collector);
    collect_work(&mut collector);
    collector.found.remove("Anything");
    collector.found
}

fn collect_frames(to: &mut Collector) {
    to.visit::<ClientFrame>();
    to.visit::<ServerFrame>();
}

fn collect_views(to: &mut Collector) {
    to.visit::<view::KeywordView>();
    to.visit::<view::ClusterView>();
    to.visit::<view::MembershipView>();
}

fn collect_prompts(to: &mut Collector) {
    to.visit::<thinker::PromptView>();
    to.visit::<thinker::ChangePrompt>();
    to.visit::<thinker::PromptVersionView>();
    to.visit::<thinker::PromptDifference>();
    to.visit::<thinker::RestorePrompt>();
    to.visit::<thinker::TryPrompt>();
    to.visit::<thinker::PromptPreview>();
}

/// Bodies are not reachable from one another, so each is named; `every_wire_type_is_exported`
/// compares this list with the source.
fn collect_bodies(to: &mut Collector) {
    collect_prompts(to);
    to.visit::<auth::SignUp>();
    to.visit::<auth::Login>();
    to.visit::<auth::LoginCode>();
    to.visit::<auth::Refresh>();
    to.visit::<auth::Session>();
    to.visit::<auth::Me>();
    to.visit::<auth::Ticket>();
    to.visit::<auth::NewRoomTicket>();
    to.visit::<auth::RoomTicket>();
    to.visit::<auth::AddMember>();
    to.visit::<auth::ChangeMember>();
    to.visit::<billing::Balance>();
    to.visit::<billing::LedgerEntryView>();
    to.visit::<billing::Statement>();
    to.visit::<billing::StatementQuery>();
    to.visit::<billing::LowLevels>();
    to.visit::<billing::ChangeLowLevels>();
    to.visit::<billing::PriceList>();
    to.visit::<page::Page<Anything>>();
    to.visit::<page::PageQuery>();
    to.visit::<planner::ImportPreview>();
    to.visit::<planner::ImportQuery>();
    to.visit::<planner::ImportReport>();
    to.visit::<planner::ChangeKeywords>();
    to.visit::<planner::ChangeCluster>();
    to.visit::<planner::MergeClusters>();
    to.visit::<planner::MoveKeywords>();
    to.visit::<planner::ChangeIdea>();
    to.visit::<planner::MakeIdeas>();
    to.visit::<planner::QuoteRequest>();
    to.visit::<planner::Quote>();
    to.visit::<problem::Problem>();
    to.visit::<settings::NewSite>();
    to.visit::<settings::ChangeSite>();
    to.visit::<settings::AiModels>();
    to.visit::<settings::ChangeAiModels>();
    to.visit::<system::Version>();
    to.visit::<system::SystemStatus>();
    to.visit::<system::Overview>();
    to.visit::<system::PauseQueue>();
    to.visit::<system::WorkState>();
}

/// Bodies of what works: the queue, automation, lanes, writing.
fn collect_work(to: &mut Collector) {
    to.visit::<automation::ApplyPreset>();
    to.visit::<automation::ChangeSchedule>();
    to.visit::<automation::RunAutomation>();
    to.visit::<automation::TimingPreview>();
    to.visit::<lane::Lanes>();
    to.visit::<lane::LaneWaitView>();
    to.visit::<lane::UsageReport>();
    to.visit::<lane::AiRoutes>();
    to.visit::<lane::ChangeAiRoutes>();
    to.visit::<lane::TestAiRoute>();
    to.visit::<lane::AiRouteTest>();
    to.visit::<queue::QueueView>();
    to.visit::<writer::Generate>();
    to.visit::<writer::Queued>();
    to.visit::<writer::RawAnswer>();
    to.visit::<writer::SubmitAnswer>();
    to.visit::<writer::NewBatch>();
    to.visit::<writer::ChangeTasks>();
    to.visit::<writer::ReplayTask>();
    to.visit::<writer::ReplayDead>();
    to.visit::<writer::Replayed>();
    to.visit::<writer::DiscardTasks>();
    to.visit::<writer::KeptQuery>();
    to.visit::<writer::MakeImages>();
    to.visit::<writer::NewDocument>();
    to.visit::<writer::NewFreeDocument>();
    to.visit::<writer::FreeDocumentView>();
    to.visit::<writer::ChangeDocument>();
    to.visit::<writer::ContentQuery>();
    to.visit::<writer::DocumentContent>();
    to.visit::<writer::ContentReplaced>();
    to.visit::<activity::ActivityPage>();
    to.visit::<history::VersionView>();
    to.visit::<history::NameVersion>();
    to.visit::<history::VersionContent>();
    to.visit::<history::ComparisonQuery>();
    to.visit::<history::Comparison>();
    to.visit::<history::RunView>();
    to.visit::<history::Blocks>();
    to.visit::<author::Authorship>();
    to.visit::<comment::ThreadView>();
    to.visit::<comment::BeginThread>();
    to.visit::<comment::WriteComment>();
    to.visit::<comment::ChangeComment>();
    to.visit::<suggestion::SuggestionView>();
    to.visit::<suggestion::AskRewrite>();
    to.visit::<suggestion::AcceptSuggestion>();
    to.visit::<history::PatchBlocks>();
    to.visit::<writer::PairSite>();
    to.visit::<writer::LinkState>();
    to.visit::<writer::Publish>();
}

struct Collector {
    config: Config,
    found: BTreeMap<String, String>,
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Primitives and containers have no file of their own and need no declaration.
        if T::output_path().is_none() || self.found.contains_key(&T::ident(&self.config)) {
            return;
        }
        let documentation = T::docs().unwrap_or_default();
        let text = format!("{documentation}export {}\n", T::decl(&self.config));
        self.found.insert(T::ident(&self.config), text);
        T::visit_dependencies(self);
    }
}
