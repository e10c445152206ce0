import type { BalanceView, BucketView, ClusterView, DocumentView, IdeaView, KeywordView, LedgerEntryView, MemberView, SiteView, TaskView, TenantView } from '@igny8/protocol';

// What the stage shows: a workspace in the middle of its work.
const HOUR = 3_600_000;
export const NOW = Date.now();
const id = (kind: number, number: number): string => `0190a000-000${kind}-7000-8000-${String(number).padStart(12, '0')}`;

export const ACCOUNT = { id: id(1, 1), email: 'mara@northtrail.example', name: 'Mara Lindqvist' };
export const TENANT: TenantView = { id: id(2, 1), name: 'Northtrail', plan: 'demo', created_at: NOW - 720 * HOUR };
export const SITE: SiteView = {
  id: id(3, 1),
  name: 'Trail Journal',
  language: 'en',
  brand_voice: 'Friendly and exact. Short sentences. We say “you”.',
  link_hosts: [],
  persona: 'A guide who has walked every trail, writing for beginners.',
  link: { url: 'https://journal.northtrail.example', name: 'Trail Journal', wordpress: '6.8', plugin: '0.1.0', paired_at: NOW - 200 * HOUR, problem: null },
  created_at: NOW - 700 * HOUR,
};
export const SECOND_SITE: SiteView = { ...SITE, id: id(3, 2), name: 'Gear Notes', link: null };
export const BALANCE: BalanceView = { settled: 548, held: 6, available: 542, spent: 52, granted: 600 };

const TOPICS = ['trail running shoes', 'hydration vest', 'marathon training plan', 'cooking without a stove', 'ultralight tent', 'map and compass', 'altitude training', 'winter layering', 'camp coffee', 'recovery after long runs'];
const FORMS = ['best', 'how to choose', 'cheap', 'review', 'for beginners', 'vs', 'women', 'near me', 'checklist', 'mistakes', '2026', 'guide'];
const STATUSES = ['new', 'clustered', 'in_use', 'clustered', 'orphaned', 'clustered'] as const;
const INTENTS = ['informational', 'commercial', 'transactional', null] as const;

export const KEYWORDS: KeywordView[] = Array.from({ length: 1200 }, (_, number) => ({
  id: id(4, number),
  text: `${FORMS[number % FORMS.length]} ${TOPICS[Math.floor(number / FORMS.length) % TOPICS.length]}${number >= 120 ? ` ${Math.floor(number / 120)}` : ''}`,
  volume: number % 11 === 10 ? null : ((number * 7919) % 480) * 25 + 20,
  cpc_micros: ((number * 31) % 400) * 10_000,
  cps_micros: null,
  difficulty: (number * 37) % 100,
  intent: INTENTS[number % INTENTS.length] ?? null,
  persona: null,
  country: 'US',
  status: STATUSES[number % STATUSES.length] ?? 'new',
  cluster: null,
}));

export const CLUSTERS: ClusterView[] = TOPICS.map((topic, number) => ({
  id: id(5, number),
  name: topic.charAt(0).toUpperCase() + topic.slice(1),
  intent: INTENTS[number % 3] ?? null,
  pillar: `best ${topic}`,
  keywords: FORMS.map((form) => `${form} ${topic}`),
  volume: 48_200 - number * 3_700,
  locked: number === 2,
  ideas: number < 4 ? 3 : 0,
}));

const IDEA_TITLES = ['How to Choose Trail Running Shoes That Last a Season', 'Hydration Vests, Tested on Forty Miles of Ridge', 'A Marathon Plan for People Who Work Nights', 'Cold Soaking: Cooking Without a Stove', 'What an Ultralight Tent Gives Up', 'Find North When the Battery Dies', 'Three Weeks at Altitude: What Changes and When', 'Layering for Wet Cold'];
export const IDEAS: IdeaView[] = IDEA_TITLES.map((title, number) => ({
  id: id(6, number),
  cluster: id(5, number % 4),
  title,
  angle: 'Written from what breaks first, with numbers from a season of use.',
  outline: ['What matters and what does not', 'Three things to check in the shop', 'How to tell that it is worn out', 'Our short list'],
  intent: 'informational',
  target_keywords: [`best ${TOPICS[number % 10]}`, `${TOPICS[number % 10]} guide`, `${TOPICS[number % 10]} review`],
  status: number < 2 ? 'drafted' : number === 2 ? 'queued' : 'new',
  document: number < 3 ? id(7, number) : null,
}));

export const DOCUMENTS: DocumentView[] = IDEA_TITLES.slice(0, 5).map((title, number) => ({
  id: id(7, number),
  title,
  status: (['draft', 'in_review', 'draft', 'approved', 'published'] as const)[number] ?? 'draft',
  idea: id(6, number),
  images: [{ id: id(8, number), url: '/media/stage.png', alt: 'A runner on a ridge at dawn, seen from behind', width: 1200, height: 675, featured: true }],
  permalink: number === 4 ? 'https://journal.northtrail.example/what-an-ultralight-tent-gives-up/' : null,
  words: 1180 - number * 90,
  created_at: NOW - 5 * HOUR,
  updated_at: NOW - number * HOUR,
}));

const task = (number: number, change: Partial<TaskView>): TaskView => ({
  id: id(9, number),
  kind: 'draft',
  title: IDEA_TITLES[number % IDEA_TITLES.length] ?? '',
  status: 'succeeded',
  attempts: 1,
  attempts_max: 4,
  price: 3,
  held: 0,
  spent: 3,
  priority: 50,
  waiting_for: null,
  not_before: null,
  failure: null,
  idea: null,
  cluster: null,
  document: null,
  model: 'offline-1',
  usage: { calls: 2, failed_calls: 0, reused_answers: 0, input_tokens: 3668, cached_tokens: 820, output_tokens: 4420, thinking_tokens: 640, cost_micros: 87_034, saved_micros: 0, estimated_calls: 0, unpriced_calls: 0 },
  created_at: NOW - number * 60_000,
  updated_at: NOW - number * 45_000,
  ...change,
});

export const TASKS: TaskView[] = [
  task(0, { status: 'running', held: 3, spent: 0, document: id(7, 0) }),
  task(1, { status: 'running', held: 3, spent: 0, document: id(7, 2), title: IDEA_TITLES[2] ?? '' }),
  task(2, { status: 'queued', spent: 0, waiting_for: 'places', waiting: { reason: 'places', taken: 4, places: 4 }, priority: 75, attempts: 0 }),
  task(8, { status: 'queued', spent: 0, waiting_for: 'turn', waiting: { reason: 'turn', behind: 12 }, starts_at: NOW + 720_000, priority: 25, attempts: 0 }),
  task(3, { status: 'failed', spent: 0, attempts: 4, failure: { code: 'timeout', message: 'The model did not answer within 120 s. Nothing was charged; retry it, or choose another model under Settings.', at: NOW - 200_000 } }),
  task(9, { kind: 'ideas', status: 'dead', price: 3, spent: 0, attempts: 4, title: 'Ideas for Camp coffee', failure: { code: 'quota', message: 'The provider answered 402: the account is out of budget. Nothing was charged.', at: NOW - 900_000 } }),
  task(10, { kind: 'image', status: 'waiting_for_review', price: 1, spent: 0, title: 'Image for Hydration Vests', failure: { code: 'invalid_answer', message: 'The answer breaks off within a text. Nothing was charged; mend it, or try again.', at: NOW - 1_200_000 } }),
  task(4, { kind: 'image', price: 1, spent: 1, title: `Image for ${IDEA_TITLES[0]}`, document: id(7, 0) }),
  task(5, { kind: 'ideas', price: 12, spent: 12, title: 'Ideas for 4 clusters' }),
  task(6, { kind: 'cluster', price: 40, spent: 40, title: 'Cluster 1,200 keywords' }),
  task(7, { kind: 'publish', price: 0, spent: 0, title: IDEA_TITLES[4] ?? '', document: id(7, 4) }),
];

export const OLD_TASKS: TaskView[] = [task(4_000, {}), task(3_900, { kind: 'ideas', price: 3, spent: 0, status: 'dead', title: 'Ideas for Winter layering', failure: { code: 'quota', message: 'The account is out of budget.', at: NOW - 175_000_000 } })];

export const MEMBERS: MemberView[] = [
  { account: ACCOUNT.id, email: ACCOUNT.email, name: ACCOUNT.name, role: 'owner' },
  { account: id(1, 2), email: 'tomas@northtrail.example', name: 'Tomás Rey', role: 'editor' },
  { account: id(1, 3), email: 'ines@northtrail.example', name: 'Inès Morel', role: 'viewer' },
];

export const LEDGER: LedgerEntryView[] = [
  ['hold', 3, 'available', 'held', IDEA_TITLES[0]],
  ['settle', 12, 'held', 'spent', 'Ideas for 4 clusters'],
  ['hold', 12, 'available', 'held', 'Ideas for 4 clusters'],
  ['settle', 40, 'held', 'spent', 'Cluster 1,200 keywords'],
  ['grant', 600, 'platform', 'available', 'Demo credits'],
].map(([kind, amount, from, to, reason], number) => ({ number: 5 - number, site: SITE.id, at: NOW - number * 400_000, kind: String(kind), amount: Number(amount), from: String(from), to: String(to), reason: String(reason), key: `task:${number}`, task: null, actor: null, price_list: 1, settled_after: 548 }));

export const BUCKETS: BucketView[] = [
  { grant: id(11, 1), kind: 'plan', expires_at: NOW + 12 * 86_400_000, available: 142, held: 6 },
  { grant: id(11, 2), kind: 'top_up', expires_at: NOW + 300 * 86_400_000, available: 300, held: 0 },
  { grant: id(11, 3), kind: 'promotion', expires_at: null, available: 100, held: 0 },
];
