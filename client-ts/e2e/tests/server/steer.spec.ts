import { expect, test, type Page } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { goTo, isLive, openBrowser, signUp, type Person } from '../../page/person.js';
import { cluster, confirmQuote, dataRows, importKeywords, makeIdeas } from '../../page/planner.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';
// Ideas, a draft that is refused, and another at the speed at which the AI writes, on two busy cores.
const RUN_DEADLINE_MS = 150_000;
/** What makes the offline model refuse, as a provider's filter does: not a failure of its lane. */
const REFUSED = '[fail:content_filter]';

test.describe('steering work at a server', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');
  test.setTimeout(480_000);

  test('priorities, pauses, dead letters, lanes, usage and caps are on the screen as they are', async ({ browser }, info) => {
    const ida = await openBrowser(browser, SERVER);
    const { page } = ida;
    const number = Date.now();
    await signUp(page, { name: 'Ida', workspace: `Steering ${number}`, email: `ida-${number}@steering.example`, password: 'correct horse battery staple' });
    await test.step('ideas, one of which a filter refuses', async () => {
      await importKeywords(page, keywordFile(info.outputPath('keywords.csv')));
      await page.getByRole('button', { name: 'Done' }).click();
      await cluster(page);
      await makeIdeas(page, 1, 2);
      await refuseFirstIdea(ida);
    });
    await test.step('paused work waits and says why; its priority is changed while it waits', () => waitsInOrder(page));
    await test.step('a dead letter arrives by itself, is edited, fails again and is put away', () => deadLetter(page));
    await test.step('the lane has counted every call', () => lanes(page));
    await test.step('usage adds up, and the file has it', () => usage(page));
    await test.step('a cap is set, and how much of it is used is seen', () => caps(page));
    await page.context().close();
  });
});

function keywordFile(path: string): string {
  const rows = ['best', 'cheap', 'how to clean', 'review of'].map((form) => `${form} french press`);
  writeFileSync(path, ['Keyword', ...rows].join('\n'));
  return path;
}

const siteOf = (page: Page) => new URL(page.url()).pathname.split('/')[2] ?? '';

async function refuseFirstIdea({ page, context, headers }: Person): Promise<void> {
  const ideas = `/api/planner/sites/${siteOf(page)}/ideas`;
  const { items } = (await (await context.request.get(ideas, { headers: headers() })).json()) as { items: { id: string; title: string }[] };
  const [first] = items;
  if (!first) throw new Error('there are ideas');
  const changed = await context.request.patch(`${ideas}/${first.id}`, { headers: headers(), data: { title: `${first.title} ${REFUSED}` } });
  expect(changed.ok(), await changed.text()).toBe(true);
  await expect(dataRows(page).filter({ hasText: REFUSED })).toHaveCount(1);
}

async function waitsInOrder(page: Page): Promise<void> {
  await goTo(page, 'Queue');
  await page.getByRole('button', { name: 'Pause Draft tasks' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Draft tasks are paused' })).toBeVisible();
  await goTo(page, 'Ideas');
  for (const row of [0, 1]) await dataRows(page).nth(row).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Write drafts' }).click();
  await page.getByRole('dialog').getByLabel('Priority').selectOption('Low');
  await page.getByRole('button', { name: 'Images for each draft: one less' }).click();
  await confirmQuote(page, 'Write');
  const waiting = dataRows(page).filter({ hasText: 'Queued' });
  await expect(waiting).toHaveCount(2);
  await expect(waiting.filter({ hasText: 'Waits because Draft tasks are paused' })).toHaveCount(2);
  await expect(waiting.filter({ hasText: 'Low' })).toHaveCount(2);
  await waiting.filter({ hasText: REFUSED }).click();
  await page.getByLabel('Priority', { exact: true }).selectOption('Urgent');
  await expect(dataRows(page).first()).toContainText(REFUSED);
  await expect(dataRows(page).first()).toContainText('Urgent');
  await screenshot(page, 'tasks-priority');
  await goTo(page, 'Queue');
  await expect(page.getByText('Drafts for 2 ideas')).toBeVisible();
  await page.getByRole('status').filter({ hasText: 'Draft tasks are paused' }).getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText('Draft tasks are paused')).toBeHidden();
}

async function deadLetter(page: Page): Promise<void> {
  await goTo(page, 'Dead letters');
  const letter = dataRows(page).filter({ hasText: REFUSED });
  await expect(letter).toContainText('Refused by the provider’s filter', { timeout: RUN_DEADLINE_MS });
  await expect(letter).toContainText(/1 of \d/);
  await screenshot(page, 'dead-letters');
  await letter.getByRole('button', { name: /and try again$/ }).click();
  await page.getByRole('dialog').getByLabel('Priority').selectOption('High');
  await page.getByRole('button', { name: 'Queue it again' }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Queued again');
  // Its attempts go on counting: the second failure is another one.
  await expect(letter).toContainText(/2 of \d/, { timeout: RUN_DEADLINE_MS });
  await letter.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Put away' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put away' }).click();
  await expect(page.getByRole('heading', { name: 'No dead letters' })).toBeVisible();
  await goTo(page, 'Tasks');
  await page.getByRole('link', { name: 'Older tasks' }).click();
  await expect(dataRows(page).filter({ hasText: REFUSED })).toContainText('Refused by the provider’s filter');
}

async function lanes(page: Page): Promise<void> {
  await goTo(page, 'Lanes');
  // All workspaces of the server share it; pictures and embeddings have lanes of their own.
  const lane = page
    .getByRole('list', { name: 'Lanes' })
    .getByRole('listitem', { name: 'offline', exact: true });
  await expect(lane).toContainText('Server’s key, shared');
  await expect(lane).toContainText('Open to calls');
  await expect(lane).toContainText(/Refused by the provider’s filter: \d/);
  await screenshot(page, 'lanes');
  await lane.getByRole('button', { name: /^Test / }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('answered');
}

async function usage(page: Page): Promise<void> {
  await goTo(page, 'AI usage');
  await page.getByRole('group', { name: 'Table by' }).getByRole('button', { name: 'Kind of work' }).click();
  const table = page.getByRole('region', { name: 'Usage by kind of work' });
  await expect(table).toContainText('Ideas');
  await expect(table).toContainText('Draft');
  await expect(table.getByRole('row').last()).toContainText(await page.getByTestId('usage-cost').innerText());
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toMatch(/,ideas,[1-9]/);
  await screenshot(page, 'usage');
}

async function caps(page: Page): Promise<void> {
  await goTo(page, 'AI models');
  await page.getByLabel('A day', { exact: true }).fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('Choice and caps saved');
  await screenshot(page, 'ai-models');
  await goTo(page, 'AI usage');
  await expect(page.getByRole('meter', { name: 'Today: used of the cap' })).toHaveAttribute('aria-valuemax', '5000000');
  await page.reload();
  await isLive(page);
  await expect(page.getByText('of $5.00')).toBeVisible();
}
