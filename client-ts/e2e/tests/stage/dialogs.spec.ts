import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { isLive } from '../../page/person.js';
import { SITE, TASKS, CLUSTERS } from '../../stage/data.js';
import { Stage } from '../../stage/server.js';

let stage: Stage;
test.beforeEach(async () => {
  stage = await Stage.start();
});
test.afterEach(() => stage.stop());

type Opening = [name: string, screen: string, open?: (page: Page) => Promise<unknown>];

const OPENINGS: Opening[] = [
  ['palette', 'dashboard', (page) => page.keyboard.press('Control+k')],
  ['switcher', 'dashboard', (page) => page.getByTitle('Switch the site or the workspace').click()],
  ['import', 'keywords?do=import'],
  ['mapping', 'keywords?do=import', (page) => page.getByLabel('Keyword file').setInputFiles({ name: 'keywords.csv', mimeType: 'text/csv', buffer: Buffer.from('Keyword') })],
  ['quote', 'keywords?do=cluster', (page) => expect(page.getByRole('button', { name: /^Cluster for/ })).toBeEnabled()],
  ['cards', 'clusters', (page) => page.getByRole('button', { name: 'As cards' }).click()],
  ['cluster', `clusters?cluster=${CLUSTERS[1]?.id}`, (page) => page.getByRole('row').nth(2).getByRole('checkbox').check()],
  ['task', `tasks?task=${TASKS[3]?.id}`],
  ['confirm', 'tasks', (page) => page.getByRole('button', { name: /^Cancel/ }).first().click()],
  ['member', 'team', (page) => page.getByRole('button', { name: 'Add a member' }).click()],
];

for (const [name, screen, open] of OPENINGS) {
  test(`${name} opens without serious barriers`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${stage.url}/sites/${SITE.id}/${screen}`);
    await isLive(page);
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await open?.(page);
    await page.screenshot({ path: `test-results/screens/open-${name}.png` });
    expect(await seriousIssues(page)).toEqual([]);
  });
}

test('signing in and signing up have no serious barriers', async ({ page }) => {
  stage.failures.set(/auth\/refresh$/, { status: 401, body: { type: 'about:blank', title: 'Signed out', status: 401, detail: 'Sign in.', code: 'signed_out', request_id: 'stage' } });
  for (const screen of ['login', 'sign-up']) {
    await page.goto(`${stage.url}/${screen}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.screenshot({ path: `test-results/screens/open-${screen}.png` });
    expect(await seriousIssues(page)).toEqual([]);
  }
});
