import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { seriousIssues } from '../../page/barrier.js';
import { openScreen, shot, told } from '../../page/screen.js';
import { TASKS } from '../../stage/data.js';
import { LANES, usage } from '../../stage/model.js';
import { Stage } from '../../stage/server.js';

let stage: Stage;
test.beforeEach(async ({ page }) => {
  stage = await Stage.start();
  await page.emulateMedia({ reducedMotion: 'reduce' });
});
test.afterEach(() => stage.stop());

const open = (page: Page, screen: string) => openScreen(page, stage, screen);
const problem = (status: number, detail: string) => ({ status, body: { type: 'about:blank', title: 'Refused', status, detail, code: 'x', request_id: 'req-9' } });

test.describe('lanes', () => {
  const lane = (page: Page, model: string) => page.getByRole('list', { name: 'Lanes' }).getByRole('listitem', { name: model });

  test('each says whether calls pass, why not and until when, what it bears and what failed', async ({ page }) => {
    await open(page, 'lanes');
    const resting = lane(page, 'claude-sonnet-4');
    await expect(resting).toContainText('Your key');
    await expect(resting).toContainText('Rests');
    await expect(resting).toContainText('Out of budget at the provider. It rests for');
    await expect(resting).toContainText('Too many requests: 13');
    await expect(resting.getByRole('meter', { name: 'Tokens of claude-sonnet-4 left now' })).toHaveAttribute('aria-valuenow', '8000');
    await expect(lane(page, 'writer-large')).toContainText('Being tried');
    await expect(lane(page, 'offline-1')).toContainText('Server’s key, shared');
    await expect(lane(page, 'offline-1')).toContainText('1 of them yours');
  });

  test('what changes is on the screen without a reload', async ({ page }) => {
    await open(page, 'lanes');
    await expect(page.getByText('2 lanes of 3 rest')).toBeVisible();
    stage.failures.set(/system\/lanes$/, { status: 200, body: { lanes: LANES.map((one) => ({ ...one, state: 'closed', reason: null, until: null })) } });
    await expect(page.getByText('All lanes are open to calls.')).toBeVisible();
  });

  test('a test ends a rest, and a failed one says what to do', async ({ page }) => {
    await open(page, 'lanes');
    const asked = page.waitForRequest(/ai-routes\/test$/);
    await lane(page, 'writer-large').getByRole('button', { name: 'Test own machine' }).click();
    expect((await asked).postDataJSON()).toEqual({ name: 'own machine' });
    await expect(told(page)).toContainText('writer-large answered');
    stage.failures.set(/ai-routes\/test$/, { status: 200, body: { ok: false, model: 'claude-sonnet-4', text: 'The account is out of budget.', failure: 'quota', took_ms: 90, input_tokens: 0, output_tokens: 0 } });
    await lane(page, 'claude-sonnet-4').getByRole('button', { name: 'Test main' }).click();
    await expect(told(page)).toContainText('claude-sonnet-4 did not answer: Out of budget at the provider');
  });

  test('before the first call the page says how a lane comes to be', async ({ page }) => {
    stage.failures.set(/system\/lanes$/, { status: 200, body: { lanes: [] } });
    await open(page, 'lanes');
    await expect(page.getByRole('heading', { name: 'No lane has been used yet' })).toBeVisible();
    await shot(page, 'lanes-empty');
    expect(await seriousIssues(page)).toEqual([]);
  });
});

test.describe('usage', () => {
  test('is summed by day, kind, model and site, narrowed, and adds up', async ({ page }) => {
    await open(page, 'usage');
    const cost = page.getByTestId('usage-cost');
    const all = await cost.innerText();
    const table = (by: string) => page.getByRole('region', { name: `Usage by ${by}` });
    await expect(table('day').getByRole('row').last()).toContainText(all);
    await page.getByRole('group', { name: 'Table by' }).getByRole('button', { name: 'Kind of work' }).click();
    await expect(table('kind of work').getByRole('row').nth(1)).toContainText('Draft');
    await expect(table('kind of work').getByRole('row').last()).toContainText(all);
    await page.getByRole('group', { name: 'Table by' }).getByRole('button', { name: 'Site' }).click();
    await expect(table('site')).toContainText('Gear Notes');
    await page.getByLabel('Kind of work').selectOption('Draft');
    await expect(cost).not.toHaveText(all);
    await expect(table('site')).not.toContainText('Gear Notes');
    await page.getByRole('group', { name: 'Figure of the chart' }).getByRole('button', { name: 'Tokens' }).click();
    await expect(page.getByRole('img', { name: /^Tokens a day from .* most on / })).toBeVisible();
    await shot(page, 'usage-site');
    expect(await seriousIssues(page)).toEqual([]);
  });

  test('is live: an attempt that ends is in the sum without a reload', async ({ page }) => {
    await open(page, 'usage');
    const [task] = TASKS;
    if (!task) throw new Error('the stage has tasks');
    const { rows, from } = usage(new URLSearchParams({ days: '31' }));
    const [first] = rows;
    if (!first) throw new Error('the stage has usage');
    stage.failures.set(/billing\/usage$/, { status: 200, body: { from, rows: [{ ...first, used: { ...first.used, cost_micros: 7_000_001 } }], total: first.used, price_table_version: 3 } });
    stage.say({ type: 'task_changed', task: { ...task, status: 'succeeded', updated_at: Date.now() } });
    await expect(page.getByTestId('usage-cost')).toHaveText('$7.000001');
    await expect(page.getByText('of $2.00: used up')).toBeVisible();
  });

  test('the file has the rows that the filters leave', async ({ page }) => {
    await open(page, 'usage');
    await page.getByLabel('Kind of work').selectOption('Ideas');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('ai-usage.csv');
    const [header, ...lines] = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
    expect(header).toContain('cost_micros');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toContain(',ideas,');
  });

  test('caps say how much of them is used and when they begin anew', async ({ page }) => {
    await open(page, 'usage');
    await expect(page.getByRole('meter', { name: 'Today: used of the cap' })).toHaveAttribute('aria-valuemax', '2000000');
    await expect(page.getByText('of $2.00 · anew in')).toBeVisible();
    await expect(page.getByText('no cap · anew')).toBeVisible();
  });

  test('without a call it says how the first comes to be; another role learns whose it is', async ({ page }) => {
    stage.failures.set(/billing\/usage$/, { status: 200, body: { from: Date.now(), rows: [], total: {}, price_table_version: 1 } });
    await open(page, 'usage');
    await expect(page.getByRole('heading', { name: 'No model was called in this time' })).toBeVisible();
    stage.failures.clear();
    stage.failures.set(/billing\/usage$/, problem(403, 'Ask an owner or an admin.'));
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Your role does not allow this' }).first()).toBeVisible();
  });
});

test.describe('AI models', () => {
  test('a model is added with its key, and the others keep theirs', async ({ page }) => {
    await open(page, 'ai-models');
    await page.getByRole('button', { name: 'Add a text model' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name here').fill('main');
    await expect(dialog.getByRole('alert')).toContainText('Another model has this name.');
    await dialog.getByLabel('Name here').fill('second');
    await dialog.getByLabel('Model', { exact: true }).fill('writer-small');
    await dialog.getByLabel('Address').fill('https://models.example/v1');
    await dialog.getByLabel('Key').fill('secret');
    await dialog.getByLabel('$ a million tokens sent').fill('0.15');
    await expect(dialog.getByRole('alert')).toContainText('Enter both prices');
    await dialog.getByLabel('$ a million tokens received').fill('0.60');
    await shot(page, 'model');
    expect(await seriousIssues(page)).toEqual([]);
    const asked = page.waitForRequest((request) => request.method() === 'PUT');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const { routes } = (await asked).postDataJSON() as { routes: { name: string; key: string | null; price: unknown }[] };
    expect(routes.map(({ name, key }) => [name, key])).toEqual([['main', null], ['own machine', null], ['server', null], ['painter', null], ['second', 'secret']]);
    expect(routes[4]?.price).toEqual({ input: 150_000, cached: 150_000, cache_write: 150_000, output: 600_000 });
  });

  test('models are put into another order and tested by keys', async ({ page }) => {
    await open(page, 'ai-models');
    const moved = page.waitForRequest((request) => request.method() === 'PUT');
    await page.getByRole('button', { name: 'Move own machine up' }).focus();
    await page.keyboard.press('Enter');
    const { routes } = (await moved).postDataJSON() as { routes: { name: string }[] };
    expect(routes.map(({ name }) => name)).toEqual(['own machine', 'main', 'server', 'painter']);
    await page.getByRole('button', { name: 'Test own machine' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status').filter({ hasText: 'writer-large answers' })).toContainText('“ready” after 812 ms');
  });

  test('pictures and embeddings have models of their own, of the providers that make them', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, 'ai-models');
    const pictures = page.getByRole('list', { name: 'Pictures' });
    await expect(pictures).toContainText('Runware · runware:101@1');
    await expect(page.getByText('The server’s own model makes the vectors.')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await seriousIssues(page)).toEqual([]);
    await shot(page, 'models-phone');
    stage.failures.set(/ai-routes\/test$/, { status: 200, body: { ok: true, model: 'runware:101@1', text: 'a picture of 256 × 256 pixels', failure: null, took_ms: 4200, input_tokens: 6, output_tokens: 0 } });
    await page.getByRole('button', { name: 'Test painter' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'runware:101@1 answers' })).toContainText('a picture of 256 × 256 pixels');
    await page.getByRole('button', { name: 'Add a picture model' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByLabel('Provider').getByRole('option')).toHaveText(['The server’s own', 'OpenAI-compatible', 'Runware']);
    await expect(dialog.getByLabel('Context, in tokens')).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Add an embedding model' }).click();
    await dialog.getByLabel('Name here').fill('vectors');
    await expect(dialog.getByLabel('Provider').getByRole('option')).toHaveText(['The server’s own', 'OpenAI-compatible']);
    await dialog.getByLabel('Model', { exact: true }).fill('text-embedding-3-small');
    await dialog.getByLabel('Address').fill('https://models.example/v1');
    await dialog.getByLabel('Key').fill('secret');
    expect(await seriousIssues(page)).toEqual([]);
    const asked = page.waitForRequest((request) => request.method() === 'PUT');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const { routes } = (await asked).postDataJSON() as { routes: { name: string; capability: string; key: string | null }[] };
    expect(routes.map(({ name, capability, key }) => [name, capability, key])).toEqual([
      ['main', 'text', null],
      ['own machine', 'text', null],
      ['server', 'text', null],
      ['painter', 'picture', null],
      ['vectors', 'embedding', 'secret'],
    ]);
  });

  test('a cap that is none is refused where it is typed', async ({ page }) => {
    await open(page, 'ai-models');
    await page.getByLabel('A month').fill('2,50');
    await expect(page.getByRole('alert')).toContainText('Write US dollars');
    await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
    await page.getByLabel('A month').fill('40');
    const asked = page.waitForRequest((request) => request.method() === 'PUT');
    await page.getByRole('button', { name: 'Save' }).click();
    expect((await asked).postDataJSON()).toMatchObject({ budget: { task_micros: 250_000, day_micros: 2_000_000, month_micros: 40_000_000 } });
  });
});
