import { expect, test, type Page } from '@playwright/test';
import { article, articleText, isSaved, newDraft } from '../../page/draft.js';
import { colleagues, isLive, switchWorkspace } from '../../page/person.js';

// Where a server runs.
const SERVER = process.env['IGNY8_E2E_URL'] ?? '';

test.describe('a network that cuts WebSockets', () => {
  test.skip(SERVER === '', 'IGNY8_E2E_URL names no server');

  test('one behind it writes with another who has a socket, and both are saved', async ({ browser }) => {
    const { ida, tom, workspace } = await colleagues(browser, SERVER, 'Fallback');
    const address = await newDraft(ida);
    await switchWorkspace(tom.page, workspace);
    const cut = await cutSockets(ida.page);
    const [lines, others] = [linesOf(ida.page), linesOf(tom.page)];
    await Promise.all([ida, tom].map(async ({ page }) => {
      await page.goto(address);
      await isLive(page);
    }));
    expect(cut()).toBe(2);
    expect(lines()).toEqual(['/ws/fallback']);
    expect(others()).toEqual([]);

    await test.step('what is typed is saved, and the other sees it', async () => {
      await article(ida.page).click();
      await ida.page.keyboard.type('Tea is made of leaves.');
      await isSaved(ida.page);
      await expect.poll(() => articleText(tom.page)).toBe('Tea is made of leaves.');
    });
    await test.step('and the other way round', async () => {
      await expect(tom.page.locator('.peer-caret')).toHaveCount(1);
      await article(tom.page).click();
      await tom.page.keyboard.press('End');
      await tom.page.keyboard.type(' And water.');
      await isSaved(tom.page);
      await expect.poll(() => articleText(ida.page)).toBe('Tea is made of leaves. And water.');
    });
    await test.step('it is there after a reload', async () => {
      await ida.page.reload();
      await isLive(ida.page);
      await expect.poll(() => articleText(ida.page)).toBe('Tea is made of leaves. And water.');
    });
  });
});

/** As such a proxy does it: sockets end before anything comes through. How many were tried. */
async function cutSockets(page: Page): Promise<() => number> {
  let count = 0;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    count += 1;
    void socket.close();
  });
  return () => count;
}

/** The lines of events that a page opens: their addresses hold no ticket. */
function linesOf(page: Page): () => string[] {
  const lines: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname === '/ws/fallback') lines.push(pathname + search);
  });
  return () => lines;
}
