import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { article, articleText, isSaved, newDraft, placeCaret, selectionIsKnown } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace } from '../../page/person.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('suggestions of the AI', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('one has text rewritten, both see it, the other decides, and what is typed meanwhile stays', async ({ browser }) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Suggestions');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    await Promise.all([ida, tom].map(async ({ page }) => {
      await page.goto(address);
      await isLive(page);
    }));

    await test.step('a selection is rewritten as a suggestion; the text stays as it is', async () => {
      const { page } = ida;
      await article(page).click();
      await page.keyboard.type('Tea has a lot of kinds.');
      await page.keyboard.press('Enter');
      await page.keyboard.type('It is very old.');
      await isSaved(page);
      await selectParagraph(page, 0);
      await rewrite(page, 'Improve');
      for (const { page: here } of [ida, tom]) {
        await openSuggestions(here);
        await expect(card(here)).toHaveCount(1);
        await expect(card(here)).toContainText('Tea has a lot of kinds.');
        await expect(card(here)).toContainText('Tea has many kinds.');
        await expect(card(here)).toContainText(/Model \S+, prompt Rewrite/);
        await expect(here.locator('.suggestion-anchor')).toContainText('Tea has a lot of kinds.');
        expect(await articleText(here)).toBe('Tea has a lot of kinds.It is very old.');
      }
      expect(await seriousIssues(page)).toEqual([]);
    });
    await test.step('typing beside it keeps it, and the other accepts', async () => {
      const { page } = ida;
      await article(page).locator('> p').nth(1).click();
      await page.keyboard.press('End');
      await page.keyboard.type(' And good.');
      await isSaved(page);
      await card(tom.page).getByRole('button', { name: 'Accept', exact: true }).click();
      for (const { page: here } of [ida, tom]) {
        await expect.poll(() => articleText(here)).toBe('Tea has many kinds.It is very old. And good.');
        await expect(card(here)).toHaveCount(0);
      }
      await expect(page.getByLabel('Decided suggestions')).toContainText('Accepted by Tom');
    });
    await test.step('another one is for a text that changes, and is rejected', async () => {
      const { page } = ida;
      await selectParagraph(page, 1);
      await rewrite(page, 'In your own words…');
      await page.getByLabel('Instruction').fill('Make it shorter');
      await page.getByRole('dialog').getByRole('button', { name: 'Rewrite' }).click();
      await expect(card(tom.page)).toHaveCount(1);
      await placeCaret(tom.page, 1, 'start');
      await tom.page.keyboard.press('ArrowRight');
      await tom.page.keyboard.type('xx');
      await isSaved(tom.page);
      await page.reload();
      await isLive(page);
      await openSuggestions(page);
      await expect(card(page).getByRole('button', { name: 'Accept over the text of now' })).toBeVisible();
      await expect(card(page)).toContainText('Ixxt is very old. And good.');
      expect(await seriousIssues(page)).toEqual([]);
      await screenshot(page, 'suggestions');
      await card(page).getByRole('button', { name: 'Reject' }).click();
      for (const { page: here } of [ida, tom]) {
        await expect(card(here)).toHaveCount(0);
        await expect(here.locator('.suggestion-anchor')).toHaveCount(0);
        expect(await articleText(here)).toBe('Tea has many kinds.Ixxt is very old. And good.');
      }
    });
    await test.step('what was accepted is taken back as one', async () => {
      await tom.page.getByLabel('Decided suggestions').getByRole('button', { name: 'Undo' }).click();
      for (const { page: here } of [ida, tom]) {
        await expect.poll(() => articleText(here)).toBe('Tea has a lot of kinds.Ixxt is very old. And good.');
      }
      await expect(ida.page.getByLabel('Decided suggestions')).toContainText('Taken back');
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });
});

const card = (page: Page) => page.getByRole('listitem', { name: 'Suggestion of IGNY8 AI' });

const openSuggestions = (page: Page): Promise<void> => page.getByRole('tab', { name: /Suggestions/ }).click();

async function selectParagraph(page: Page, number: number): Promise<void> {
  await article(page).locator('> p').nth(number).click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await selectionIsKnown(page);
}

async function rewrite(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Rewrite', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
