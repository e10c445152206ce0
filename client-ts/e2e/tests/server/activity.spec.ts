import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { article, isSaved, newDraft } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace } from '../../page/person.js';
import { screenshot } from '../../page/screenshot.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('what happened in a draft', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('is listed while it happens, by whom, the latest first', async ({ browser }) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Activity');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    for (const { page } of [ida, tom]) {
      await page.goto(address);
      await isLive(page);
    }
    await ida.page.getByRole('tab', { name: 'Activity' }).click();
    await expect(entries(ida.page)).toHaveText([/Ida Berg made the draft/]);
    await test.step('another types: one entry, however much', async () => {
      await article(tom.page).click();
      await tom.page.keyboard.type('Tea is made of leaves.');
      await isSaved(tom.page);
      await expect(entries(ida.page)).toHaveText([/Tom edited the text/, /Ida Berg made the draft/]);
      await tom.page.keyboard.type(' And of water.');
      await isSaved(tom.page);
    });
    await test.step('its status changes', async () => {
      await ida.page.getByRole('button', { name: 'Send to review' }).click();
      await expect(entries(ida.page)).toHaveText([/Ida Berg asked for a review/, /Tom edited the text/, /Ida Berg made the draft/]);
      expect(await seriousIssues(ida.page)).toEqual([]);
      await screenshot(ida.page, 'activity');
    });
    await Promise.all([ida.context.close(), tom.context.close()]);
  });
});

const entries = (page: Page) => page.getByRole('list', { name: 'Activity' }).getByRole('listitem');
