import { expect, type Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const WANTED = process.env['IGNY8_E2E_SCREENSHOTS'] === '1';

/** A picture for the documentation, if one is asked for: still, without a pointer's traces. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!WANTED) return;
  mkdirSync(FOLDER, { recursive: true });
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: 'disabled', caret: 'hide' });
}
