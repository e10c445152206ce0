import { expect, test, type Page } from '@playwright/test';
import { DOCUMENTS, SITE } from '../../stage/data.js';
import { articleText, isSaved, placeCaret, typeSlowly } from '../../page/draft.js';
import { goTo, isLive } from '../../page/person.js';
import { Stage } from '../../stage/server.js';

const DRAFT = DOCUMENTS[0]?.id ?? '';
const problem = (status: number, detail: string) => ({ status, body: { type: 'about:blank', title: status === 403 ? 'Forbidden' : 'Store failure', status, detail, code: 'x', request_id: 'req-42' } });

let stage: Stage;
test.beforeEach(async () => {
  stage = await Stage.start();
});
test.afterEach(() => stage.stop());

const open = async (page: Page, screen: string) => {
  await page.goto(`${stage.url}/sites/${SITE.id}/${screen}`);
  await isLive(page);
};

test('an empty list says what to do first', async ({ page }) => {
  stage.failures.set(/\/keywords$/, { status: 200, body: { items: [], next_cursor: null, total: 0 } });
  await open(page, 'keywords');
  await expect(page.getByRole('heading', { name: 'Start with a list of keywords' })).toBeVisible();
  await page.getByRole('button', { name: 'Import keywords' }).click();
  await expect(page.getByRole('dialog', { name: 'Import keywords' })).toBeVisible();
});

test('a list that is being read shows its shape', async ({ page }) => {
  stage.silent.push(/\/ideas$/);
  await open(page, 'ideas');
  await expect(page.getByRole('status', { name: 'Loading Ideas' })).toBeVisible();
});

test('a failure says what happened, and trying again mends it', async ({ page }) => {
  stage.failures.set(/\/clusters$/, problem(409, 'The list is being rebuilt.'));
  await open(page, 'clusters');
  await expect(page.getByRole('alert')).toContainText('The list is being rebuilt.');
  await expect(page.getByRole('alert')).toContainText('req-42');
  stage.failures.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Hydration vest' })).toBeVisible();
});

test('what a role does not allow is said, not hidden behind a failure', async ({ page }) => {
  stage.failures.set(/\/prompts$/, problem(403, 'Viewers cannot read prompts.'));
  await open(page, 'thinker');
  await expect(page.getByRole('heading', { name: 'Your role does not allow this' })).toBeVisible();
});

test('a lost line is told truthfully, and its return as well', async ({ page }) => {
  await open(page, 'tasks');
  stage.cut(true);
  await expect(page.getByRole('alert')).toContainText('You see the last known state');
  await expect(page.getByTestId('connection')).not.toHaveAttribute('data-state', 'live');
  await expect(page.getByRole('row').filter({ hasText: 'Cold Soaking' })).toBeVisible();
  stage.failures.clear();
  // An attempt that was on its way may still fail: then one presses again.
  await expect(async () => {
    const tryNow = page.getByRole('button', { name: 'Try now' });
    if (await tryNow.isVisible()) await tryNow.click({ timeout: 500 });
    await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live', { timeout: 1000 });
  }).toPass({ timeout: 15_000 });
  await expect(page.getByText('You see the last known state')).toBeHidden();
});

test('two people and an author write into one paragraph, through a lost line', async ({ browser }) => {
  const room = stage.room(DRAFT);
  room.write([['paragraph', 'Know where you run before you buy: the ground decides about the sole, the sole about the weight, and the weight about how you feel after three hours.']]);
  room.showAuthor('IGNY8 writer');
  const [first, second] = await Promise.all([0, 1].map(async () => (await browser.newContext()).newPage()));
  if (!first || !second) throw new Error('two pages were opened');
  await Promise.all([open(first, `drafts/${DRAFT}`), open(second, `drafts/${DRAFT}`)]);
  await expect(first.locator('.peer-caret-ai')).toBeAttached();
  const append = () => room.append(' The author adds words.');
  await Promise.all([placeCaret(first, 0, 'start'), placeCaret(second, 0, 'some words in')]);
  await Promise.all([typeSlowly(first, 'Mara begins. '), typeSlowly(second, ' and Tomás goes on'), ...[0, 1, 2].map(append)]);
  stage.cut();
  await placeCaret(first, 0, 'start');
  await typeSlowly(first, 'Offline words. ');
  await Promise.all([isLive(first), isLive(second)]);
  await Promise.all([isSaved(first), isSaved(second)]);
  await expect.poll(() => articleText(second)).toContain('Offline words. ');
  const text = await articleText(first);
  expect(await articleText(second)).toBe(text);
  for (const part of ['Mara begins. ', ' and Tomás goes on', 'The author adds words.', 'Offline words. ']) expect(text).toContain(part);
});

test('everything is reached by keys: palette, go-to, rows', async ({ page }) => {
  await open(page, 'dashboard');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('clust');
  await expect(page.getByRole('option').first()).toContainText('Cluster');
  await page.keyboard.press('Escape');
  for (const [key, heading] of [['n', 'Lanes'], ['u', 'AI usage'], ['o', 'AI models'], ['q', 'Queue'], ['l', 'Dead letters']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key ?? '');
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
  }
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await expect(page.getByRole('heading', { level: 1, name: 'Clusters' })).toBeVisible();
  await page.getByRole('row').nth(1).focus();
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(page.getByRole('toolbar', { name: 'Actions for the selected clusters' })).toContainText('2 clusters');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('toolbar')).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Cluster: Hydration vest' })).toBeVisible();
});

test('an import goes from file to mapping to report', async ({ page }) => {
  await open(page, 'keywords?do=import');
  await page.getByLabel('Keyword file').setInputFiles({ name: 'keywords.csv', mimeType: 'text/csv', buffer: Buffer.from('Keyword\nx') });
  await page.getByLabel('Field of the column Notes').selectOption('persona');
  await page.getByRole('button', { name: 'Import 42 rows' }).click();
  await expect(page.getByTestId('import-rejected')).toHaveText('1');
  await expect(page.getByText('Row 4', { exact: true })).toBeVisible();
});

test('before a run its price is on the table', async ({ page }) => {
  await open(page, 'ideas');
  await page.getByRole('row').filter({ hasText: 'Find North' }).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Write drafts' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('3 articles at 3 credits each.');
  await expect(dialog.getByRole('button', { name: 'Write for 9 credits' })).toBeEnabled();
});

test('every page is one click away', async ({ page }) => {
  await open(page, 'dashboard');
  for (const label of ['Keywords', 'Clusters', 'Ideas', 'Tasks', 'Queue', 'Dead letters', 'Drafts', 'Publish', 'Automation', 'Thinker', 'Billing', 'AI usage', 'AI models', 'Lanes', 'Team', 'Settings', 'System', 'Dashboard']) await goTo(page, label);
});

test('a draft goes from review to approval to publication', async ({ page }) => {
  await open(page, `drafts/${DOCUMENTS[3]?.id}`);
  await expect(page.getByTestId('document-status')).toHaveText('Approved');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('there is never a second one');
  await page.getByRole('dialog').getByRole('button', { name: /^(Publish now|Export)$/ }).click();
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('On its way to WordPress');
});
