import type { ChangeAiRoutes, ChangeSchedule, QueueSettings } from '@igny8/protocol';
import { describe, expect, it } from 'vitest';

import { type Rest, restRoutes } from '../../src/rest/rest.js';
import type { Method, RequestOptions } from '../../src/rest/transport.js';

const file = { content: 'a', contentType: 'text/csv' };

/** Every route, as the server has it. */
const ROUTES: [call: (rest: Rest) => Promise<unknown>, expected: string][] = [
  [(rest) => rest.auth.me(), 'GET /api/auth/me'],
  [(rest) => rest.auth.ticket('t'), 'POST /api/auth/ticket {"tenant":"t"}'],
  [
    (rest) => rest.auth.roomTicket({ site: 's', kind: 'free', room: 'r', rights: 'read', create: false, ttl_seconds: 60 }),
    'POST /api/auth/room-tickets {"site":"s","kind":"free","room":"r","rights":"read","create":false,"ttl_seconds":60}',
  ],
  [(rest) => rest.auth.members(), 'GET /api/auth/members'],
  [(rest) => rest.auth.addMember({ email: 'e', role: 'editor' }), 'POST /api/auth/members {"email":"e","role":"editor"}'],
  [(rest) => rest.auth.changeMember('a', 'viewer'), 'PATCH /api/auth/members/a {"role":"viewer"}'],
  [(rest) => rest.auth.removeMember('a'), 'DELETE /api/auth/members/a'],
  [(rest) => rest.planner.previewImport('s', file), 'POST /api/planner/sites/s/imports/preview raw'],
  [(rest) => rest.planner.importKeywords('s', file), 'POST /api/planner/sites/s/imports raw'],
  [(rest) => rest.planner.keywords('s'), 'GET /api/planner/sites/s/keywords'],
  [(rest) => rest.planner.changeKeywords('s', { ids: ['k'], status: 'archived' }), 'PATCH /api/planner/sites/s/keywords {"ids":["k"],"status":"archived"}'],
  [(rest) => rest.planner.clusters('s'), 'GET /api/planner/sites/s/clusters'],
  [(rest) => rest.planner.changeCluster('s', 'c', { locked: true }), 'PATCH /api/planner/sites/s/clusters/c {"locked":true}'],
  [(rest) => rest.planner.mergeClusters('s', 'c', ['d']), 'POST /api/planner/sites/s/clusters/c/merge {"from":["d"]}'],
  [(rest) => rest.planner.moveKeywords('s', 'c', ['k']), 'POST /api/planner/sites/s/clusters/c/keywords {"ids":["k"]}'],
  [(rest) => rest.planner.cluster('s'), 'POST /api/planner/sites/s/cluster {}'],
  [(rest) => rest.planner.ideas('s'), 'GET /api/planner/sites/s/ideas'],
  [(rest) => rest.planner.makeIdeas('s', { clusters: ['c'], count: 2 }), 'POST /api/planner/sites/s/ideas {"clusters":["c"],"count":2}'],
  [(rest) => rest.planner.changeIdea('s', 'i', { title: 'T' }), 'PATCH /api/planner/sites/s/ideas/i {"title":"T"}'],
  [(rest) => rest.planner.quote('s', { kind: 'cluster' }), 'POST /api/planner/sites/s/quote {"kind":"cluster"}'],
  [(rest) => rest.writer.generate({ site: 's', ideas: ['i'], images: 1 }), 'POST /api/writer/generate {"site":"s","ideas":["i"],"images":1}'],
  [(rest) => rest.writer.tasks('s'), 'GET /api/writer/sites/s/tasks'],
  [(rest) => rest.writer.task('s', 't'), 'GET /api/writer/sites/s/tasks/t'],
  [(rest) => rest.writer.cancelTask('s', 't'), 'POST /api/writer/sites/s/tasks/t/cancel {}'],
  [(rest) => rest.writer.retryTask('s', 't'), 'POST /api/writer/sites/s/tasks/t/retry {}'],
  [(rest) => rest.writer.replayTask('s', 't', { priority: 75 }), 'POST /api/writer/sites/s/tasks/t/replay {"priority":75}'],
  [(rest) => rest.writer.pauseTask('s', 't'), 'POST /api/writer/sites/s/tasks/t/pause {}'],
  [(rest) => rest.writer.resumeTask('s', 't'), 'POST /api/writer/sites/s/tasks/t/resume {}'],
  [(rest) => rest.writer.changeTasks('s', { tasks: ['t'], priority: 100 }), 'POST /api/writer/sites/s/tasks/change {"tasks":["t"],"priority":100}'],
  [(rest) => rest.writer.keptTasks('s', { from: 1, until: 2 }), 'GET /api/writer/sites/s/tasks/kept?from=1&until=2'],
  [
    (rest) => rest.writer.createBatch('s', { title: 'T', work: { kind: 'draft', ideas: ['i'], images: 0 } }),
    'POST /api/writer/sites/s/batches {"title":"T","work":{"kind":"draft","ideas":["i"],"images":0}}',
  ],
  [(rest) => rest.writer.batches('s'), 'GET /api/writer/sites/s/batches'],
  [(rest) => rest.writer.batch('s', 'b'), 'GET /api/writer/sites/s/batches/b'],
  [(rest) => rest.writer.cancelBatch('s', 'b'), 'POST /api/writer/sites/s/batches/b/cancel {}'],
  [(rest) => rest.writer.pauseBatch('s', 'b'), 'POST /api/writer/sites/s/batches/b/pause {}'],
  [(rest) => rest.writer.resumeBatch('s', 'b'), 'POST /api/writer/sites/s/batches/b/resume {}'],
  [(rest) => rest.writer.deadLetters('s'), 'GET /api/writer/sites/s/dead-letters'],
  [(rest) => rest.writer.deadReasons('s'), 'GET /api/writer/sites/s/dead-letters/reasons'],
  [(rest) => rest.writer.replayDead('s', { kind: 'draft' }), 'POST /api/writer/sites/s/dead-letters/replay {"kind":"draft"}'],
  [(rest) => rest.writer.discardDead('s', ['t']), 'POST /api/writer/sites/s/dead-letters/discard {"tasks":["t"]}'],
  [(rest) => rest.writer.documents('s'), 'GET /api/writer/sites/s/documents'],
  [(rest) => rest.writer.createDocument('s', 'T'), 'POST /api/writer/sites/s/documents {"title":"T"}'],
  [(rest) => rest.writer.freeDocuments('s'), 'GET /api/writer/sites/s/free-documents'],
  [(rest) => rest.writer.createFreeDocument('s', 'n'), 'POST /api/writer/sites/s/free-documents {"name":"n"}'],
  [(rest) => rest.writer.deleteFreeDocument('s', 'd'), 'DELETE /api/writer/sites/s/free-documents/d'],
  [(rest) => rest.writer.document('s', 'd'), 'GET /api/writer/sites/s/documents/d'],
  [(rest) => rest.writer.changeDocument('s', 'd', { status: 'approved' }), 'PATCH /api/writer/sites/s/documents/d {"status":"approved"}'],
  [(rest) => rest.writer.content('s', 'd', 'markdown'), 'GET /api/writer/sites/s/documents/d/content?format=markdown'],
  [(rest) => rest.writer.putContent('s', 'd', 'html', '<p>a</p>', 'r'), 'PUT /api/writer/sites/s/documents/d/content raw if-match "r"'],
  [(rest) => rest.writer.makeImages('s', 'd', 2), 'POST /api/writer/sites/s/documents/d/images {"count":2}'],
  [(rest) => rest.writer.reparse('s', 'd'), 'POST /api/writer/sites/s/documents/d/reparse {}'],
  [(rest) => rest.publish.link('s'), 'GET /api/publish/sites/s/link'],
  [(rest) => rest.publish.pair('s', { url: 'u', code: 'c' }), 'POST /api/publish/sites/s/link {"url":"u","code":"c"}'],
  [(rest) => rest.publish.unlink('s'), 'DELETE /api/publish/sites/s/link'],
  [(rest) => rest.publish.publish('s', 'd', true), 'POST /api/publish/sites/s/documents/d {"live":true}'],
  [(rest) => rest.settings.sites(), 'GET /api/settings/sites'],
  [(rest) => rest.settings.createSite({ name: 'N' }), 'POST /api/settings/sites {"name":"N"}'],
  [(rest) => rest.settings.changeSite('s', { language: 'de' }), 'PATCH /api/settings/sites/s {"language":"de"}'],
  [(rest) => rest.settings.aiModels(), 'GET /api/settings/ai-models'],
  [(rest) => rest.settings.changeAiModels({ provider: 'platform' }), 'PUT /api/settings/ai-models {"provider":"platform"}'],
  [(rest) => rest.settings.aiRoutes(), 'GET /api/settings/ai-routes'],
  [(rest) => rest.settings.changeAiRoutes({ policy: 'order' } as ChangeAiRoutes), 'PUT /api/settings/ai-routes {"policy":"order"}'],
  [(rest) => rest.settings.testAiRoute('main'), 'POST /api/settings/ai-routes/test {"name":"main"}'],
  [(rest) => rest.automation.schedules('s'), 'GET /api/settings/sites/s/automations'],
  [(rest) => rest.automation.changeSchedule('s', 'drafts', { enabled: false } as ChangeSchedule), 'PUT /api/settings/sites/s/automations/drafts {"enabled":false}'],
  [(rest) => rest.automation.applyPreset('s', { preset: 'standard', zone: 'UTC' }), 'POST /api/settings/sites/s/automations/preset {"preset":"standard","zone":"UTC"}'],
  [(rest) => rest.automation.zones(), 'GET /api/settings/automations/zones'],
  [(rest) => rest.automation.previewTiming({ cron: '0 9 * * *', zone: 'UTC' }), 'GET /api/settings/automations/timing?cron=0 9 * * *&zone=UTC'],
  [(rest) => rest.automation.run('s', 'clean_up', true), 'POST /api/system/sites/s/automations/clean_up/run {"dry_run":true}'],
  [(rest) => rest.automation.executions('s', { kind: 'drafts' }), 'GET /api/system/sites/s/executions?kind=drafts'],
  [(rest) => rest.thinker.prompts(), 'GET /api/thinker/prompts'],
  [(rest) => rest.thinker.changePrompt('article', 'T'), 'PUT /api/thinker/prompts/article {"template":"T"}'],
  [(rest) => rest.thinker.previewPrompt('article', 'T'), 'POST /api/thinker/prompts/article/preview {"template":"T"}'],
  [(rest) => rest.thinker.promptVersions('image'), 'GET /api/thinker/prompts/image/versions'],
  [(rest) => rest.thinker.promptDifference('image', 1, 3), 'GET /api/thinker/prompts/image/difference?from=1&to=3'],
  [(rest) => rest.thinker.restorePrompt('image', 1), 'POST /api/thinker/prompts/image/restore {"version":1}'],
  [(rest) => rest.thinker.previewInSite('s', 'image', { template: 't' }), 'POST /api/thinker/sites/s/prompts/image/preview {"template":"t"}'],
  [(rest) => rest.thinker.testPrompt('s', 'image', { template: 't' }), 'POST /api/thinker/sites/s/prompts/image/test {"template":"t"}'],
  [(rest) => rest.writer.answer('s', 't'), 'GET /api/writer/sites/s/tasks/t/answer'],
  [(rest) => rest.writer.submitAnswer('s', 't', '{}'), 'POST /api/writer/sites/s/tasks/t/answer {"answer":"{}"}'],
  [(rest) => rest.billing.balance(), 'GET /api/billing/balance'],
  [(rest) => rest.billing.ledger(), 'GET /api/billing/ledger'],
  [(rest) => rest.billing.ledgerCsv({ kind: 'grant' }), 'GET /api/billing/ledger.csv?kind=grant'],
  [(rest) => rest.billing.usage(7), 'GET /api/billing/usage?days=7'],
  [(rest) => rest.history.versions('s', 'd'), 'GET /api/writer/sites/s/documents/d/versions'],
  [(rest) => rest.history.keep('s', 'd', 'First'), 'POST /api/writer/sites/s/documents/d/versions {"name":"First"}'],
  [(rest) => rest.history.rename('s', 'd', 'v', 'Better'), 'PATCH /api/writer/sites/s/documents/d/versions/v {"name":"Better"}'],
  [(rest) => rest.history.forget('s', 'd', 'v'), 'DELETE /api/writer/sites/s/documents/d/versions/v'],
  [(rest) => rest.history.content('s', 'd', 'v', 'text'), 'GET /api/writer/sites/s/documents/d/versions/v/content?format=text'],
  [(rest) => rest.history.compare('s', 'd', 'v'), 'GET /api/writer/sites/s/documents/d/versions/v/comparison'],
  [(rest) => rest.history.restore('s', 'd', 'v'), 'POST /api/writer/sites/s/documents/d/versions/v/restore {}'],
  [(rest) => rest.history.activity('s', 'd', { before: '1.0.2', limit: 5 }), 'GET /api/writer/sites/s/documents/d/activity?before=1.0.2&limit=5'],
  [(rest) => rest.history.authors('s', 'd'), 'GET /api/writer/sites/s/documents/d/authors'],
  [(rest) => rest.history.runs('s', 'd'), 'GET /api/writer/sites/s/documents/d/runs'],
  [(rest) => rest.history.undoRun('s', 'd', 'r'), 'POST /api/writer/sites/s/documents/d/runs/r/undo {}'],
  [(rest) => rest.suggestions.list('s', 'd'), 'GET /api/writer/sites/s/documents/d/suggestions'],
  [
    (rest) => rest.suggestions.ask('s', 'd', { range: { kind: 'positions', from: 'a', to: 'b' }, instruction: { kind: 'own', words: 'Warmer.' } }),
    'POST /api/writer/sites/s/documents/d/suggestions {"range":{"kind":"positions","from":"a","to":"b"},"instruction":{"kind":"own","words":"Warmer."}}',
  ],
  [(rest) => rest.suggestions.accept('s', 'd', 'r', 'v'), 'POST /api/writer/sites/s/documents/d/suggestions/r/accept {"over":"v"}'],
  [(rest) => rest.suggestions.reject('s', 'd', 'r'), 'POST /api/writer/sites/s/documents/d/suggestions/r/reject {}'],
  [(rest) => rest.comments.threads('s', 'd'), 'GET /api/writer/sites/s/documents/d/threads'],
  [
    (rest) => rest.comments.begin('s', 'd', { id: 't', range: { kind: 'positions', from: 'a', to: 'b' }, comment: { id: 'c', text: 'Why?' } }),
    'POST /api/writer/sites/s/documents/d/threads {"id":"t","range":{"kind":"positions","from":"a","to":"b"},"comment":{"id":"c","text":"Why?"}}',
  ],
  [(rest) => rest.comments.deleteThread('s', 'd', 't'), 'DELETE /api/writer/sites/s/documents/d/threads/t'],
  [
    (rest) => rest.comments.reply('s', 'd', 't', { id: 'c', text: 'So.', mentions: ['a'] }),
    'POST /api/writer/sites/s/documents/d/threads/t/comments {"id":"c","text":"So.","mentions":["a"]}',
  ],
  [(rest) => rest.comments.change('s', 'd', 't', 'c', { text: 'So.' }), 'PATCH /api/writer/sites/s/documents/d/threads/t/comments/c {"text":"So."}'],
  [(rest) => rest.comments.deleteComment('s', 'd', 't', 'c'), 'DELETE /api/writer/sites/s/documents/d/threads/t/comments/c'],
  [(rest) => rest.comments.resolve('s', 'd', 't'), 'POST /api/writer/sites/s/documents/d/threads/t/resolve {}'],
  [(rest) => rest.comments.reopen('s', 'd', 't'), 'POST /api/writer/sites/s/documents/d/threads/t/reopen {}'],
  [(rest) => rest.billing.prices(), 'GET /api/billing/prices'],
  [(rest) => rest.billing.lowLevels(), 'GET /api/billing/low-levels'],
  [(rest) => rest.billing.changeLowLevels([50]), 'PUT /api/billing/low-levels {"levels":[50]}'],
  [(rest) => rest.system.queue('s'), 'GET /api/system/sites/s/queue'],
  [(rest) => rest.system.setQueue('s', { places: 4 } as QueueSettings), 'PUT /api/system/sites/s/queue/settings {"places":4}'],
  [(rest) => rest.system.pauseQueue('s', { kind: 'draft' }), 'POST /api/system/sites/s/queue/pause {"kind":"draft"}'],
  [(rest) => rest.system.resumeQueue('s'), 'POST /api/system/sites/s/queue/resume {}'],
  [(rest) => rest.system.work(), 'GET /api/system/work'],
  [(rest) => rest.system.pauseWork(), 'POST /api/system/work/pause {}'],
  [(rest) => rest.system.resumeWork(), 'POST /api/system/work/resume {}'],
  [(rest) => rest.system.lanes(), 'GET /api/system/lanes'],
  [(rest) => rest.system.status(), 'GET /api/system/status'],
  [(rest) => rest.system.version(), 'GET /version'],
  [(rest) => rest.dashboard.overview('s'), 'GET /api/dashboard/sites/s/overview'],
];

describe('routes', () => {
  let asked = '';
  const rest = restRoutes(<T>(method: Method, path: string, options: RequestOptions = {}) => {
    const query = Object.entries(options.query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
    const body = options.raw ? ' raw' : options.body === undefined ? '' : ` ${JSON.stringify(options.body)}`;
    const condition = options.ifMatch === undefined ? '' : ` if-match ${options.ifMatch}`;
    asked = `${method} ${path}${query.length > 0 ? '?' : ''}${query.join('&')}${body}${condition}`;
    return Promise.resolve(undefined as T);
  });

  it.each(ROUTES.map(([call, expected]) => [expected, call] as const))('%s', async (expected, call) => {
    await call(rest);
    expect(asked).toBe(expected);
  });

  it('are all in this table', () => {
    const count = Object.values(rest).reduce((sum, group) => sum + Object.keys(group).length, 0);
    expect(ROUTES).toHaveLength(count);
  });
});
