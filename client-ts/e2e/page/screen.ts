import { expect, type Locator, type Page } from '@playwright/test';
import { SITE } from '../stage/data.js';
import type { Stage } from '../stage/server.js';
import { isLive } from './person.js';

/** Opens a screen of the stage's site and waits until it has its data. */
export async function openScreen(page: Page, stage: Stage, screen: string): Promise<void> {
  await page.goto(`${stage.url}/sites/${SITE.id}/${screen}`);
  await isLive(page);
  await expect(page.locator('.skeleton')).toHaveCount(0);
}

/** A picture of what is open, for people to look at. */
export const shot = (page: Page, name: string): Promise<Buffer> => page.screenshot({ path: `test-results/screens/open-${name}.png` });

/** What the page has said. */
export const told = (page: Page): Locator => page.getByRole('region', { name: 'Notifications' });
