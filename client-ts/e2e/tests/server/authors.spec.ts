import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { article, isSaved, newDraft } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace } from '../../page/person.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('who wrote what in a draft', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('each one’s text has their colour, also what is typed while one looks', async ({ browser }) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Authors');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    for (const { page } of [ida, tom]) {
      await page.goto(address);
      await isLive(page);
    }
    await article(ida.page).click();
    await ida.page.keyboard.type('Tea is made of leaves.');
    await isSaved(ida.page);
    await test.step('one switches it on', async () => {
      await ida.page.getByLabel('Show who wrote what').check();
      await expect(ida.page.getByRole('list', { name: 'Authors' })).toContainText('Ida Berg');
      await expect.poll(() => texts(ida.page)).toEqual(['Tea is made of leaves.']);
    });
    await test.step('another begins to write', async () => {
      await article(tom.page).click();
      await tom.page.keyboard.press('Home');
      await tom.page.keyboard.type('Green tea. ');
      await isSaved(tom.page);
      await expect.poll(() => texts(ida.page)).toEqual(['Green tea. ', 'Tea is made of leaves.']);
      await expect(ida.page.getByRole('list', { name: 'Authors' })).toContainText('Tom');
      expect(await seriousIssues(ida.page)).toEqual([]);
      await screenshot(ida.page, 'authors');
    });
    await test.step('it is there when the page is opened again, and goes when it is switched off', async () => {
      await ida.page.reload();
      await isLive(ida.page);
      await ida.page.getByLabel('Show who wrote what').check();
      await expect.poll(() => texts(ida.page)).toEqual(['Green tea. ', 'Tea is made of leaves.']);
      await ida.page.getByLabel('Show who wrote what').uncheck();
      await expect.poll(() => texts(ida.page)).toEqual([]);
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });
});

/** The coloured text, piece by piece, joined where one colour goes on around a caret. */
const texts = (page: Page): Promise<string[]> =>
  page.locator('.authored').evaluateAll((pieces) => {
    const found: { colour: string; text: string }[] = [];
    for (const piece of pieces as HTMLElement[]) {
      const copy = piece.cloneNode(true) as HTMLElement;
      for (const drawn of copy.querySelectorAll('.peer-caret')) drawn.remove();
      const colour = piece.style.getPropertyValue('--author');
      const text = (copy.textContent ?? '').replaceAll('\u2060', '');
      const last = found.at(-1);
      if (last?.colour === colour) last.text += text;
      else found.push({ colour, text });
    }
    return found.map(({ text }) => text);
  });
