import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { articleText, article, isSaved, newDraft, selectionIsKnown } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace, type Person } from '../../page/person.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('comments on a draft', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('two people talk about a text, live, while it changes', async ({ browser }) => {
    const { ida, tom, workspace, tomsEmail } = await colleagues(browser, SERVER, 'Comments');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    await Promise.all([ida, tom].map(async ({ page }) => {
      await page.goto(address);
      await isLive(page);
    }));

    await test.step('one comments, with the keyboard alone, and asks for the other', async () => {
      const { page } = ida;
      await article(page).click();
      await page.keyboard.type('Tea is made of leaves.');
      await isSaved(page);
      await select(page, 'made of'.length, 'Tea is '.length);
      await page.keyboard.press('Control+Alt+m');
      await expect(page.getByRole('textbox', { name: 'Write a comment' })).toBeFocused();
      await page.keyboard.type('Is it, @to');
      await expect(page.getByRole('option', { name: 'Tom' })).toBeVisible();
      expect(await seriousIssues(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.keyboard.type('?');
      await page.keyboard.press('Control+Enter');
      await expect(thread(page, 'Ida Berg')).toContainText('Is it, @Tom ?');
      await expect.poll(() => commented(page)).toBe('made of');
    });
    await test.step('the other sees it at once, and that it is for them', async () => {
      const { page } = tom;
      await expect.poll(() => commented(page)).toBe('made of');
      await expect(page.getByTestId('comment-count')).toHaveText('1');
      await anchor(page).click();
      await expect(thread(page, 'Ida Berg')).toHaveAttribute('aria-current', 'true');
      await page.getByRole('button', { name: 'For me (1)' }).click();
      await expect(thread(page, 'Ida Berg')).toBeVisible();
      await page.getByRole('button', { name: 'Open', exact: true }).click();
    });
    await test.step('typing in and around it moves it, and nothing is lost', async () => {
      const { page } = tom;
      await article(page).click();
      await page.keyboard.press('Home');
      await page.keyboard.type('Green ');
      await select(page, 0, 'Green Tea is ma'.length);
      await page.keyboard.type('xx');
      await expect.poll(() => commented(page)).toBe('maxxde of');
      await expect.poll(() => commented(ida.page)).toBe('maxxde of');
      await page.keyboard.press('End');
      await page.keyboard.type(' And water.');
      await isSaved(page);
      await expect.poll(() => articleText(ida.page)).toBe('Green Tea is maxxde of leaves. And water.');
      await expect.poll(() => commented(ida.page)).toBe('maxxde of');
    });
    await test.step('an answer, and it is resolved; the highlight goes, the thread stays', async () => {
      const { page } = tom;
      await anchor(page).click();
      await page.getByRole('textbox', { name: 'Reply' }).fill('Of nothing else.');
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await anchor(ida.page).click();
      await expect(thread(ida.page, 'Ida Berg')).toContainText('Of nothing else.');
      expect(await seriousIssues(ida.page)).toEqual([]);
      await screenshot(ida.page, 'comments');
      await thread(ida.page, 'Ida Berg').getByRole('button', { name: 'Resolve' }).click();
      await ida.page.getByRole('button', { name: 'Resolved' }).click();
      await expect(thread(ida.page, 'Ida Berg')).toBeVisible();
      await expect(page.getByText('No open comments')).toBeVisible();
      await page.getByRole('button', { name: 'Resolved' }).click();
      await thread(page, 'Ida Berg').getByRole('button', { name: 'Open again' }).click();
      await expect.poll(() => commented(ida.page)).toBe('maxxde of');
    });
    await test.step('two comments over each other, and one whose text is deleted', async () => {
      const { page } = ida;
      await comment(page, 'Green Tea'.length, 0, 'Why green?');
      await comment(page, 'leaves'.length, 'Green Tea is maxxde of '.length, 'Which?');
      await comment(page, 'is maxxde of leaves'.length, 'Green Tea '.length, 'All of it.');
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await expect(page.getByRole('list', { name: 'Threads' }).getByRole('listitem')).toHaveCount(4);
      await select(tom.page, 'Green Tea'.length, 0);
      await tom.page.keyboard.press('Delete');
      await expect(page.getByText('Its text was deleted.')).toBeVisible();
      await expect(page.getByRole('list', { name: 'Threads' }).getByRole('listitem').last()).toContainText('Why green?');
      expect(await seriousIssues(page)).toEqual([]);
    });
    await test.step('a line that is lost brings what was said meanwhile', async () => {
      await tom.context.setOffline(true);
      await tom.page.evaluate(() => window.dispatchEvent(new Event('offline')));
      await thread(ida.page, 'Ida Berg').last().getByRole('button', { name: 'Show in the text' }).click();
      await ida.page.getByRole('textbox', { name: 'Reply' }).fill('Said while you were away.');
      await ida.page.getByRole('button', { name: 'Reply', exact: true }).click();
      await tom.context.setOffline(false);
      await tom.page.evaluate(() => window.dispatchEvent(new Event('online')));
      await isLive(tom.page);
      await tom.page.getByRole('button', { name: 'Open', exact: true }).click();
      await tom.page.getByRole('button', { name: 'Show in the text: Green Tea' }).click();
      await expect(tom.page.getByText('Said while you were away.')).toBeVisible();
    });
    await test.step('a viewer comments and does not write', async () => {
      await demote(ida, tomsEmail);
      const { page } = tom;
      await page.reload();
      await isLive(page);
      await expect(article(page)).toHaveAttribute('contenteditable', 'false');
      const before = await articleText(page);
      await page.evaluate(() => {
        const text = document.querySelector('.ProseMirror p')?.lastChild;
        if (text) getSelection()?.setBaseAndExtent(text, (text.textContent?.length ?? 0) - 6, text, text.textContent?.length ?? 0);
      });
      await page.getByRole('button', { name: 'Comment', exact: true }).click();
      await page.getByRole('textbox', { name: 'Write a comment' }).fill('I only read, but still.');
      await page.getByLabel('New comment').getByRole('button', { name: 'Comment' }).click();
      await expect(thread(page, 'Tom')).toContainText('I only read');
      await expect(thread(page, 'Tom').getByRole('button', { name: 'Resolve' })).toBeVisible();
      await expect(thread(page, 'Ida Berg').first().getByRole('button', { name: 'Resolve' })).toHaveCount(0);
      expect(await articleText(page)).toBe(before);
      await ida.page.goto(address);
      await isLive(ida.page);
      await ida.page.getByRole('tab', { name: /Comments/ }).click();
      await expect(thread(ida.page, 'Tom')).toContainText('I only read');
      await thread(ida.page, 'Tom').getByRole('button', { name: 'More about this thread' }).click();
      await ida.page.getByRole('menuitem', { name: 'Delete the thread' }).click();
      await ida.page.getByRole('button', { name: 'Delete it' }).click();
      await expect(thread(page, 'Tom')).toHaveCount(0);
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });
});

const anchor = (page: Page) => page.locator('.comment-anchor').first();
/** The text that is shown as commented; a caret in it cuts it in two. */
const commented = (page: Page): Promise<string> =>
  page.locator('.comment-anchor').evaluateAll((pieces) =>
    pieces
      .map((piece) => {
        const copy = piece.cloneNode(true) as HTMLElement;
        for (const drawn of copy.querySelectorAll('.peer-caret')) drawn.remove();
        return (copy.textContent ?? '').replaceAll('\u2060', '');
      })
      .join(''),
  );
const thread = (page: Page, author: string) => page.getByRole('listitem', { name: `Thread of ${author}` });

/** So many letters, so many after the beginning of the paragraph, as with Shift and the arrows. */
async function select(page: Page, letters: number, after: number): Promise<void> {
  await article(page).locator('> p').first().click({ position: { x: 2, y: 12 } });
  await page.keyboard.press('Home');
  if (after > 0) {
    await grow(page, after);
    await page.keyboard.press('ArrowRight');
  }
  await grow(page, letters);
  await selectionIsKnown(page);
}

/** Selects so many letters on: around somebody's caret, an arrow more is needed. */
async function grow(page: Page, letters: number): Promise<void> {
  for (let at = 0; at < 2 * letters && (await selected(page)).length < letters; at += 1) await page.keyboard.press('Shift+ArrowRight');
}

const selected = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const content = getSelection()?.getRangeAt(0).cloneContents();
    for (const drawn of content?.querySelectorAll('.peer-caret') ?? []) drawn.remove();
    return (content?.textContent ?? '').replaceAll('\u2060', '');
  });

async function comment(page: Page, letters: number, after: number, text: string): Promise<void> {
  await select(page, letters, after);
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await page.getByRole('textbox', { name: 'Write a comment' }).fill(text);
  await page.getByLabel('New comment').getByRole('button', { name: 'Comment' }).click();
  await expect(page.getByText(text, { exact: true })).toBeVisible();
}

async function demote({ page, context, headers }: Person, email: string): Promise<void> {
  const members = (await (await context.request.get('/api/auth/members', { headers: headers() })).json()) as { account: string; email: string }[];
  const account = members.find((member) => member.email === email)?.account ?? '';
  const changed = await page.request.patch(`/api/auth/members/${account}`, { headers: headers(), data: { role: 'viewer' } });
  expect(changed.ok(), await changed.text()).toBe(true);
}
