import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { dataRows } from '../../page/planner.js';
import { openScreen, shot, told } from '../../page/screen.js';
import { TASKS } from '../../stage/data.js';
import { Stage } from '../../stage/server.js';

let stage: Stage;
test.beforeEach(async ({ page }) => {
  stage = await Stage.start();
  await page.emulateMedia({ reducedMotion: 'reduce' });
});
test.afterEach(() => stage.stop());

const open = (page: Page, screen: string) => openScreen(page, stage, screen);

test('what waits stands in the order of its priority, with the reason', async ({ page }) => {
  await open(page, 'tasks?status=queued');
  await expect(dataRows(page)).toHaveCount(2);
  await expect(dataRows(page).nth(0)).toContainText('High');
  await expect(dataRows(page).nth(0)).toContainText('4 of 4 are taken');
  await expect(dataRows(page).nth(1)).toContainText('Low');
  await expect(dataRows(page).nth(1)).toContainText('behind 12 tasks');
});

test('a waiting task is put first from its panel, and its new place is live', async ({ page }) => {
  const [, , , low] = TASKS;
  if (!low) throw new Error('the stage has a waiting task');
  await open(page, `tasks?task=${low.id}`);
  const asked = page.waitForRequest(/tasks\/change$/);
  await page.getByLabel('Priority', { exact: true }).selectOption('Urgent');
  expect((await asked).postDataJSON()).toMatchObject({ tasks: [low.id], priority: 100 });
  await shot(page, 'task-waiting');
  expect(await seriousIssues(page)).toEqual([]);
  stage.say({ type: 'task_changed', task: { ...low, priority: 100 } });
  await expect(dataRows(page).filter({ hasText: 'Urgent' })).toHaveCount(1);
});

test('several waiting tasks are put off together', async ({ page }) => {
  await open(page, 'tasks?status=queued');
  for (const row of [0, 1]) await dataRows(page).nth(row).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Change the order' }).click();
  await page.getByLabel('Not before').fill('2030-01-02T08:00');
  await page.getByRole('dialog').getByLabel('Priority').selectOption('Low');
  await shot(page, 'plan');
  expect(await seriousIssues(page)).toEqual([]);
  const asked = page.waitForRequest(/tasks\/change$/);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const body = (await asked).postDataJSON() as { tasks: string[]; priority: number; not_before: number };
  expect(body.tasks).toHaveLength(2);
  expect(body).toMatchObject({ priority: 25, not_before: new Date('2030-01-02T08:00').getTime() });
  await expect(told(page)).toContainText('2 tasks changed');
});

test('drafts for several ideas are one batch with a priority', async ({ page }) => {
  await open(page, 'ideas?status=new');
  for (const row of [0, 1]) await dataRows(page).nth(row).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Write drafts' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Priority').selectOption('High');
  await dialog.getByLabel('Pause when so many percent fail').fill('50');
  await shot(page, 'write-batch');
  expect(await seriousIssues(page)).toEqual([]);
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/batches'));
  await dialog.getByRole('button', { name: /^Write for/ }).click();
  expect((await asked).postDataJSON()).toMatchObject({ title: 'Drafts for 2 ideas', work: { kind: 'draft' }, stop_percent: 50, placement: { priority: 75 } });
});

test('a pause is ended where it is told, and all sites can be paused', async ({ page }) => {
  await open(page, 'queue');
  const resumed = page.waitForRequest(/queue\/resume$/);
  await page.getByRole('status').filter({ hasText: 'Image tasks are paused' }).getByRole('button', { name: 'Resume' }).click();
  expect((await resumed).postDataJSON()).toEqual({ kind: 'image' });
  await page.getByTitle('Pause work').click();
  await shot(page, 'pause');
  expect(await seriousIssues(page)).toEqual([]);
  const paused = page.waitForRequest(/system\/work\/pause$/);
  await page.getByRole('menuitem', { name: 'All sites of the workspace' }).click();
  await paused;
});

test('the queue’s settings say what each bound is for', async ({ page }) => {
  await open(page, 'queue');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Draft: starts a minute').fill('20');
  await shot(page, 'queue-settings');
  expect(await seriousIssues(page)).toEqual([]);
  const asked = page.waitForRequest(/queue\/settings$/);
  await page.getByRole('button', { name: 'Save' }).click();
  const { kinds } = (await asked).postDataJSON() as { kinds: { kind: string; rate: unknown }[] };
  expect(kinds.find(({ kind }) => kind === 'draft')?.rate).toEqual({ per_minute: 20, burst: 2 });
});

test('models have limits, each once, and a wrong one is told where it is typed', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'queue');
  await page.getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog');
  const known = dialog.getByRole('group', { name: 'Limits of claude-sonnet-4' });
  await known.getByLabel('Calls at once').fill('5');
  await dialog.getByRole('button', { name: 'Limit a model' }).click();
  const added = dialog.getByRole('group', { name: 'Limits of', exact: false }).last();
  const save = dialog.getByRole('button', { name: 'Save' });
  await added.getByLabel('Model', { exact: true }).fill('claude-sonnet-4');
  await expect(added.getByRole('alert').first()).toHaveText('This model has limits already.');
  await expect(save).toBeDisabled();
  await added.getByLabel('Model', { exact: true }).fill('writer-large');
  await expect(added.getByRole('alert')).toHaveText('Enter one of the two, or remove the model.');
  await added.getByLabel('Calls a minute').fill('6001');
  await expect(added.getByRole('alert')).toHaveText('1 to 6000.');
  await added.getByLabel('Calls a minute').fill('30');
  await expect(added.getByRole('alert')).toHaveCount(0);
  await shot(page, 'queue-models-phone');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await seriousIssues(page)).toEqual([]);
  const asked = page.waitForRequest(/queue\/settings$/);
  await save.click();
  const { models } = (await asked).postDataJSON() as { models: unknown[] };
  expect(models).toEqual([
    { model: 'claude-sonnet-4', calls: 5, rate: null },
    { model: 'writer-large', calls: null, rate: { per_minute: 30, burst: 3 } },
  ]);
});

test('a model’s limits are removed', async ({ page }) => {
  await open(page, 'queue');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Remove the limits of claude-sonnet-4' }).click();
  await expect(page.getByRole('dialog')).toContainText('No model has limits');
  const asked = page.waitForRequest(/queue\/settings$/);
  await page.getByRole('button', { name: 'Save' }).click();
  expect((await asked).postDataJSON()).toMatchObject({ models: [] });
});

test('a dead letter says why and after how many attempts, and is edited before it is tried again', async ({ page }) => {
  await open(page, 'dead-letters');
  const letter = dataRows(page).filter({ hasText: 'Ideas for Camp coffee' });
  await expect(letter).toContainText('Out of budget at the provider');
  await expect(letter).toContainText('4 of 4');
  await letter.click();
  await expect(page.getByRole('complementary', { name: 'Task: Ideas for Camp coffee' })).toContainText('Top the account up at the provider');
  await shot(page, 'dead-letter');
  await page.getByRole('button', { name: 'Edit and retry' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Ideas to make').fill('2');
  await dialog.getByLabel('Priority').selectOption('Urgent');
  await shot(page, 'replay');
  expect(await seriousIssues(page)).toEqual([]);
  const asked = page.waitForRequest(/\/replay$/);
  await dialog.getByRole('button', { name: 'Queue it again' }).click();
  expect((await asked).postDataJSON()).toEqual({ priority: 100, ideas: 2, images: null });
  await expect(told(page)).toContainText('Queued again');
});

test('dead letters are narrowed by reason, tried again together, or put away', async ({ page }) => {
  await open(page, 'dead-letters');
  await expect(dataRows(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'No answer in time' }).click();
  await expect(dataRows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Replay these' }).click();
  const replayed = page.waitForRequest(/dead-letters\/replay$/);
  await page.getByRole('button', { name: 'Queue them again' }).click();
  expect((await replayed).postDataJSON()).toEqual({ code: 'timeout', kind: null });
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await dataRows(page).nth(1).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Put away' }).click();
  const discarded = page.waitForRequest(/discard$/);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put away' }).click();
  expect((await discarded).postDataJSON()).toMatchObject({ tasks: [expect.any(String)] });
});

test('without dead letters the page says what would be there', async ({ page }) => {
  stage.failures.set(/\/dead-letters$/, { status: 200, body: { items: [], next_cursor: null, total: 0 } });
  stage.failures.set(/\/reasons$/, { status: 200, body: {} });
  await open(page, 'dead-letters');
  await expect(page.getByRole('heading', { name: 'No dead letters' })).toBeVisible();
});
