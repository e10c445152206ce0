import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { DOCUMENTS, SITE } from '../../stage/data.js';
import { Stage } from '../../stage/server.js';

const SCREENS = ['dashboard', 'keywords', 'clusters', 'ideas', 'tasks', 'task-log', 'queue', 'dead-letters', 'drafts', 'publish', 'automation', 'thinker', 'billing', 'usage', 'ai-models', 'lanes', 'settings', 'team', 'system'];
const DRAFT = DOCUMENTS[0]?.id ?? '';

let stage: Stage;
test.beforeEach(async () => {
  stage = await Stage.start();
  stage.room(DRAFT).write([
    ['paragraph', 'A shoe that grips on wet rock wears out on a gravel road. Before anything else, know where you run: the ground decides about the sole, the sole about the weight, and the weight about how you feel after three hours.'],
    ['heading', 'What matters and what does not'],
    ['paragraph', 'Drop, stack and rocker fill the shelves, but three things decide whether a pair lasts a season: the rubber, the upper at the little toe, and how the heel is sewn.'],
    ['paragraph', 'Take a pair in your hands and'],
  ]);
});
test.afterEach(() => stage.stop());

/** What the browser itself complains about: broken scripts, and everything the policy forbids. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  return heard;
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
  await expect(page.getByRole('heading', { level: 1 }).or(page.getByRole('textbox', { name: 'Title' })).first()).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
}

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/screens/${name}.png` });

for (const theme of ['light', 'dark'] as const) {
  for (const screen of [...SCREENS, `drafts/${DRAFT}`]) {
    const name = screen.split('/').length > 1 ? 'editor' : screen;
    test(`${name} (${theme}) is drawn, within the policy, without serious barriers`, async ({ page }) => {
      const heard = complaints(page);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      if (name === 'editor') stage.room(DRAFT).showAuthor('IGNY8 writer');
      await page.goto(`${stage.url}/sites/${SITE.id}/${screen}`);
      await settled(page);
      if (name === 'editor') await expect(page.locator('.peer-caret-name')).toHaveText('IGNY8 writer');
      await shot(page, `${name}-${theme}`);
      expect(await seriousIssues(page)).toEqual([]);
      expect(heard).toEqual([]);
    });
  }
}

// A phone held upright (CSS pixels).
const PHONE = { width: 390, height: 844 };

for (const screen of SCREENS) {
  test(`${screen} fits a phone`, async ({ page }) => {
    const heard = complaints(page);
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(`${stage.url}/sites/${SITE.id}/${screen}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await shot(page, `${screen}-phone`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, 'the page itself does not scroll sideways').toBeLessThanOrEqual(PHONE.width);
    expect(await seriousIssues(page)).toEqual([]);
    expect(heard).toEqual([]);
  });
}

test('on a phone a task opens over the list, takes the focus and goes again', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${stage.url}/sites/${SITE.id}/tasks`);
  await page.getByRole('row').filter({ hasText: 'Queued' }).first().click();
  const panel = page.getByRole('complementary', { name: /^Task: / });
  await expect(panel.getByRole('button', { name: 'Close the task' })).toBeFocused();
  await expect(panel).toContainText('Waits for a place');
  await shot(page, 'open-task-phone');
  expect(await seriousIssues(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
});

test('on a phone a long form scrolls within its dialog', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.goto(`${stage.url}/sites/${SITE.id}/queue`);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).scrollIntoViewIfNeeded();
  await shot(page, 'open-queue-settings-phone');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Save' })).toBeInViewport();
  expect(await seriousIssues(page)).toEqual([]);
});

test('on a phone all pages are behind one button', async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.goto(`${stage.url}/sites/${SITE.id}/queue`);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await expect(pages).toBeHidden();
  await page.getByRole('button', { name: 'All pages' }).click();
  await page.keyboard.press('Escape');
  await expect(pages).toBeHidden();
  await page.getByRole('button', { name: 'All pages' }).click();
  await pages.getByRole('link', { name: 'Lanes' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Lanes' })).toBeVisible();
  await expect(pages).toBeHidden();
});
