// Generated from protocol/wire by `cargo xtask generate`. Do not edit: a test compares.

/** The protocol version of this build. */
export const PROTOCOL_VERSION = 1;

/** Close codes of the socket, by name. */
export const CLOSE_CODE = {
  internal: 1011,
  service_restart: 1012,
  try_again_later: 1013,
  malformed: 4400,
  ticket: 4401,
  revoked: 4403,
  not_found: 4404,
  version: 4406,
  silent: 4408,
  too_large: 4413,
  refused: 4422,
  slow_reader: 4429,
} as const;

/**
 * `POST suggestions/{suggestion}/accept`.
 */
export type AcceptSuggestion = { 
/**
 * The `revision` of the text that is to be overwritten, if it has changed since; it is kept as
 * a version first.
 */
over?: string, };

/**
 * A person: password and sessions. May belong to several tenants.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type AccountId = string;

/**
 * A person.
 */
export type AccountView = { 
/**
 * Id.
 */
id: AccountId, 
/**
 * E-mail address.
 */
email: string, 
/**
 * Shown to others.
 */
name: string, };

/**
 * A page of what happened, the latest first.
 */
export type ActivityPage = { 
/**
 * The entries.
 */
items: Array<ActivityView>, 
/**
 * Asks for those before; absent on the last page.
 */
next: string | null, };

/**
 * Something that happened.
 */
export type ActivityView = { 
/**
 * Names the entry within its document.
 */
id: string, 
/**
 * When, or when it began.
 */
at: Timestamp, 
/**
 * When it ended, of what takes a while.
 */
until: Timestamp | null, 
/**
 * Whose doing it was.
 */
by: DoerView, 
/**
 * What.
 */
what: Happened, 
/**
 * The status that it has since; of `moved` alone.
 */
status: DocumentStatus | null, 
/**
 * True if it was published before; of `moved` to `published` alone.
 */
again: boolean, 
/**
 * The first characters of what it is about: a title, a version's name, a text.
 */
text: string | null, 
/**
 * The id of the version, thread, suggestion or run.
 */
about: string | null, };

/**
 * How many actors of a kind.
 */
export type ActorCount = { 
/**
 * Kind.
 */
kind: string, 
/**
 * In memory.
 */
resident: number, };

/**
 * `POST members`: adds an existing account by its address.
 */
export type AddMember = { 
/**
 * E-mail address of an account.
 */
email: string, 
/**
 * Role.
 */
role: Role, };

/**
 * What a model is asked for.
 */
export type AiCapability = "text" | "picture" | "embedding";

/**
 * `GET ai-models`: never shows a key.
 */
export type AiModels = { 
/**
 * The provider.
 */
provider: Provider, 
/**
 * Its address.
 */
base_url: string | null, 
/**
 * The model for text.
 */
model: string, 
/**
 * The last four characters of the key, if there is one.
 */
key_hint: string | null, };

/**
 * What became of the test.
 */
export type AiRouteTest = { 
/**
 * Whether the model answered.
 */
ok: boolean, 
/**
 * The model that was asked.
 */
model: string, 
/**
 * The beginning of its answer, or what it made, or what went wrong and what to do.
 */
text: string, 
/**
 * A stable code of what went wrong: `unauthorized`, `quota`, …
 */
failure: string | null, 
/**
 * Milliseconds until the end.
 */
took_ms: number, 
/**
 * Tokens sent.
 */
input_tokens: number, 
/**
 * Tokens received.
 */
output_tokens: number, };

/**
 * One of a tenant's models.
 */
export type AiRouteView = { 
/**
 * Its name, unique in the tenant.
 */
name: string, 
/**
 * What it is asked for.
 */
capability: AiCapability, 
/**
 * The provider.
 */
provider: Provider, 
/**
 * Its address; absent for the provider's own.
 */
base_url: string | null, 
/**
 * The model; empty leaves it to the server, for `platform`. Its model for pictures or
 * embeddings is never named.
 */
model: string, 
/**
 * The last four characters of the key, if there is one.
 */
key_hint: string | null, 
/**
 * Its share under the policy `balance`.
 */
weight: number, 
/**
 * Tokens that the model takes in and gives out at most; absent: unknown. For texts.
 */
context_tokens: number | null, 
/**
 * The provider can be held to a JSON schema. For texts.
 */
json_schema: boolean, 
/**
 * What it costs; absent: the list price, where the model is on the list.
 */
price: PriceView | null, 
/**
 * Calls a minute, until the provider says otherwise.
 */
requests_per_minute: number | null, 
/**
 * Tokens a minute, until the provider says otherwise.
 */
tokens_per_minute: number | null, 
/**
 * Calls under way at once.
 */
concurrency: number | null, 
/**
 * Whether it is used.
 */
enabled: boolean, };

/**
 * `GET /api/settings/ai-routes`: never shows a key.
 */
export type AiRoutes = { 
/**
 * The models, for each capability in the order of fallbacks. Where none is used for pictures or
 * embeddings, the server's own is asked.
 */
routes: Array<AiRouteView>, 
/**
 * By what one is chosen.
 */
policy: RoutePolicy, 
/**
 * What calls may cost.
 */
budget: BudgetView, 
/**
 * Whether the same question gets the answer that is known already, for nothing.
 */
reuse_answers: boolean, };

/**
 * `POST /api/settings/sites/{site}/automations/preset`.
 */
export type ApplyPreset = { 
/**
 * Which.
 */
preset: AutomationPreset, 
/**
 * In this zone.
 */
zone: string, };

/**
 * `POST suggestions`: asks for a rewrite. It costs one credit, once it is there.
 */
export type AskRewrite = { 
/**
 * Which text: at most 6,000 characters in 50 paragraphs.
 */
range: ThreadRange, 
/**
 * What is to be done with it.
 */
instruction: RewriteInstruction, };

/**
 * An author of text.
 */
export type AuthorView = { "kind": "account", 
/**
 * Who.
 */
account: AccountId, } | { "kind": "run", 
/**
 * The run: that of its task.
 */
run: RunId, 
/**
 * How it is named.
 */
name: string, 
/**
 * The model that wrote; of a run of an older build while its task is kept, with its prompt.
 */
model: string | null, 
/**
 * The prompt by which it wrote.
 */
prompt: PromptUsed | null, } | { "kind": "server" };

/**
 * Text of one author in one block.
 */
export type AuthoredSpan = { 
/**
 * The block's place, from 0.
 */
index: number, 
/**
 * The block's key, as `GET …/blocks` has it.
 */
key: string, 
/**
 * The first UTF-16 unit of its text.
 */
from: number, 
/**
 * The unit after the last.
 */
to: number, 
/**
 * Which of the authors, from 0; absent for what was written before authors were kept.
 */
author: number | null, };

/**
 * `GET authors`.
 */
export type Authorship = { 
/**
 * Each once.
 */
authors: Array<AuthorView>, 
/**
 * For whoever has the Yjs document: the table from client ids to authors, in the order of
 * clients and clocks.
 */
writers: Array<WriterView>, 
/**
 * The text, from top to bottom.
 */
spans: Array<AuthoredSpan>, };

/**
 * What runs by itself.
 */
export type AutomationKind = "cluster" | "ideas" | "drafts" | "images" | "publish" | "clean_up";

/**
 * A set of timings for all six.
 */
export type AutomationPreset = "standard" | "hourly_drafts";

/**
 * Within which bounds an automation runs.
 */
export type AutomationRules = { 
/**
 * What is caught up with.
 */
catch_up: CatchUp, 
/**
 * How far back.
 */
catch_up_minutes: number, 
/**
 * When the execution before has not ended.
 */
overlap: Overlap, 
/**
 * Executions start up to so much later, so that not all sites start at once.
 */
jitter_seconds: number, 
/**
 * Items of one execution.
 */
items_max: number, 
/**
 * Ideas for each cluster, images for each draft.
 */
each: number, 
/**
 * Credits that one execution may cost; no bound of its own if absent.
 */
credits_max: number | null, 
/**
 * Publications a day in the schedule's zone.
 */
per_day_max: number, 
/**
 * Publish at once, or as a draft at the site.
 */
live: boolean, 
/**
 * Days for which ended tasks are kept.
 */
keep_days: number, 
/**
 * Only write down what would be done.
 */
dry_run: boolean, };

/**
 * `GET balance`: the tenant's part plus all slices.
 */
export type Balance = { 
/**
 * The whole.
 */
total: BalanceView, 
/**
 * Where it is.
 */
sites: Array<SiteBalance>, 
/**
 * What is left of each grant, wherever it is: the soonest to end first.
 */
buckets: Array<BucketView>, };

/**
 * Credits.
 */
export type BalanceView = { 
/**
 * Granted and not spent: what failed work never changes.
 */
settled: Credits, 
/**
 * Set aside for running work.
 */
held: Credits, 
/**
 * Settled minus held: what a new run can use.
 */
available: Credits, 
/**
 * Spent so far.
 */
spent: Credits, 
/**
 * Granted so far.
 */
granted: Credits, };

/**
 * How many tasks of a batch are where.
 */
export type BatchCounts = { 
/**
 * All, those included that are still to come.
 */
total: number, 
/**
 * Items whose tasks are still to be made: a queue takes a part of a large batch at a time.
 * Absent: none.
 */
to_come?: number, 
/**
 * Wait.
 */
queued: number, 
/**
 * Run.
 */
running: number, 
/**
 * Wait for a person.
 */
waiting_for_review: number, 
/**
 * Done.
 */
succeeded: number, 
/**
 * Not done; need a person's act.
 */
failed: number, 
/**
 * Stopped.
 */
cancelled: number, 
/**
 * Not done after all attempts.
 */
dead: number, };

/**
 * Many tasks of a site that were asked for at once.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type BatchId = string;

/**
 * Where a batch is.
 */
export type BatchStatus = "open" | "cancelled" | "finished";

/**
 * Many tasks of one request.
 */
export type BatchView = { 
/**
 * Id.
 */
id: BatchId, 
/**
 * What it is about, for people.
 */
title: string, 
/**
 * Where it is.
 */
status: BatchStatus, 
/**
 * Set while it is paused.
 */
paused: PauseView | null, 
/**
 * Pauses itself when this share of its ended tasks failed.
 */
stop_percent: number | null, 
/**
 * What all its tasks cost at most.
 */
price: Credits, 
/**
 * How many of its tasks are where.
 */
counts: BatchCounts, 
/**
 * Items that made no task: another one worked on them, or they were gone when their turn came.
 * Absent: none.
 */
skipped?: number, 
/**
 * Who asked for it; absent for automation.
 */
created_by: AccountId | null, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When its last task ended.
 */
ended_at: Timestamp | null, };

/**
 * `POST threads`.
 */
export type BeginThread = { 
/**
 * A UUID that the client makes: the same once more is answered like the first time.
 */
id: ThreadId, 
/**
 * Which text it is about.
 */
range: ThreadRange, 
/**
 * What is said first.
 */
comment: WriteComment, };

/**
 * A change of one block; places are those before all edits of the request.
 */
export type BlockEdit = { "op": "replace", 
/**
 * Its place.
 */
index: number, 
/**
 * Its key when it was read.
 */
key: string, 
/**
 * What it becomes: any number of blocks.
 */
markdown: string, } | { "op": "insert", 
/**
 * The place of the block before; absent: at the beginning.
 */
after: number | null, 
/**
 * What is put in.
 */
markdown: string, };

/**
 * A top-level block of a document.
 */
export type BlockView = { 
/**
 * Its place, from 0.
 */
index: number, 
/**
 * Changes with the block: an edit names it, and is refused if the block is another by then.
 */
key: string, 
/**
 * The block.
 */
markdown: string, 
/**
 * Its characters alone, one text after the other: what offsets in it count, in UTF-16.
 */
text: string, };

/**
 * The blocks of a document.
 */
export type Blocks = { 
/**
 * From top to bottom.
 */
blocks: Array<BlockView>, };

/**
 * What is left of a grant.
 */
export type BucketView = { 
/**
 * Which grant.
 */
grant: GrantId, 
/**
 * `plan`, `top_up` or `promotion`.
 */
kind: string, 
/**
 * When what is left of it ends; absent: never.
 */
expires_at: Timestamp | null, 
/**
 * Free to be spent.
 */
available: Credits, 
/**
 * Set aside for running work.
 */
held: Credits, };

/**
 * A cap on what calls to models may cost.
 */
export type BudgetCap = "task" | "day" | "month";

/**
 * Caps in millionths of a US dollar; absent is no cap.
 */
export type BudgetView = { 
/**
 * For one task, all its attempts together.
 */
task_micros: number | null, 
/**
 * For one day (UTC).
 */
day_micros: number | null, 
/**
 * For one calendar month (UTC).
 */
month_micros: number | null, };

/**
 * What happens to executions whose time passed while nothing could run.
 */
export type CatchUp = "none" | "last" | "all";

/**
 * `PUT ai-models`.
 */
export type ChangeAiModels = { 
/**
 * The provider.
 */
provider: Provider, 
/**
 * Its address, for `open_ai_compatible`.
 */
base_url: string | null, 
/**
 * The model for text.
 */
model: string | null, 
/**
 * The key: kept sealed, shown never again. Absent keeps the one that is there.
 */
key: string | null, };

/**
 * A model as it shall be.
 */
export type ChangeAiRoute = { 
/**
 * Its name, unique in the tenant.
 */
name: string, 
/**
 * What it is asked for; texts if absent.
 */
capability: AiCapability, 
/**
 * The provider.
 */
provider: Provider, 
/**
 * Its address.
 */
base_url: string | null, 
/**
 * The model.
 */
model: string | null, 
/**
 * The key: kept sealed, shown never again. Absent keeps the one of the route with this name;
 * empty removes it.
 */
key: string | null, 
/**
 * Its share under the policy `balance`; 1 if absent.
 */
weight: number | null, 
/**
 * Tokens that the model takes in and gives out at most.
 */
context_tokens: number | null, 
/**
 * The provider can be held to a JSON schema.
 */
json_schema: boolean, 
/**
 * What it costs.
 */
price: PriceView | null, 
/**
 * Calls a minute.
 */
requests_per_minute: number | null, 
/**
 * Tokens a minute.
 */
tokens_per_minute: number | null, 
/**
 * Calls under way at once.
 */
concurrency: number | null, 
/**
 * Whether it is used; yes if absent.
 */
enabled: boolean | null, };

/**
 * `PUT /api/settings/ai-routes`: all of them, for each capability in the order of fallbacks; one
 * for texts at least is used.
 */
export type ChangeAiRoutes = { 
/**
 * The models.
 */
routes: Array<ChangeAiRoute>, 
/**
 * By what one is chosen.
 */
policy: RoutePolicy, 
/**
 * What calls may cost.
 */
budget: BudgetView, 
/**
 * Whether the same question gets the answer that is known already.
 */
reuse_answers: boolean, };

/**
 * `PATCH clusters/{cluster}`.
 */
export type ChangeCluster = { 
/**
 * A new name.
 */
name: string | null, 
/**
 * Lock or unlock.
 */
locked: boolean | null, };

/**
 * `PATCH threads/{thread}/comments/{comment}`.
 */
export type ChangeComment = { 
/**
 * 1 to 2,000 characters of plain text.
 */
text: string, 
/**
 * All members whose attention is asked for, at most 20.
 */
mentions?: Array<AccountId>, };

/**
 * `PATCH documents/{document}`.
 */
export type ChangeDocument = { 
/**
 * A new title.
 */
title: string | null, 
/**
 * `draft`, `in_review` or `approved`.
 */
status: DocumentStatus | null, };

/**
 * `PATCH ideas/{idea}`.
 */
export type ChangeIdea = { 
/**
 * A new title.
 */
title: string | null, 
/**
 * Archive or bring back.
 */
status: IdeaStatus | null, };

/**
 * `PATCH keywords`.
 */
export type ChangeKeywords = { 
/**
 * Which (at most 1,000).
 */
ids: Array<KeywordId>, 
/**
 * Archive or bring back.
 */
status: KeywordStatus, };

/**
 * `PUT low-levels`.
 */
export type ChangeLowLevels = { 
/**
 * At most five; none is never.
 */
levels: Array<Credits>, };

/**
 * `PATCH members/{account}`.
 */
export type ChangeMember = { 
/**
 * The new role.
 */
role: Role, };

/**
 * `PUT /api/thinker/prompts/{kind}`, and a preview with example data.
 */
export type ChangePrompt = { 
/**
 * The text with `{{variable}}` places; an unknown variable is refused.
 */
template: string, };

/**
 * `PUT /api/settings/sites/{site}/automations/{kind}`.
 */
export type ChangeSchedule = { 
/**
 * On or off.
 */
enabled: boolean, 
/**
 * When.
 */
timing: Timing, 
/**
 * Within which bounds.
 */
rules: AutomationRules, };

/**
 * `PATCH sites/{site}`.
 */
export type ChangeSite = { 
/**
 * A new name.
 */
name: string | null, 
/**
 * Another language.
 */
language: string | null, 
/**
 * Another voice.
 */
brand_voice: string | null, 
/**
 * Who speaks there, and to whom.
 */
persona: string | null, 
/**
 * Hosts that the AI may link to, beside the site's own.
 */
link_hosts: Array<string> | null, };

/**
 * `POST tasks/change`: waiting tasks first, last or off.
 */
export type ChangeTasks = { 
/**
 * Which, at most 500.
 */
tasks: Array<TaskId>, 
/**
 * 0 to 100, the higher the sooner.
 */
priority: number | null, 
/**
 * Not before this time.
 */
not_before: Timestamp | null, };

/**
 * What a client sends.
 */
export type ClientFrame = { "type": "hello", 
/**
 * Versions the client understands, the best first.
 */
versions: Array<number>, 
/**
 * Name and version of the client, for logs.
 */
client: string, 
/**
 * Whether it reads packed frames: large ones then come compressed.
 */
packed?: boolean, } | { "type": "subscribe", 
/**
 * Repeated in the answer.
 */
ref: number, 
/**
 * Which stream.
 */
stream: StreamName, 
/**
 * How far the client is; absent asks for a snapshot.
 */
position: Position | null, 
/**
 * Documents: the client's state vector; absent asks for everything.
 */
state_vector?: Uint8Array | null, } | { "type": "unsubscribe", 
/**
 * Which stream.
 */
stream: StreamName, } | { "type": "document_update", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * The client's own counter; comes back in `durable` or `document_refused`.
 */
ref: number, 
/**
 * Yjs update (v1), at most 1 MiB.
 */
update: Uint8Array, } | { "type": "document_sync", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * The client's state vector.
 */
state_vector: Uint8Array, } | { "type": "awareness", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * y-protocols awareness update, at most 4 KiB.
 */
update: Uint8Array, } | { "type": "command", 
/**
 * Repeated in the answer.
 */
ref: number, 
/**
 * What.
 */
command: SocketCommand, } | { "type": "ping", 
/**
 * Comes back in `pong`.
 */
nonce: number, };

/**
 * A cluster of keywords.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type ClusterId = string;

/**
 * A cluster.
 */
export type ClusterView = { 
/**
 * Id.
 */
id: ClusterId, 
/**
 * Name.
 */
name: string, 
/**
 * Intent.
 */
intent: Intent | null, 
/**
 * The keyword that stands for it.
 */
pillar: string, 
/**
 * Its keywords, the most searched first.
 */
keywords: Array<string>, 
/**
 * Searches a month, summed.
 */
volume: number, 
/**
 * Left alone by the next clustering.
 */
locked: boolean, 
/**
 * Ideas made from it.
 */
ideas: number, };

/**
 * One thing that was said in a thread.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type CommentId = string;

/**
 * One thing that was said.
 */
export type CommentView = { 
/**
 * Id.
 */
id: CommentId, 
/**
 * Who wrote it.
 */
author: AccountId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Plain text; empty once it was deleted.
 */
text: string, 
/**
 * Members whose attention is asked for.
 */
mentions: Array<AccountId>, 
/**
 * When its text was changed last.
 */
edited_at: Timestamp | null, 
/**
 * When it was deleted; that something was said stays visible.
 */
deleted_at: Timestamp | null, };

/**
 * A line of a comparison.
 */
export type ComparedLine = { 
/**
 * What became of it.
 */
fate: LineFate, 
/**
 * What it is; of a changed one what it became.
 */
kind: LineKind, 
/**
 * Of a heading, 1 to 6.
 */
level: number | null, 
/**
 * Of an image: where it lies.
 */
source: string | null, 
/**
 * How many lists and quotations it stands in.
 */
depth: number, 
/**
 * Its text.
 */
pieces: Array<LinePiece>, };

/**
 * Two states of a document beside each other.
 */
export type Comparison = { 
/**
 * All lines of both, in order.
 */
lines: Array<ComparedLine>, 
/**
 * Words that were added.
 */
words_added: number, 
/**
 * Words that were removed.
 */
words_removed: number, };

/**
 * `GET versions/{version}/comparison?with=`.
 */
export type ComparisonQuery = { 
/**
 * The later state; what is there now if absent.
 */
with: VersionId | null, };

/**
 * In which form the content is wanted.
 */
export type ContentFormat = "html" | "markdown" | "blocks" | "text" | "json";

/**
 * `GET documents/{document}/content?format=`.
 */
export type ContentQuery = { 
/**
 * The form; HTML if absent.
 */
format: ContentFormat, };

/**
 * `PUT documents/{document}/content`: what became of a text that was handed in.
 */
export type ContentReplaced = { 
/**
 * The text as it is now.
 */
revision: string, 
/**
 * Its words.
 */
words: number, 
/**
 * False if it was that text already.
 */
changed: boolean, 
/**
 * The version that keeps what stood there, if anything did and it was changed.
 */
kept: VersionView | null, };

/**
 * Whole credits. Never negative where it stands for a balance; integers only (R6).
 */
export type Credits = number;

/**
 * Who decided, and when.
 */
export type DecisionView = { 
/**
 * True if it was accepted.
 */
accepted: boolean, 
/**
 * Who.
 */
by: AccountId, 
/**
 * When.
 */
at: Timestamp, };

/**
 * `POST dead-letters/discard`: dead letters put away.
 */
export type DiscardTasks = { 
/**
 * Which, at most 500.
 */
tasks: Array<TaskId>, };

/**
 * A document with its text.
 */
export type DocumentContent = { 
/**
 * The document.
 */
document: DocumentView, 
/**
 * The form.
 */
format: ContentFormat, 
/**
 * The text in that form.
 */
content: string, 
/**
 * Words.
 */
words: number, 
/**
 * Tells the text from any other: what a `PUT` names in `If-Match`.
 */
revision: string, };

/**
 * A draft, edited together.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type DocumentId = string;

/**
 * Where a document is.
 */
export type DocumentStatus = "draft" | "in_review" | "approved" | "publishing" | "published" | "conflict";

/**
 * A document without its text.
 */
export type DocumentView = { 
/**
 * Id.
 */
id: DocumentId, 
/**
 * Title.
 */
title: string, 
/**
 * Status.
 */
status: DocumentStatus, 
/**
 * Idea it was written from.
 */
idea: IdeaId | null, 
/**
 * Images.
 */
images: Array<ImageView>, 
/**
 * Where it is published.
 */
permalink: string | null, 
/**
 * Words, when last counted.
 */
words: number, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When its status changed last.
 */
updated_at: Timestamp, };

/**
 * Whose doing something was.
 */
export type DoerView = { "kind": "account", 
/**
 * Who.
 */
account: AccountId, 
/**
 * Their name, while they are a member.
 */
name: string | null, } | { "kind": "run", 
/**
 * The run: that of its task.
 */
run: RunId, 
/**
 * How it is named.
 */
name: string, 
/**
 * The model that wrote, where it is known.
 */
model: string | null, 
/**
 * The prompt by which it wrote, where it is known.
 */
prompt: PromptUsed | null, } | { "kind": "server" };

/**
 * How often an entity's ownership was taken. Grows with every take (R2).
 */
export type Epoch = number;

/**
 * Where an execution is.
 */
export type ExecutionStatus = "waiting" | "starting" | "running" | "succeeded" | "failed" | "skipped";

/**
 * Why an execution runs.
 */
export type ExecutionTrigger = "schedule" | "catch_up" | "person" | "system";

/**
 * One run of an automation: a line of the run history.
 */
export type ExecutionView = { 
/**
 * Of what.
 */
kind: AutomationKind, 
/**
 * The instant that the schedule names, or when somebody asked. With the kind, its id.
 */
scheduled_at: Timestamp, 
/**
 * Why it runs.
 */
trigger: ExecutionTrigger, 
/**
 * Who asked.
 */
asked_by: AccountId | null, 
/**
 * Nothing is done: it only says what would be.
 */
dry_run: boolean, 
/**
 * Status.
 */
status: ExecutionStatus, 
/**
 * What was taken.
 */
picked: Array<PickView>, 
/**
 * What was left, the first of it by name.
 */
skipped: Array<SkipView>, 
/**
 * How many more were left.
 */
skipped_more: number, 
/**
 * What it may cost at most.
 */
price: Credits, 
/**
 * What it did cost so far.
 */
spent: Credits, 
/**
 * In words, where there is more to say.
 */
note: string | null, 
/**
 * When it came about.
 */
created_at: Timestamp, 
/**
 * When it picked its items.
 */
started_at: Timestamp | null, 
/**
 * When its last task ended.
 */
ended_at: Timestamp | null, };

/**
 * What is wrong with one field.
 */
export type FieldProblem = { 
/**
 * Which.
 */
field: string, 
/**
 * What is wrong and what would be right.
 */
message: string, };

/**
 * A free document: any Yjs content under a room's name. No article: nothing writes or publishes it.
 */
export type FreeDocumentView = { 
/**
 * Id: the socket's stream is named by it.
 */
id: DocumentId, 
/**
 * The name of its room, unique within the site.
 */
name: string, 
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * `POST /api/writer/generate`: one draft task per idea.
 */
export type Generate = { 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * From which ideas (at most 100).
 */
ideas: Array<IdeaId>, 
/**
 * Images to make for each draft once it is written, 0 to 3.
 */
images: number, 
/**
 * How they are placed in the queue.
 */
placement: Placement | null, };

/**
 * Credits that arrived: a plan period, a top-up, a promotion.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type GrantId = string;

/**
 * What happened.
 */
export type Happened = "created" | "renamed" | "moved" | "edited" | "replaced" | "restored" | "version_kept" | "version_approved" | "version_named" | "version_forgotten" | "thread_begun" | "thread_answered" | "thread_resolved" | "thread_reopened" | "thread_deleted" | "comment_deleted" | "suggested" | "suggestion_accepted" | "suggestion_rejected" | "run_begun" | "run_stopped" | "run_ended" | "run_undone";

/**
 * A content idea.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type IdeaId = string;

/**
 * Where an idea is.
 */
export type IdeaStatus = "new" | "queued" | "drafted" | "archived";

/**
 * A content idea.
 */
export type IdeaView = { 
/**
 * Id.
 */
id: IdeaId, 
/**
 * Of which cluster.
 */
cluster: ClusterId, 
/**
 * Title.
 */
title: string, 
/**
 * What makes it different.
 */
angle: string, 
/**
 * Headings.
 */
outline: Array<string>, 
/**
 * Intent.
 */
intent: Intent | null, 
/**
 * Keywords to rank for.
 */
target_keywords: Array<string>, 
/**
 * Status.
 */
status: IdeaStatus, 
/**
 * The draft, once there is one.
 */
document: DocumentId | null, };

/**
 * A generated or uploaded image.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type ImageId = string;

/**
 * An image of a document.
 */
export type ImageView = { 
/**
 * Id.
 */
id: ImageId, 
/**
 * Where the browser gets it.
 */
url: string, 
/**
 * The alternative text.
 */
alt: string, 
/**
 * Width in pixels.
 */
width: number, 
/**
 * Height in pixels.
 */
height: number, 
/**
 * The post's main image.
 */
featured: boolean, };

/**
 * A column of the file.
 */
export type ImportColumn = { 
/**
 * From 0.
 */
index: number, 
/**
 * Its header, or `Column 1`, …
 */
name: string, 
/**
 * What we take it for.
 */
guessed: ImportField | null, 
/**
 * The first values.
 */
samples: Array<string>, };

/**
 * A column that we understand.
 */
export type ImportField = "keyword" | "volume" | "cpc" | "cps" | "difficulty" | "intent" | "persona" | "country";

/**
 * Which column is which field.
 */
export type ImportMapping = { 
/**
 * Column, from 0.
 */
column: number, 
/**
 * Field.
 */
field: ImportField, };

/**
 * `POST imports/preview` (the body is the file): what we would read.
 */
export type ImportPreview = { 
/**
 * Such as `UTF-16LE`.
 */
encoding: string, 
/**
 * Such as `;`; absent for a bare list.
 */
delimiter: string | null, 
/**
 * True if the first row names the columns.
 */
has_header: boolean, 
/**
 * All columns.
 */
columns: Array<ImportColumn>, 
/**
 * Our proposal.
 */
mapping: Array<ImportMapping>, 
/**
 * Rows without the header.
 */
rows_total: number, 
/**
 * The first rows, cell by cell.
 */
rows: Array<Array<string>>, 
/**
 * What one should know before going on.
 */
warnings: Array<string>, };

/**
 * `POST imports?mapping=…` (the body is the file).
 */
export type ImportQuery = { 
/**
 * `column:field,column:field`, such as `0:keyword,2:volume`; absent: our proposal is used.
 */
mapping: string | null, };

/**
 * What an import did.
 */
export type ImportReport = { 
/**
 * New keywords.
 */
added: number, 
/**
 * Rows that went into a keyword that was there, or that came earlier in the file.
 */
merged: number, 
/**
 * Rows not taken.
 */
rejected: number, 
/**
 * The merged rows (at most 1,000 are listed).
 */
merged_rows: Array<MergedRow>, 
/**
 * The rejected rows (at most 1,000 are listed).
 */
rejected_rows: Array<RejectedRow>, };

/**
 * What a searcher wants.
 */
export type Intent = "informational" | "transactional" | "navigational" | "commercial";

/**
 * `GET tasks/kept?from=&until=`: ended tasks that are in the log.
 */
export type KeptQuery = { 
/**
 * Ended at or after this time.
 */
from: Timestamp, 
/**
 * Ended before this time, at most 31 days later.
 */
until: Timestamp, 
/**
 * The last task of the page before; then `from` is the time when that one ended.
 */
after: TaskId | null, };

/**
 * Keywords by status.
 */
export type KeywordCounts = { 
/**
 * All.
 */
total: number, 
/**
 * Status new.
 */
new: number, 
/**
 * Status clustered.
 */
clustered: number, 
/**
 * Status in use.
 */
in_use: number, 
/**
 * Status orphaned.
 */
orphaned: number, 
/**
 * Status archived.
 */
archived: number, };

/**
 * A keyword of a site.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type KeywordId = string;

/**
 * Where a keyword is.
 */
export type KeywordStatus = "new" | "clustered" | "in_use" | "orphaned" | "archived";

/**
 * A keyword.
 */
export type KeywordView = { 
/**
 * Id.
 */
id: KeywordId, 
/**
 * As imported.
 */
text: string, 
/**
 * Searches a month.
 */
volume: number | null, 
/**
 * Cost per click in millionths of the currency.
 */
cpc_micros: number | null, 
/**
 * Cost per sale in millionths of the currency.
 */
cps_micros: number | null, 
/**
 * Difficulty, 0 to 100.
 */
difficulty: number | null, 
/**
 * Intent.
 */
intent: Intent | null, 
/**
 * Persona.
 */
persona: string | null, 
/**
 * Country.
 */
country: string | null, 
/**
 * Status.
 */
status: KeywordStatus, 
/**
 * Cluster.
 */
cluster: ClusterId | null, };

/**
 * How busy a kind is.
 */
export type KindLoad = { 
/**
 * Which kind.
 */
kind: TaskKind, 
/**
 * Tasks that wait or run.
 */
open: number, 
/**
 * Tasks that run.
 */
running: number, 
/**
 * How many may.
 */
places: number, 
/**
 * How long a task takes on average; 0: nothing is known yet.
 */
average_ms: number, };

/**
 * What is set for a kind of tasks.
 */
export type KindSettings = { 
/**
 * Which kind.
 */
kind: TaskKind, 
/**
 * Tasks that run at once, 1 to 100; clusterings: 1.
 */
places: number, 
/**
 * Starts per time; absent: as fast as there are places.
 */
rate: Rate | null, 
/**
 * Attempts before a task is dead, 1 to 8.
 */
attempts: number, 
/**
 * The longest attempt, 10 to 3,600 seconds.
 */
run_seconds: number, };

/**
 * An allowance of a lane.
 */
export type LaneRate = { 
/**
 * What a minute allows.
 */
per_minute: number, 
/**
 * What is left now.
 */
left: number, };

/**
 * Whether calls pass a lane.
 */
export type LaneState = "closed" | "open" | "half_open";

/**
 * A lane: provider × model × key.
 */
export type LaneView = { 
/**
 * The provider: `platform`, or the host of the tenant's own service.
 */
provider: string, 
/**
 * The model's name there.
 */
model: string, 
/**
 * By a key of the tenant's own; otherwise all tenants share it.
 */
own: boolean, 
/**
 * Whether calls pass.
 */
state: LaneState, 
/**
 * The failure after which it rests: `rate_limited`, `quota`, `unauthorized`, …
 */
reason: string | null, 
/**
 * Until when it rests; absent although it rests: until its key changes.
 */
until: Timestamp | null, 
/**
 * Calls under way.
 */
under_way: number, 
/**
 * Calls under way at most.
 */
concurrency: number, 
/**
 * Calls that wait, of all tenants.
 */
waiting: number, 
/**
 * Calls that wait, of this tenant.
 */
waiting_own: number, 
/**
 * Calls a minute; absent where they are not counted.
 */
requests: LaneRate | null, 
/**
 * Tokens a minute; absent where they are not counted.
 */
tokens: LaneRate | null, 
/**
 * Milliseconds to the first word, on average.
 */
latency_ms: number | null, 
/**
 * Calls since the server knows the lane.
 */
calls: number, 
/**
 * Those of them that failed.
 */
failed_calls: number, 
/**
 * How many of each failure: `rate_limited`, `timeout`, …
 */
failures: { [code in string]: number }, };

/**
 * Why a running task's call to a model has not started.
 */
export type LaneWaitView = { 
/**
 * Which task.
 */
task: TaskId, 
/**
 * The model in whose line it stands.
 */
model: string, 
/**
 * What holds the line up: `turn`, `places`, `site_places`, `site_rate`, `rate`,
 * `rest`, `budget`.
 */
held_by: string, 
/**
 * Calls that start before it.
 */
ahead: number, 
/**
 * Since when it waits.
 */
since: Timestamp, 
/**
 * When that ends at the latest, where it is known.
 */
until: Timestamp | null, 
/**
 * When the call will start, as far as can be told.
 */
starts_at: Timestamp | null, 
/**
 * In words.
 */
text: string, };

/**
 * `GET /api/system/lanes`.
 */
export type Lanes = { 
/**
 * The server's own that were used since it started, and the tenant's own.
 */
lanes: Array<LaneView>, };

/**
 * One line of the statement.
 */
export type LedgerEntryView = { 
/**
 * Its number in its ledger, from 1.
 */
number: number, 
/**
 * Of which site; absent: the tenant's own.
 */
site: SiteId | null, 
/**
 * When.
 */
at: Timestamp, 
/**
 * `grant`, `hold`, `settle`, `release`, `transfer_out`, `transfer_in`, `expire`, `house_loss`.
 */
kind: string, 
/**
 * How many credits moved.
 */
amount: Credits, 
/**
 * From which account of the ledger.
 */
from: string, 
/**
 * To which account of the ledger.
 */
to: string, 
/**
 * For what, in words.
 */
reason: string, 
/**
 * Which task's work it pays.
 */
task: TaskId | null, 
/**
 * The person who caused it; absent: the system.
 */
actor: AccountId | null, 
/**
 * The price list that was in force.
 */
price_list: number, 
/**
 * Available plus held of its ledger after it.
 */
settled_after: Credits, 
/**
 * The key under which it counts once.
 */
key: string, };

/**
 * What a line of a comparison is.
 */
export type LineChange = "same" | "removed" | "added";

/**
 * What became of a line or of a piece of one.
 */
export type LineFate = "kept" | "added" | "removed" | "changed";

/**
 * What a line is.
 */
export type LineKind = "heading" | "paragraph" | "bullet" | "number" | "code" | "rule" | "image" | "cell";

/**
 * Text with the same marks and the same fate.
 */
export type LinePiece = { 
/**
 * `kept`, `added` or `removed`.
 */
fate: LineFate, 
/**
 * The characters; a break inside a block is a line feed.
 */
text: string, 
/**
 * Names of its marks: `bold`, `code`, `italic`, `strike`, `underline`, or `link` with its
 * address.
 */
marks: Array<string>, };

/**
 * A line of a comparison.
 */
export type LineView = { 
/**
 * What it is.
 */
change: LineChange, 
/**
 * The text.
 */
text: string, };

/**
 * The state of a link, asked just now.
 */
export type LinkState = { 
/**
 * The link; absent: not paired.
 */
link: LinkView | null, 
/**
 * True if the site answered.
 */
reachable: boolean, 
/**
 * Why not, and what to do.
 */
problem: string | null, };

/**
 * The connection to a WordPress site.
 */
export type LinkView = { 
/**
 * The site's address.
 */
url: string, 
/**
 * The blog's name.
 */
name: string, 
/**
 * WordPress's version.
 */
wordpress: string, 
/**
 * Our plugin's version.
 */
plugin: string, 
/**
 * When it was paired.
 */
paired_at: Timestamp, 
/**
 * The last failure, in words; absent while all is well.
 */
problem: string | null, };

/**
 * `POST login`.
 */
export type Login = { 
/**
 * E-mail address.
 */
email: string, 
/**
 * Password.
 */
password: string, 
/**
 * Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
 */
cookie: boolean, };

/**
 * `POST login-code`: the single-use code of a login link.
 */
export type LoginCode = { 
/**
 * From the link's fragment.
 */
code: string, 
/**
 * Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
 */
cookie: boolean, };

/**
 * A level of credits.
 */
export type LowLevelView = { 
/**
 * How many.
 */
credits: Credits, 
/**
 * True while fewer are left: told, and told again after there were more.
 */
is_below: boolean, };

/**
 * `GET` and `PUT low-levels`: below which levels of credits the tenant is told.
 */
export type LowLevels = { 
/**
 * The highest first.
 */
levels: Array<LowLevelView>, };

/**
 * `POST ideas`: makes ideas for clusters, one task per cluster.
 */
export type MakeIdeas = { 
/**
 * For which clusters.
 */
clusters: Array<ClusterId>, 
/**
 * How many for each, 1 to 10.
 */
count: number, 
/**
 * How they are placed in the queue.
 */
placement: Placement | null, };

/**
 * `POST documents/{document}/images`.
 */
export type MakeImages = { 
/**
 * How many, 1 to 3.
 */
count: number, };

/**
 * `GET me`.
 */
export type Me = { 
/**
 * Who.
 */
account: AccountView, 
/**
 * Where, and as what.
 */
memberships: Array<MembershipView>, };

/**
 * A member of a tenant.
 */
export type MemberView = { 
/**
 * Who.
 */
account: AccountId, 
/**
 * E-mail address.
 */
email: string, 
/**
 * Name.
 */
name: string, 
/**
 * Role; absent after the member was removed.
 */
role: Role | null, };

/**
 * A tenant and one's role there.
 */
export type MembershipView = { 
/**
 * The tenant.
 */
tenant: TenantView, 
/**
 * The role.
 */
role: Role, };

/**
 * `POST clusters/{cluster}/merge`.
 */
export type MergeClusters = { 
/**
 * These go into the cluster of the path.
 */
from: Array<ClusterId>, };

/**
 * A row that was already there.
 */
export type MergedRow = { 
/**
 * The line of the file, from 1.
 */
row: number, 
/**
 * The keyword into which it went.
 */
into: string, };

/**
 * What a site allows of a model, whichever tasks call it.
 */
export type ModelLimit = { 
/**
 * The model, as its provider names it.
 */
model: string, 
/**
 * Calls under way at once, 1 to 100; absent: as many as there are places.
 */
calls: number | null, 
/**
 * Calls per time; absent: as fast as its lane bears.
 */
rate: Rate | null, };

/**
 * An instant, and the clock on the wall there.
 */
export type Moment = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * In the zone, with its offset.
 */
wall_clock: string, };

/**
 * `POST clusters/{cluster}/keywords`: moves keywords here.
 */
export type MoveKeywords = { 
/**
 * Which.
 */
ids: Array<KeywordId>, };

/**
 * `POST versions` and `PATCH versions/{version}`.
 */
export type NameVersion = { 
/**
 * 1 to 200 characters.
 */
name: string, };

/**
 * `POST batches`: up to 10,000 tasks, watched and steered as one.
 */
export type NewBatch = { 
/**
 * What it is about, for people.
 */
title: string, 
/**
 * The work.
 */
work: QueueWork, 
/**
 * Pauses the batch when this share of its ended tasks failed, 1 to 100.
 */
stop_percent: number | null, 
/**
 * How its tasks are placed in the queue.
 */
placement: Placement | null, };

/**
 * `POST documents`: a document for hand-written work.
 */
export type NewDocument = { 
/**
 * Title.
 */
title: string, 
/**
 * The text that it begins with; empty if absent.
 */
content: string | null, 
/**
 * The form of the text: HTML if absent, Markdown, or ProseMirror JSON as a string.
 */
format: ContentFormat | null, };

/**
 * `POST free-documents`: made once, however often it is asked for.
 */
export type NewFreeDocument = { 
/**
 * 1 to 128 of the characters that an address carries as they are: `A-Z a-z 0-9 - . _ ~`.
 */
name: string, };

/**
 * `POST room-tickets`: a ticket for a Yjs client that nobody here wrote.
 */
export type NewRoomTicket = { 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * What it is to open.
 */
kind: RoomKind, 
/**
 * For an article its id; for a free document its name: 1 to 128 of `A-Z a-z 0-9 - . _ ~`.
 */
room: string, 
/**
 * What may be done with it.
 */
rights: RoomRights, 
/**
 * Makes a free room that is not there.
 */
create: boolean, 
/**
 * How long it counts, 1 second to 7 days; an hour if it is left out.
 */
ttl_seconds: number | null, };

/**
 * `POST sites`.
 */
export type NewSite = { 
/**
 * Name.
 */
name: string, 
/**
 * Language of the content (BCP 47); `en` if absent.
 */
language: string | null, 
/**
 * How the AI writes here.
 */
brand_voice: string | null, };

/**
 * What happens when it is time and the execution before has not ended.
 */
export type Overlap = "skip" | "queue";

/**
 * `GET /api/dashboard/sites/{site}/overview`.
 */
export type Overview = { 
/**
 * Keywords by status.
 */
keywords: KeywordCounts, 
/**
 * Clusters.
 */
clusters: number, 
/**
 * Ideas that wait for a decision.
 */
ideas_new: number, 
/**
 * Documents by status.
 */
documents: Array<StatusCount>, 
/**
 * Tasks by status.
 */
tasks: Array<StatusCount>, 
/**
 * The latest tasks.
 */
recent: Array<TaskView>, 
/**
 * The whole tenant's credits.
 */
balance: BalanceView, };

/**
 * A page of a list.
 */
export type Page<T> = { 
/**
 * In the list's order.
 */
items: Array<T>, 
/**
 * Opaque; absent on the last page.
 */
next_cursor: string | null, 
/**
 * How many the whole list has with this filter.
 */
total: number, };

/**
 * How to ask for a page.
 */
export type PageQuery = { 
/**
 * From the page before.
 */
cursor: string | null, 
/**
 * At most 200; 50 if absent.
 */
limit: number | null, 
/**
 * Only items whose text contains this, ignoring case.
 */
search: string | null, 
/**
 * Only items of this status.
 */
status: string | null, 
/**
 * Only items of this kind (tasks).
 */
kind: string | null, 
/**
 * Only items of this cluster (keywords, ideas).
 */
cluster: string | null, };

/**
 * `POST /api/publish/sites/{site}/link`: pair with the code that wp-admin shows.
 */
export type PairSite = { 
/**
 * The site's address.
 */
url: string, 
/**
 * The one-time code.
 */
code: string, };

/**
 * `PATCH blocks`: all edits, or none of them.
 */
export type PatchBlocks = { 
/**
 * 1 to 100.
 */
edits: Array<BlockEdit>, };

/**
 * `POST queue/pause` and `queue/resume`.
 */
export type PauseQueue = { 
/**
 * Which kind of tasks; absent: all.
 */
kind: TaskKind | null, };

/**
 * What is paused.
 */
export type PauseScope = "tenant" | "site" | "kind" | "batch" | "task";

/**
 * A pause.
 */
export type PauseView = { 
/**
 * What is paused.
 */
scope: PauseScope, 
/**
 * Which kind, for a pause of a kind.
 */
kind: TaskKind | null, 
/**
 * True if too much of a batch failed; otherwise somebody wanted it.
 */
by_error_rate: boolean, 
/**
 * By whom; absent for the system.
 */
by: AccountId | null, 
/**
 * Since when.
 */
since: Timestamp, };

/**
 * How a picked item ended.
 */
export type PickOutcome = "succeeded" | "failed" | "cancelled";

/**
 * An item that an execution took.
 */
export type PickView = { 
/**
 * What it is about.
 */
title: string, 
/**
 * Its task; absent in a dry run.
 */
task: TaskId | null, 
/**
 * What it costs at most.
 */
price: Credits, 
/**
 * Absent while its task waits or runs.
 */
outcome: PickOutcome | null, 
/**
 * Why it failed.
 */
failure: string | null, };

/**
 * How tasks are placed in the queue.
 */
export type Placement = { 
/**
 * 0 to 100, the higher the sooner: `low` 25, `normal` 50 (the default), `high` 75,
 * `urgent` 100.
 */
priority: number | null, 
/**
 * Not before this time.
 */
not_before: Timestamp | null, 
/**
 * While a task with this key waits or runs, or succeeded within `unique_seconds`, it is
 * answered instead of queueing another. Each item of a request has a key of its own.
 */
unique_key: string | null, 
/**
 * How long the key keeps another one out: 0 to 2,592,000 (30 days), an hour if absent.
 */
unique_seconds: number | null, };

/**
 * A point in a stream: gap-free within an epoch (R10).
 */
export type Position = { 
/**
 * The epoch in which it was written.
 */
epoch: Epoch, 
/**
 * Its number.
 */
sequence: Sequence, };

/**
 * `GET prices`.
 */
export type PriceList = { 
/**
 * Grows with each change.
 */
version: number, 
/**
 * Keywords clustered for one credit; a request is rounded up.
 */
keywords_per_credit: number, 
/**
 * One idea.
 */
idea: Credits, 
/**
 * One article.
 */
article: Credits, 
/**
 * One image.
 */
image: Credits, 
/**
 * One reparse.
 */
reparse: Credits, 
/**
 * One selection rewritten.
 */
rewrite: Credits, 
/**
 * One publication.
 */
publish: Credits, };

/**
 * A model's price in millionths of a US dollar for a million tokens.
 */
export type PriceView = { 
/**
 * Tokens sent.
 */
input: number, 
/**
 * Tokens sent that the provider had cached.
 */
cached: number, 
/**
 * Tokens sent that the provider puts into its cache.
 */
cache_write: number, 
/**
 * Tokens received.
 */
output: number, };

/**
 * What went wrong.
 */
export type Problem = { 
/**
 * `about:blank` or a page that explains this kind.
 */
type: string, 
/**
 * A short summary.
 */
title: string, 
/**
 * The HTTP status.
 */
status: number, 
/**
 * What happened here and what to do.
 */
detail: string, 
/**
 * A stable code for programs.
 */
code: string, 
/**
 * Names this request in the logs.
 */
request_id: string, 
/**
 * One entry per wrong field.
 */
errors?: Array<FieldProblem>, };

/**
 * Two versions compared.
 */
export type PromptDifference = { 
/**
 * All lines, in their order.
 */
lines: Array<LineView>, };

/**
 * What a model would get. Nothing is called or spent.
 */
export type PromptPreview = { 
/**
 * What the data are of; absent for example data.
 */
about: string | null, 
/**
 * What the pipeline says beside the template: rules, persona, voice.
 */
system: string, 
/**
 * The prompt.
 */
text: string, };

/**
 * A prompt as it was when it was used.
 */
export type PromptUsed = { 
/**
 * Its kind, as `/api/thinker/prompts` names it.
 */
kind: string, 
/**
 * Its version; 0 is the one that comes with the server.
 */
version: number, };

/**
 * `GET /api/thinker/prompts/{kind}/versions`: the newest first, ours (0) last.
 */
export type PromptVersionView = { 
/**
 * Its number.
 */
version: number, 
/**
 * When it was written; absent for ours.
 */
created_at: Timestamp | null, 
/**
 * By whom; absent for ours.
 */
author: AccountId | null, 
/**
 * The author's name, while they are a member.
 */
author_name: string | null, 
/**
 * The older version that it equals, if it was restored.
 */
restored: number | null, 
/**
 * Characters.
 */
length: number, };

/**
 * A prompt template with its version.
 */
export type PromptView = { 
/**
 * Of which kind: `article`, `ideas`, `cluster_names`, `image`.
 */
kind: string, 
/**
 * Grows with each change; 0 is ours.
 */
version: number, 
/**
 * The text with `{{variable}}` places.
 */
template: string, 
/**
 * The variables it may name.
 */
variables: Array<VariableView>, };

/**
 * Which provider a tenant's models come from.
 */
export type Provider = "platform" | "open_ai_compatible" | "anthropic" | "runware";

/**
 * `POST /api/publish/sites/{site}/documents/{document}`.
 */
export type Publish = { 
/**
 * True publishes at once, false makes a draft at the site.
 */
live: boolean, };

/**
 * What a site sets for its queue.
 */
export type QueueSettings = { 
/**
 * Tasks of all kinds that run at once, 1 to 100.
 */
places: number, 
/**
 * Starts of all kinds per time; absent: as fast as there are places.
 */
rate: Rate | null, 
/**
 * Kinds; those left out keep what they have.
 */
kinds: Array<KindSettings>, 
/**
 * Models with limits of the site's own, 32 at most; absent: they stay as they are.
 */
models?: Array<ModelLimit>, 
/**
 * A task that could start and still waits after so long is dead, 1 to 720.
 */
waiting_hours: number, 
/**
 * A worker without a sign of life so long after its start is given up, 10 to 3,600.
 */
start_seconds: number, 
/**
 * A worker that is silent for so long is given up, 10 to 3,600.
 */
silence_seconds: number, 
/**
 * Ended tasks that stay at hand, 100 to 20,000; older ones are in the log.
 */
kept_tasks: number, 
/**
 * How long they stay, 1 to 365.
 */
kept_days: number, };

/**
 * A site's queue.
 */
export type QueueView = { 
/**
 * Tasks that wait.
 */
waiting: number, 
/**
 * Tasks that run.
 */
running: number, 
/**
 * Dead letters.
 */
dead_letters: number, 
/**
 * How busy each kind is.
 */
kinds: Array<KindLoad>, 
/**
 * What is paused: of the tenant, the site and its kinds.
 */
pauses: Array<PauseView>, 
/**
 * The settings.
 */
settings: QueueSettings, };

/**
 * Work that can be queued.
 */
export type QueueWork = { "kind": "cluster", } | { "kind": "ideas", 
/**
 * For these.
 */
clusters: Array<ClusterId>, 
/**
 * How many each, 1 to 10.
 */
count: number, } | { "kind": "draft", 
/**
 * From these.
 */
ideas: Array<IdeaId>, 
/**
 * Images to make for each draft once it is written, 0 to 3.
 */
images: number, } | { "kind": "image", 
/**
 * Which.
 */
document: DocumentId, 
/**
 * How many, 1 to 3.
 */
count: number, } | { "kind": "reparse", 
/**
 * Which.
 */
document: DocumentId, };

/**
 * Tasks that were queued.
 */
export type Queued = { 
/**
 * The tasks.
 */
tasks: Array<TaskView>, };

/**
 * The answer to a quote.
 */
export type Quote = { 
/**
 * What it would cost.
 */
price: Credits, 
/**
 * What the tenant can spend now.
 */
available: Credits, 
/**
 * How the price comes about, in words.
 */
explanation: string, 
/**
 * Items that would be worked on.
 */
items: number, 
/**
 * Price list version.
 */
price_list: number, };

/**
 * `POST quote`: what a run would cost.
 */
export type QuoteRequest = { 
/**
 * What would be done.
 */
kind: TaskKind, 
/**
 * Clusters, for ideas.
 */
clusters: Array<ClusterId>, 
/**
 * Ideas per cluster.
 */
count: number, 
/**
 * Ideas, for drafts.
 */
ideas: Array<IdeaId>, 
/**
 * Images per draft, or for a document.
 */
images: number, 
/**
 * Document, for reparse and publish.
 */
document: DocumentId | null, };

/**
 * A token bucket.
 */
export type Rate = { 
/**
 * Starts a minute, 1 to 6,000.
 */
per_minute: number, 
/**
 * Starts at once after a rest, 1 to 1,000.
 */
burst: number, };

/**
 * `GET tasks/{task}/answer`: what the model answered.
 */
export type RawAnswer = { 
/**
 * As it came.
 */
text: string, 
/**
 * True if the task waits for a person's answer in its place.
 */
wanted: boolean, 
/**
 * The JSON schema of the answer that was asked for; absent for text.
 */
schema: unknown, };

/**
 * `POST refresh`: a refresh token counts once; its use gives the next.
 */
export type Refresh = { 
/**
 * Absent: the cookie is used.
 */
refresh_token: string | null, };

/**
 * A row that was not taken.
 */
export type RejectedRow = { 
/**
 * The line of the file on which the row begins, from 1.
 */
row: number, 
/**
 * A stable code.
 */
code: string, 
/**
 * What is wrong and what would be right.
 */
reason: string, 
/**
 * The beginning of the row.
 */
excerpt: string, };

/**
 * `POST dead-letters/replay`: dead letters again, the oldest first, at most 500 at once.
 */
export type ReplayDead = { 
/**
 * Of this kind.
 */
kind: TaskKind | null, 
/**
 * With this code of failure.
 */
code: string | null, };

/**
 * `POST tasks/{task}/replay`: an ended task again, with changes.
 */
export type ReplayTask = { 
/**
 * Another priority, 0 to 100.
 */
priority: number | null, 
/**
 * Ideas to make; for tasks that make ideas.
 */
ideas: number | null, 
/**
 * Images to make afterwards; for drafts.
 */
images: number | null, };

/**
 * Dead letters that were queued again.
 */
export type Replayed = { 
/**
 * How many.
 */
replayed: number, 
/**
 * How many could not: what they work on has changed since.
 */
refused: number, 
/**
 * How many more there are: ask again.
 */
left: number, };

/**
 * Who resolved a thread, and when.
 */
export type ResolutionView = { 
/**
 * Who.
 */
by: AccountId, 
/**
 * When.
 */
at: Timestamp, };

/**
 * `POST /api/thinker/prompts/{kind}/restore`.
 */
export type RestorePrompt = { 
/**
 * The version to use again; 0 is ours.
 */
version: number, };

/**
 * What is to be done with a text.
 */
export type RewriteInstruction = { "kind": "improve" } | { "kind": "shorten" } | { "kind": "expand" } | { "kind": "fix_grammar" } | { "kind": "own", 
/**
 * 1 to 500 characters.
 */
words: string, };

/**
 * A right level in a tenant.
 */
export type Role = "owner" | "admin" | "editor" | "viewer" | "system_bot";

/**
 * What a room holds.
 */
export type RoomKind = "article" | "free";

/**
 * What may be done in a room.
 */
export type RoomRights = "read" | "write";

/**
 * A ticket for one room. It counts again and again until it is over, after a restart too; a change
 * of its holder's role, their removal or the end of their login end it earlier.
 */
export type RoomTicket = { 
/**
 * A secret: `?ticket=` of the address, or the subprotocol `igny8.ticket.<ticket>`.
 */
ticket: string, 
/**
 * Seconds until it is over.
 */
expires_in: number, 
/**
 * Where the room is: the address's path.
 */
path: string, 
/**
 * The document, as the live socket names it.
 */
document: DocumentId, };

/**
 * By what models are chosen for a call.
 */
export type RoutePolicy = "order" | "price" | "latency" | "capability" | "balance";

/**
 * `POST /api/system/sites/{site}/automations/{kind}/run`.
 */
export type RunAutomation = { 
/**
 * Only write down what would be done.
 */
dry_run: boolean, };

/**
 * One AI author's work in a document.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type RunId = string;

/**
 * An AI run that wrote in a document.
 */
export type RunView = { 
/**
 * Id: that of its task.
 */
id: RunId, 
/**
 * How its author is named.
 */
author: string, 
/**
 * The model that wrote; absent for runs of older builds.
 */
model: string | null, 
/**
 * The prompt by which it wrote; absent for runs of older builds.
 */
prompt: PromptUsed | null, 
/**
 * The Yjs client id under which it wrote.
 */
client: number, 
/**
 * When its text was whole, or it was stopped; absent while it writes.
 */
ended_at: Timestamp | null, 
/**
 * When somebody took it back.
 */
undone_at: Timestamp | null, };

/**
 * When an automation runs.
 */
export type ScheduleView = { 
/**
 * Of what.
 */
kind: AutomationKind, 
/**
 * Off: only by hand.
 */
enabled: boolean, 
/**
 * When.
 */
timing: Timing, 
/**
 * The same in words.
 */
words: string, 
/**
 * Within which bounds.
 */
rules: AutomationRules, 
/**
 * When it starts next, jitter included; absent while it is off.
 */
next_at: Timestamp | null, 
/**
 * When somebody changed it last; absent until then.
 */
updated_at: Timestamp | null, };

/**
 * The number of a commit (or append) of an entity. The first is 1; 0 is "before everything".
 */
export type Sequence = number;

/**
 * What a server sends.
 */
export type ServerFrame = { "type": "welcome", 
/**
 * The version spoken from here on.
 */
version: number, 
/**
 * The server's build.
 */
server: string, 
/**
 * Send a ping when nothing was sent for so long.
 */
heartbeat_seconds: number, 
/**
 * Larger frames are refused.
 */
frame_bytes_max: number, } | { "type": "subscribed", 
/**
 * Of the request.
 */
ref: number, 
/**
 * Which stream, and the position from which its events follow.
 */
at: StreamPosition, 
/**
 * The state there; absent when the stream was resumed exactly.
 */
snapshot: StreamSnapshot | null, } | { "type": "events", 
/**
 * The stream and its new position.
 */
at: StreamPosition, 
/**
 * In order.
 */
events: Array<StreamEvent>, } | { "type": "document_update", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * The document's new position.
 */
position: Position, 
/**
 * Yjs update (v1).
 */
update: Uint8Array, } | { "type": "document_synced", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * What the client lacked.
 */
update: Uint8Array, 
/**
 * What the server has: the client answers with the rest.
 */
state_vector: Uint8Array, } | { "type": "durable", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * The highest counter that is durable.
 */
ref: number, 
/**
 * Its position.
 */
position: Position, } | { "type": "document_refused", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * Of the edit.
 */
ref: number, 
/**
 * Such as `gap`, `schema`, `too_large`, `read_only`.
 */
code: string, 
/**
 * What happened and what to do.
 */
message: string, 
/**
 * For `gap`: what the server has; the client sends the difference.
 */
state_vector?: Uint8Array | null, } | { "type": "awareness", 
/**
 * Where.
 */
document: DocumentId, 
/**
 * y-protocols awareness update.
 */
update: Uint8Array, } | { "type": "comments_changed", 
/**
 * Where.
 */
document: DocumentId, } | { "type": "progress", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * The latest of each task.
 */
tasks: Array<TaskProgress>, } | { "type": "done", 
/**
 * Of the request.
 */
ref: number, 
/**
 * Of `queue_work`: the tasks, as REST answers them.
 */
tasks?: Array<TaskView>, } | { "type": "problem", 
/**
 * Of the request, if it was one.
 */
ref: number | null, 
/**
 * A stable code, the same as in REST.
 */
code: string, 
/**
 * What happened and what to do.
 */
message: string, 
/**
 * When to try again.
 */
retry_after_ms: number | null, } | { "type": "stream_closed", 
/**
 * Which.
 */
stream: StreamName, 
/**
 * `resync`, `revoked` or `gone`.
 */
reason: string, } | { "type": "pong", 
/**
 * Of the ping.
 */
nonce: number, } | { "type": "closing", 
/**
 * Come back after this time. Every socket is told another one, so that they do not all come
 * at once.
 */
retry_after_ms: number, };

/**
 * The answer to all ways of logging in.
 */
export type Session = { 
/**
 * For `Authorization: Bearer`.
 */
access_token: string, 
/**
 * Seconds until the access token ends.
 */
expires_in: number, 
/**
 * For `refresh`; absent if it went into a cookie.
 */
refresh_token: string | null, 
/**
 * Who.
 */
account: AccountView, 
/**
 * Where, and as what.
 */
memberships: Array<MembershipView>, };

/**
 * `POST sign-up`: a new account with a new tenant, of which it is the owner.
 */
export type SignUp = { 
/**
 * E-mail address.
 */
email: string, 
/**
 * At least 8 characters; 15 or more are better.
 */
password: string, 
/**
 * Shown to others.
 */
name: string, 
/**
 * Name of the new tenant.
 */
tenant_name: string, 
/**
 * Keep the refresh token in an HttpOnly cookie instead of the answer (browsers).
 */
cookie: boolean, };

/**
 * The slice of a site.
 */
export type SiteBalance = { 
/**
 * Which site.
 */
site: SiteId, 
/**
 * Its slice.
 */
balance: BalanceView, };

/**
 * A WordPress installation and all its content work.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type SiteId = string;

/**
 * A site.
 */
export type SiteView = { 
/**
 * Id.
 */
id: SiteId, 
/**
 * Name.
 */
name: string, 
/**
 * Language of the content (BCP 47).
 */
language: string, 
/**
 * How the AI writes here.
 */
brand_voice: string, 
/**
 * Who speaks here, and to whom.
 */
persona: string, 
/**
 * Hosts that the AI may link to, beside the site's own.
 */
link_hosts: Array<string>, 
/**
 * The WordPress link; absent: publications are exported to a folder.
 */
link: LinkView | null, 
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * An item that an execution left.
 */
export type SkipView = { 
/**
 * What it is about.
 */
title: string, 
/**
 * Why, for programs: `item_limit`, `insufficient_credits`, `failed_before`, …
 */
code: string, 
/**
 * Why, for people.
 */
reason: string, };

/**
 * Commands over the socket. Each asks for the same right as its REST route.
 */
export type SocketCommand = { "name": "cancel_task", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which task.
 */
task: TaskId, } | { "name": "retry_task", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which task.
 */
task: TaskId, } | { "name": "queue_work", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * What.
 */
work: QueueWork, 
/**
 * How it is placed; absent: like everything else.
 */
placement: Placement | null, 
/**
 * The same key twice is done once and answered alike: what a client sends again whose
 * line was lost before the answer. 1 to 128 plain characters.
 */
idempotency_key?: string, } | { "name": "change_tasks", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which, at most 500.
 */
tasks: Array<TaskId>, 
/**
 * 0 to 100, the higher the sooner.
 */
priority: number | null, 
/**
 * Not before this time.
 */
not_before: Timestamp | null, } | { "name": "pause_task", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which.
 */
task: TaskId, 
/**
 * True pauses.
 */
paused: boolean, } | { "name": "pause_batch", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which.
 */
batch: BatchId, 
/**
 * True pauses.
 */
paused: boolean, } | { "name": "cancel_batch", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which.
 */
batch: BatchId, } | { "name": "pause_queue", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * Which kind; absent: all.
 */
kind: TaskKind | null, 
/**
 * True pauses.
 */
paused: boolean, } | { "name": "stop_run", 
/**
 * Of which site.
 */
site: SiteId, 
/**
 * The draft task whose run it is.
 */
task: TaskId, };

/**
 * `GET ledger`: a part of the statement, the newest line first.
 */
export type Statement = { 
/**
 * The lines. May be fewer than asked for, or none, although there are more.
 */
items: Array<LedgerEntryView>, 
/**
 * Opaque; absent at the end.
 */
next_cursor: string | null, 
/**
 * How many lines there are in all; absent where a filter leaves some out.
 */
total: number | null, };

/**
 * Which lines of the statement.
 */
export type StatementQuery = { 
/**
 * From the part before.
 */
cursor: string | null, 
/**
 * At most 200; 50 if absent. Not for the CSV, which has all.
 */
limit: number | null, 
/**
 * Only entries of these kinds, with commas between them.
 */
kind: string | null, 
/**
 * Only entries at this time (milliseconds since 1970, UTC) or later.
 */
from: Timestamp | null, 
/**
 * Only entries before this time.
 */
until: Timestamp | null, 
/**
 * Only entries about this task's work.
 */
task: TaskId | null, 
/**
 * Only entries that this person caused.
 */
actor: AccountId | null, 
/**
 * Only entries of this site's slice.
 */
site: SiteId | null, 
/**
 * Only entries whose reason contains this, ignoring case.
 */
search: string | null, };

/**
 * How many of a status.
 */
export type StatusCount = { 
/**
 * Status.
 */
status: string, 
/**
 * How many.
 */
count: number, };

/**
 * One thing that happened, with the new state of what it happened to.
 */
export type StreamEvent = { "type": "keywords_changed", 
/**
 * How many there are now, by status.
 */
counts: KeywordCounts, } | { "type": "cluster_changed", 
/**
 * Its state now.
 */
cluster: ClusterView, } | { "type": "cluster_removed", 
/**
 * Which.
 */
id: ClusterId, } | { "type": "idea_changed", 
/**
 * Its state now.
 */
idea: IdeaView, } | { "type": "idea_removed", 
/**
 * Which.
 */
id: IdeaId, } | { "type": "task_changed", 
/**
 * Its state now.
 */
task: TaskView, } | { "type": "task_removed", 
/**
 * Which.
 */
id: TaskId, } | { "type": "schedule_changed", 
/**
 * Its state now.
 */
schedule: ScheduleView, } | { "type": "execution_changed", 
/**
 * Its state now.
 */
execution: ExecutionView, } | { "type": "batch_changed", 
/**
 * Its state now.
 */
batch: BatchView, } | { "type": "pauses_changed", 
/**
 * All pauses now.
 */
pauses: Array<PauseView>, } | { "type": "queue_settings_changed", 
/**
 * All settings now.
 */
settings: QueueSettings, } | { "type": "document_changed", 
/**
 * Its state now.
 */
document: DocumentView, } | { "type": "credits_changed", 
/**
 * Tenant stream: the tenant's own part. Site stream: the site's slice.
 */
balance: BalanceView, } | { "type": "credits_low", 
/**
 * Which level.
 */
level: Credits, 
/**
 * What is left, available and held.
 */
left: Credits, } | { "type": "site_changed", 
/**
 * Its state now.
 */
site: SiteView, } | { "type": "tenant_changed", 
/**
 * Its state now.
 */
tenant: TenantView, } | { "type": "member_changed", 
/**
 * Their state now.
 */
member: MemberView, };

/**
 * A stream of one entity.
 */
export type StreamName = { "kind": "tenant", "id": TenantId } | { "kind": "site", "id": SiteId } | { "kind": "document", "id": DocumentId };

/**
 * Where a stream is.
 */
export type StreamPosition = { 
/**
 * Which stream.
 */
stream: StreamName, 
/**
 * How far it was seen.
 */
position: Position, };

/**
 * The state at which a subscription begins when it cannot be resumed.
 */
export type StreamSnapshot = { "kind": "tenant", 
/**
 * The tenant.
 */
tenant: TenantView, 
/**
 * Its sites.
 */
sites: Array<SiteView>, 
/**
 * Credits: the tenant's part plus all slices.
 */
balance: BalanceView, } | { "kind": "site", 
/**
 * The site.
 */
site: SiteView, 
/**
 * Keywords by status.
 */
counts: KeywordCounts, 
/**
 * Tasks that are not ended, and the latest that are (newest first, at most 200).
 */
tasks: Array<TaskView>, 
/**
 * Batches that have not ended, and the latest that have (newest first, at most 50).
 */
batches?: Array<BatchView>, 
/**
 * What is paused: of the tenant, the site and its kinds.
 */
pauses?: Array<PauseView>, 
/**
 * The site's slice.
 */
balance: BalanceView, } | { "kind": "document", 
/**
 * The server's state vector: the client answers with what the server lacks.
 */
state_vector: Uint8Array, 
/**
 * False for viewers: their updates are refused.
 */
writable: boolean, 
/**
 * Presence of those who are here (y-protocols awareness update), if any.
 */
awareness: Uint8Array, 
/**
 * Yjs update (v1). It stands last: those who join at one version share its bytes.
 */
update: Uint8Array, };

/**
 * `POST tasks/{task}/answer`: a person's answer in the model's place.
 */
export type SubmitAnswer = { 
/**
 * JSON of the schema; small slips are read as a model's are.
 */
answer: string, };

/**
 * Where a suggestion is.
 */
export type SuggestionState = "open" | "changed" | "detached" | "accepted" | "rejected" | "undone";

/**
 * Other words for a part of the text. The part is a mark `comment` in the document whose attribute
 * `thread` is this id.
 */
export type SuggestionView = { 
/**
 * The run that wrote it, which is its task’s id too.
 */
id: RunId, 
/**
 * How its author is named.
 */
author: string, 
/**
 * The model that wrote it; none in suggestions of older builds.
 */
model: string | null, 
/**
 * The prompt by which it wrote.
 */
prompt: PromptUsed | null, 
/**
 * Who asked for it.
 */
by: AccountId | null, 
/**
 * When it was written.
 */
at: Timestamp, 
/**
 * What was asked for.
 */
instruction: RewriteInstruction, 
/**
 * The text as its author read it: one for each paragraph.
 */
before: Array<string>, 
/**
 * What it suggests, one for each of them.
 */
after: Array<string>, 
/**
 * Where it is.
 */
state: SuggestionState, 
/**
 * The text that it would replace, as it is now.
 */
now: Array<string>, 
/**
 * Names `now`.
 */
revision: string, 
/**
 * Set once somebody has decided.
 */
decision: DecisionView | null, };

/**
 * `GET /api/system/status`.
 */
export type SystemStatus = { 
/**
 * Actors in memory, by kind.
 */
actors: Array<ActorCount>, 
/**
 * Sockets open.
 */
sockets: number, 
/**
 * Entities that failed again and again and are kept out.
 */
quarantined: Array<string>, };

/**
 * Why a task failed last.
 */
export type TaskFailure = { 
/**
 * A stable code: `timeout`, `rate_limited`, `quota`, `invalid_answer`, …
 */
code: string, 
/**
 * What happened, what it cost (nothing) and what to do.
 */
message: string, 
/**
 * When.
 */
at: Timestamp, };

/**
 * One item of work in a site's queue.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type TaskId = string;

/**
 * What a task does.
 */
export type TaskKind = "cluster" | "ideas" | "draft" | "image" | "reparse" | "publish" | "test_run" | "rewrite";

/**
 * Progress of a running task: memory only, coalesced, never in the way of the rest (R5).
 */
export type TaskProgress = { 
/**
 * Which task.
 */
task: TaskId, 
/**
 * What it is doing, in a word or two.
 */
stage: string, 
/**
 * From 0 to 1.
 */
fraction: number, 
/**
 * Words written so far, for drafts.
 */
words: number | null, };

/**
 * Where a task is.
 */
export type TaskStatus = "queued" | "running" | "waiting_for_review" | "succeeded" | "failed" | "cancelled" | "dead";

/**
 * A task.
 */
export type TaskView = { 
/**
 * Id.
 */
id: TaskId, 
/**
 * What it does.
 */
kind: TaskKind, 
/**
 * What it is about, for people.
 */
title: string, 
/**
 * Status.
 */
status: TaskStatus, 
/**
 * Attempts begun.
 */
attempts: number, 
/**
 * Attempts allowed before it is dead.
 */
attempts_max: number, 
/**
 * Credits it will cost, or did.
 */
price: Credits, 
/**
 * Credits set aside for it now.
 */
held: Credits, 
/**
 * Credits it did cost.
 */
spent: Credits, 
/**
 * 0 to 100, the higher the sooner.
 */
priority?: number, 
/**
 * Why it waits, in a word: the `reason` of `waiting`; absent if it does not.
 */
waiting_for: string | null, 
/**
 * Why it waits; absent if it does not.
 */
waiting?: WaitingView, 
/**
 * When it will start, as far as can be told.
 */
starts_at?: Timestamp, 
/**
 * The batch that it belongs to.
 */
batch?: BatchId, 
/**
 * Who asked for it; absent for automation.
 */
created_by?: AccountId, 
/**
 * When its latest attempt began.
 */
started_at?: Timestamp, 
/**
 * Not before.
 */
not_before: Timestamp | null, 
/**
 * The last failure.
 */
failure: TaskFailure | null, 
/**
 * Idea, for drafts.
 */
idea: IdeaId | null, 
/**
 * Cluster, for ideas.
 */
cluster: ClusterId | null, 
/**
 * Document, for drafts, images and publications.
 */
document: DocumentId | null, 
/**
 * Model used.
 */
model: string | null, 
/**
 * What its calls to models used, failed attempts too; absent before the first.
 */
usage?: UsageView, 
/**
 * Why its call to a model has not started; absent if none waits, and in events.
 */
lane?: LaneWaitView, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When it changed last.
 */
updated_at: Timestamp, };

/**
 * The unit of billing and isolation.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type TenantId = string;

/**
 * A tenant as one of its members sees it.
 */
export type TenantView = { 
/**
 * Id.
 */
id: TenantId, 
/**
 * Name.
 */
name: string, 
/**
 * Plan: `trial`, `starter`, `pro`, `agency`, `enterprise`, `demo`.
 */
plan: string, 
/**
 * When it was made.
 */
created_at: Timestamp, };

/**
 * `POST /api/settings/ai-routes/test`.
 */
export type TestAiRoute = { 
/**
 * Which of the kept routes.
 */
name: string, };

/**
 * What was said about one place of a document.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type ThreadId = string;

/**
 * Which text a thread is about.
 */
export type ThreadRange = { "kind": "positions", 
/**
 * Where it begins.
 */
from: string, 
/**
 * Where it ends.
 */
to: string, } | { "kind": "block", 
/**
 * The block's place, from 0.
 */
index: number, 
/**
 * Its key when it was read.
 */
key: string, 
/**
 * The first UTF-16 unit of its text.
 */
from: number, 
/**
 * The unit after the last.
 */
to: number, };

/**
 * What was said about one place of the text. The place is a mark `comment` in the document whose
 * attribute `thread` is this id.
 */
export type ThreadView = { 
/**
 * Id.
 */
id: ThreadId, 
/**
 * Who began it.
 */
author: AccountId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * The text that it was put on, as it was: at most 300 characters.
 */
quote: string, 
/**
 * False if all of that text was deleted.
 */
anchored: boolean, 
/**
 * Set while it is resolved.
 */
resolved: ResolutionView | null, 
/**
 * In the order in which they were written.
 */
comments: Array<CommentView>, };

/**
 * `POST ticket`: opens one socket, once, within a minute.
 */
export type Ticket = { 
/**
 * For the subprotocol `igny8.ticket.<ticket>`.
 */
ticket: string, 
/**
 * Seconds until it ends.
 */
expires_in: number, 
/**
 * The tenant whose streams the socket may hear.
 */
tenant: TenantId, };

/**
 * Milliseconds since the Unix epoch, UTC.
 */
export type Timestamp = number;

/**
 * When something recurs.
 */
export type Timing = { 
/**
 * Minute, hour, day of the month, month, day of the week.
 */
cron: string, 
/**
 * The IANA name of a time zone.
 */
zone: string, };

/**
 * What a timing comes to: `GET /api/settings/automations/timing`.
 */
export type TimingPreview = { 
/**
 * The expression in words.
 */
words: string, 
/**
 * The next five times.
 */
upcoming: Array<Moment>, };

/**
 * `POST /api/thinker/sites/{site}/prompts/{kind}/preview`, and `…/test`.
 */
export type TryPrompt = { 
/**
 * The text with `{{variable}}` places, saved or not.
 */
template: string, 
/**
 * The idea, cluster or document whose data fill it; the newest if absent.
 */
subject: string | null, 
/**
 * Values in place of the site's; for previews alone.
 */
values: { [key in string]: VariableValue }, };

/**
 * What the tenant's calls used and cost.
 */
export type UsageReport = { 
/**
 * The first day's beginning (UTC).
 */
from: Timestamp, 
/**
 * By day, site, model and kind of work; the latest day first.
 */
rows: Array<UsageRowView>, 
/**
 * All of them.
 */
total: UsageView, 
/**
 * The version of the price table by which calls are priced now.
 */
price_table_version: number, };

/**
 * What one site, or none, used of one model for one kind of work on one day.
 */
export type UsageRowView = { 
/**
 * The day's beginning (UTC).
 */
day: Timestamp, 
/**
 * Which site; absent: none, it was a test of the model.
 */
site: SiteId | null, 
/**
 * The provider, as its lane names it.
 */
provider: string, 
/**
 * The model.
 */
model: string, 
/**
 * What the calls were for; absent where it is not known.
 */
kind: TaskKind | null, 
/**
 * How much.
 */
used: UsageView, };

/**
 * Calls, their tokens and their cost, summed.
 */
export type UsageView = { 
/**
 * Calls that a provider was asked for, failed ones too.
 */
calls: number, 
/**
 * Those of them that brought no whole answer.
 */
failed_calls: number, 
/**
 * Answers that were known already: no provider was asked.
 */
reused_answers: number, 
/**
 * Tokens sent, cached ones among them.
 */
input_tokens: number, 
/**
 * Tokens sent that the provider had cached.
 */
cached_tokens: number, 
/**
 * Tokens received, without thinking.
 */
output_tokens: number, 
/**
 * Tokens spent on thinking.
 */
thinking_tokens: number, 
/**
 * Cost in millionths of a US dollar.
 */
cost_micros: number, 
/**
 * What reused answers had cost the first time.
 */
saved_micros: number, 
/**
 * Calls counted by a rule of thumb, because the provider did not tell.
 */
estimated_calls: number, 
/**
 * Calls of models without a known price: their cost is not in the sum.
 */
unpriced_calls: number, };

/**
 * What the values of a variable are.
 */
export type VariableType = "text" | "list" | "number";

/**
 * A value given by hand.
 */
export type VariableValue = number | string | Array<string>;

/**
 * A variable that a template may name.
 */
export type VariableView = { 
/**
 * Its name, for `{{name}}`.
 */
name: string, 
/**
 * What its values are.
 */
value_type: VariableType, 
/**
 * True if a template must name it.
 */
required: boolean, 
/**
 * True if its text comes from files, models or sites: it is fenced as data, and stands on a
 * line of its own.
 */
imported: boolean, 
/**
 * What it holds.
 */
about: string, };

/**
 * `GET /version`.
 */
export type Version = { 
/**
 * The server's version.
 */
version: string, 
/**
 * Protocol versions it speaks.
 */
protocols: Array<number>, 
/**
 * True with the offline AI and demo credits.
 */
development: boolean, };

/**
 * Why a state was kept.
 */
export type VersionCause = "approved" | "named" | "automatic" | "before_restore" | "before_replace";

/**
 * `GET versions/{version}/content?format=`.
 */
export type VersionContent = { 
/**
 * Which state.
 */
version: VersionView, 
/**
 * In which form.
 */
format: ContentFormat, 
/**
 * The text.
 */
content: string, };

/**
 * A kept state of a document.
 *
 * A UUID: a string in JSON and in frames, sixteen bytes in stored records.
 */
export type VersionId = string;

/**
 * A kept state of a document.
 */
export type VersionView = { 
/**
 * Id.
 */
id: VersionId, 
/**
 * When it was kept.
 */
at: Timestamp, 
/**
 * Its words.
 */
words: number, 
/**
 * Why it was kept.
 */
cause: VersionCause, 
/**
 * Its name, if somebody gave it one.
 */
name: string | null, 
/**
 * Who had it kept; absent for the server.
 */
by: AccountId | null, };

/**
 * Why a task waits.
 */
export type WaitingView = { "reason": "paused", 
/**
 * By whom and since when.
 */
pause: PauseView, } | { "reason": "delayed", 
/**
 * Until then.
 */
until: Timestamp, } | { "reason": "retry", 
/**
 * How it failed: the code of its failure.
 */
code: string, 
/**
 * Until then.
 */
until: Timestamp, } | { "reason": "cap", 
/**
 * Which.
 */
cap: BudgetCap, 
/**
 * Until then; absent: until the calls under way have ended.
 */
until: Timestamp | null, } | { "reason": "rest", 
/**
 * The model.
 */
model: string, 
/**
 * How calls to it failed: the code of their failure.
 */
code: string, 
/**
 * Until then; absent: until its key changes.
 */
until: Timestamp | null, } | { "reason": "credits", 
/**
 * How many.
 */
missing: Credits, } | { "reason": "places", 
/**
 * How many tasks run.
 */
taken: number, 
/**
 * How many may.
 */
places: number, } | { "reason": "rate", 
/**
 * Then.
 */
free_at: Timestamp, } | { "reason": "turn", 
/**
 * How many at most.
 */
behind: number, } | { "reason": "model_places", 
/**
 * The model.
 */
model: string, 
/**
 * Calls under way.
 */
taken: number, 
/**
 * As many may be.
 */
places: number, 
/**
 * As the site has set it; otherwise its lane bears no more.
 */
by_site: boolean, } | { "reason": "model_rate", 
/**
 * The model.
 */
model: string, 
/**
 * Then.
 */
free_at: Timestamp, 
/**
 * As the site has set it; otherwise its provider has.
 */
by_site: boolean, } | { "reason": "model_turn", 
/**
 * The model.
 */
model: string, 
/**
 * How many.
 */
behind: number, 
/**
 * Those of them that are other workspaces'.
 */
of_others: number, };

/**
 * Whether all work of the tenant is held up.
 */
export type WorkState = { 
/**
 * The pause; absent while work goes on.
 */
pause: PauseView | null, };

/**
 * `POST threads/{thread}/comments`, and the first comment of a thread.
 */
export type WriteComment = { 
/**
 * A UUID that the client makes: the same once more is answered like the first time.
 */
id: CommentId, 
/**
 * 1 to 2,000 characters of plain text.
 */
text: string, 
/**
 * Members whose attention is asked for, at most 20.
 */
mentions?: Array<AccountId>, };

/**
 * What a Yjs client's edits from a clock on are attributed to, until its next entry.
 */
export type WriterView = { 
/**
 * The client id.
 */
client: number, 
/**
 * The clock.
 */
clock: number, 
/**
 * Which of the authors, from 0.
 */
author: number, };
