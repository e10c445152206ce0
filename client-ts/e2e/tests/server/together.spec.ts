import { expect, test } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { seriousIssues } from '../../page/barrier.js';
import { aiHasFinished, article, articleText, isSaved, newDraft, placeCaret, ROOM_TO_TYPE, textOf, typeSlowly, watchAiWriting } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace, type Person } from '../../page/person.js';
import { cluster, importKeywords, makeIdeas, openRunningDraft, writeDrafts } from '../../page/planner.js';
import { shot } from '../../page/screen.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';
// A change of a right reaches open pages within this (docs/PROTOCOL.md).
const RIGHT_DEADLINE_MS = 2000;

test.describe('together in one draft', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');
  test.setTimeout(300_000);

  test('two people and an AI write at once; one loses the line, both go on, and nothing is lost', async ({ browser }, info) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Together');
    await importKeywords(ida.page, keywordFile(info.outputPath('keywords.csv')));
    await ida.page.getByRole('button', { name: 'Done' }).click();
    await cluster(ida.page);
    await makeIdeas(ida.page, 1, 1);
    await switchWorkspace(tom.page, workspace);
    await writeDrafts(ida.page, 1);
    await openRunningDraft(ida.page);
    await join(tom, new URL(ida.page.url()).pathname);
    await Promise.all([ida, tom].map(({ page }) => watchAiWriting(page)));
    await expect.poll(() => article(tom.page).locator('> p').first().innerText().then((text) => text.length)).toBeGreaterThan(ROOM_TO_TYPE);
    await test.step('one loses the line; the other two write on', async () => {
      await offline(tom);
      const before = await articleText(tom.page);
      await Promise.all([placeCaret(ida.page, 0, 'start'), placeCaret(tom.page, 0, 'some words in')]);
      await Promise.all([typeSlowly(ida.page, 'Ida wrote this. '), typeSlowly(tom.page, ' Tom, in a tunnel,')]);
      await expect(tom.page.getByTestId('save-state')).toHaveText(/^Offline, \d+ edits kept on this device$/);
      await shot(tom.page, 'draft-offline');
      expect(await seriousIssues(tom.page)).toEqual([]);
      await expect.poll(async () => (await articleText(ida.page)).length, { message: 'the AI goes on' }).toBeGreaterThan(before.length + 'Ida wrote this. '.length);
      expect(await articleText(tom.page)).not.toContain('Ida wrote');
      expect(await articleText(ida.page)).not.toContain('Tom, in');
    });
    await test.step('the line is back: what both wrote is there once', async () => {
      await online(tom);
      await Promise.all([isSaved(ida.page), isSaved(tom.page)]);
      await expect.poll(() => articleText(ida.page)).toContain(' Tom, in a tunnel,');
      await expect.poll(() => articleText(tom.page)).toContain('Ida wrote this. ');
      await shot(ida.page, 'draft-together');
      expect(await seriousIssues(ida.page)).toEqual([]);
    });
    await test.step('when the AI has ended, all three texts are the same everywhere', async () => {
      await aiHasFinished(ida.page);
      await expect.poll(async () => (await articleText(ida.page)) === (await articleText(tom.page))).toBe(true);
      const text = await articleText(ida.page);
      for (const part of ['Ida wrote this. ', ' Tom, in a tunnel,']) expect(text.split(part)).toHaveLength(2);
      expect(await atServer(ida)).toBe(text);
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });

  test('what was typed without a line outlives the page; whoever leaves is warned', async ({ browser }) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Tunnel');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    await Promise.all([join(ida, address), join(tom, address)]);
    await article(ida.page).click();
    await ida.page.keyboard.type('Tea is made of leaves.');
    await isSaved(ida.page);
    await expect.poll(() => articleText(tom.page)).toBe('Tea is made of leaves.');
    await offline(tom);
    await article(tom.page).click();
    await tom.page.keyboard.press('End');
    await tom.page.keyboard.type(' Coffee is made of beans.');
    await expect(tom.page.getByTestId('save-state')).toHaveText(/^Offline, \d+ edits kept on this device$/);
    await test.step('closing the page and signing out ask first', async () => {
      const asked = tom.page.waitForEvent('dialog');
      const closing = tom.page.close({ runBeforeUnload: true });
      const dialog = await asked;
      expect(dialog.type()).toBe('beforeunload');
      await dialog.dismiss();
      await closing;
      await tom.page.getByTitle('Account and theme').click();
      await tom.page.getByRole('menuitem', { name: 'Sign out' }).click();
      const question = tom.page.getByRole('alertdialog', { name: 'Sign out and lose unsaved edits?' });
      await expect(question).toBeVisible();
      await shot(tom.page, 'sign-out-unsaved');
      expect(await seriousIssues(tom.page)).toEqual([]);
      await question.getByRole('button', { name: 'Keep as it is' }).click();
    });
    await test.step('the page is gone, as with a crash; the other writes on', async () => {
      await tom.page.close();
      await ida.page.keyboard.press('Home');
      await ida.page.keyboard.type('Green ');
      await isSaved(ida.page);
      expect(await articleText(ida.page)).toBe('Green Tea is made of leaves.');
    });
    await test.step('the next page has it, and saves it', async () => {
      await tom.context.setOffline(false);
      const again = await tom.context.newPage();
      await join({ page: again }, address);
      await expect.poll(() => articleText(again)).toBe('Green Tea is made of leaves. Coffee is made of beans.');
      await isSaved(again);
      await expect.poll(() => articleText(ida.page)).toBe('Green Tea is made of leaves. Coffee is made of beans.');
      expect(await atServer(ida)).toBe('Green Tea is made of leaves. Coffee is made of beans.');
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });

  test('a role that changes and a place that is lost are told in the open draft at once', async ({ browser }) => {
    const { ida, tom, workspace, tomsEmail } = await colleagues(browser, SERVER, 'Roles');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    await Promise.all([join(ida, address), join(tom, address)]);
    const { page } = tom;
    await article(page).click();
    await page.keyboard.type('Tom begins.');
    await isSaved(page);
    const account = await accountOf(ida, tomsEmail);
    await test.step('a viewer cannot type, knows why, and sees what others type', async () => {
      await change(ida, account, 'viewer');
      await expect(page.getByText('Reading only')).toBeVisible({ timeout: RIGHT_DEADLINE_MS });
      await expect(article(page)).toHaveAttribute('contenteditable', 'false');
      await article(page).click();
      await page.keyboard.type('In vain. /');
      await article(ida.page).click();
      await ida.page.keyboard.press('End');
      await ida.page.keyboard.type(' Ida goes on.');
      await expect.poll(() => articleText(page)).toBe('Tom begins. Ida goes on.');
      await expect(page.getByRole('button', { name: 'Bold' })).toBeDisabled();
      await expect(page.getByRole('button', { name: 'Send to review' })).toBeHidden();
      await shot(page, 'draft-viewer');
      expect(await seriousIssues(page)).toEqual([]);
    });
    await test.step('an editor again, without a reload', async () => {
      await change(ida, account, 'editor');
      await expect(article(page)).toHaveAttribute('contenteditable', 'true', { timeout: RIGHT_DEADLINE_MS });
      await expect(page.getByText('Reading only')).toBeHidden();
      await expect(page.getByRole('button', { name: 'Send to review' })).toBeVisible();
      await article(page).click();
      await page.keyboard.press('End');
      await page.keyboard.type(' And Tom.');
      await isSaved(page);
    });
    await test.step('removed: the reason is there, and the text too', async () => {
      await remove(ida, account);
      await expect(page.getByText('This draft is closed to you')).toBeVisible({ timeout: RIGHT_DEADLINE_MS });
      await expect(article(page)).toHaveAttribute('contenteditable', 'false');
      expect(await articleText(page)).toBe('Tom begins. Ida goes on. And Tom.');
      await expect(page.getByTestId('save-state')).toHaveText('Closed');
      await shot(page, 'draft-removed');
      expect(await seriousIssues(page)).toEqual([]);
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });

  test('whoever is removed while they have no line can take along what they typed', async ({ browser }) => {
    const { ida, tom, workspace, tomsEmail } = await colleagues(browser, SERVER, 'Removed');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    await Promise.all([join(ida, address), join(tom, address)]);
    const { page } = tom;
    await offline(tom);
    await article(page).click();
    await page.keyboard.type('Typed in the tunnel.');
    await remove(ida, await accountOf(ida, tomsEmail));
    await tom.context.setOffline(false);
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect(page.getByText('This draft is closed to you')).toBeVisible();
    await expect(page.getByText('You no longer have access to this workspace. What you typed last was not saved: it is still on this page.')).toBeVisible();
    expect(await articleText(page)).toBe('Typed in the tunnel.');
    await shot(page, 'draft-removed-unsaved');
    expect(await seriousIssues(page)).toEqual([]);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Keep a copy' }).click()]);
    expect(file.suggestedFilename()).toBe('Drinks.html');
    let copy = '';
    for await (const piece of await file.createReadStream()) copy += String(piece);
    expect(copy).toContain('<p>Typed in the tunnel.</p>');
    expect(await articleText(ida.page)).toBe('');
    await Promise.all([ida.context.close(), tom.context.close()]);
  });
});

function keywordFile(path: string): string {
  const rows = ['best', 'cheap', 'how to clean', 'review of'].map((form) => `${form} tea pot`);
  writeFileSync(path, ['Keyword', ...rows].join('\n'));
  return path;
}

async function join({ page }: Pick<Person, 'page'>, address: string): Promise<void> {
  await page.goto(address);
  await isLive(page);
  await expect(article(page)).toBeVisible();
}

/** The line is lost, and the page knows. */
async function offline({ page, context }: Person): Promise<void> {
  await context.setOffline(true);
  await expect(page.getByTestId('save-state')).toHaveText(/^Offline/, { timeout: 60_000 });
}

async function online({ page, context }: Person): Promise<void> {
  await context.setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await isLive(page);
}

/** The text as the server has it. */
async function atServer({ page, context, headers }: Person): Promise<string> {
  const [, , site, , document] = new URL(page.url()).pathname.split('/');
  const answer = await context.request.get(`/api/writer/sites/${site}/documents/${document}/content?format=json`, { headers: headers() });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { content } = (await answer.json()) as { content: string };
  return textOf(JSON.parse(content) as { content?: unknown[] });
}

async function accountOf({ context, headers }: Person, email: string): Promise<string> {
  const members = (await (await context.request.get('/api/auth/members', { headers: headers() })).json()) as { account: string; email: string }[];
  return members.find((member) => member.email === email)?.account ?? '';
}

async function change({ page, headers }: Person, account: string, role: 'viewer' | 'editor'): Promise<void> {
  const changed = await page.request.patch(`/api/auth/members/${account}`, { headers: headers(), data: { role } });
  expect(changed.ok(), await changed.text()).toBe(true);
}

async function remove({ page, headers }: Person, account: string): Promise<void> {
  const removed = await page.request.delete(`/api/auth/members/${account}`, { headers: headers() });
  expect(removed.ok(), await removed.text()).toBe(true);
}
