import { expect, type Page } from '@playwright/test';
import { goTo } from './person.js';

// Clustering a few hundred keywords, or making some ideas, on two busy cores.
const RUN_DEADLINE_MS = 90_000;

export interface ImportFigures {
  added: number;
  merged: number;
  rejected: number;
}

/** File → preview with mapping → report; returns what the report says. */
export async function importKeywords(page: Page, file: string, onMapping?: () => Promise<void>): Promise<ImportFigures> {
  await goTo(page, 'Keywords');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByLabel('Keyword file').setInputFiles(file);
  await expect(page.getByLabel('Field of the column Keyword')).toHaveValue('keyword');
  await onMapping?.();
  await page.getByRole('button', { name: /^Import [\d,]+ rows?$/ }).click();
  const figure = async (name: string) => Number((await page.getByTestId(`import-${name}`).innerText()).replaceAll(',', ''));
  const report = { added: await figure('added'), merged: await figure('merged'), rejected: await figure('rejected') };
  if (report.rejected > 0) await expect(page.getByText('not taken')).toBeVisible();
  return report;
}

/** Quote, then the run; resolves when clusters are on screen. */
export async function cluster(page: Page): Promise<void> {
  await goTo(page, 'Keywords');
  await page.getByRole('button', { name: 'Cluster', exact: true }).click();
  await confirmQuote(page, 'Cluster');
  await goTo(page, 'Clusters');
  await expect(dataRows(page).first()).toBeVisible({ timeout: RUN_DEADLINE_MS });
}

/** The price is shown and can be paid; pressing the button begins the run. */
export async function confirmQuote(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: new RegExp(`^${verb} for [\\d,]+ credits?$`) }).click();
  await expect(dialog).toBeHidden();
}

/** Ideas for the first clusters; resolves when at least `atLeast` are on screen. */
export async function makeIdeas(page: Page, clusters: number, atLeast: number): Promise<void> {
  await selectRows(page, clusters);
  await page.getByRole('button', { name: 'Make ideas' }).click();
  await confirmQuote(page, 'Make ideas');
  await goTo(page, 'Ideas');
  await expect.poll(() => dataRows(page).count(), { timeout: RUN_DEADLINE_MS }).toBeGreaterThanOrEqual(atLeast);
}

/** A draft task for each of the first new ideas; ends on the tasks page. */
export async function writeDrafts(page: Page, ideas: number): Promise<void> {
  await goTo(page, 'Ideas');
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await expect(dataRows(page).nth(ideas - 1)).toBeVisible();
  await selectRows(page, ideas);
  await page.getByRole('button', { name: 'Write drafts' }).click();
  await confirmQuote(page, 'Write');
  await expect(page.getByRole('heading', { level: 1, name: 'Tasks' })).toBeVisible();
}

/** Opens the draft of the first running draft task, from its task panel. */
export async function openRunningDraft(page: Page): Promise<void> {
  const running = page.getByRole('row').filter({ hasText: 'Draft' }).filter({ hasText: 'Running' }).first();
  await running.click({ timeout: RUN_DEADLINE_MS });
  await page.getByRole('link', { name: 'Watch it being written' }).click();
}

export function dataRows(page: Page) {
  return page.getByRole('grid').locator('[role="row"][data-index]');
}

async function selectRows(page: Page, count: number): Promise<void> {
  for (let row = 0; row < count; row += 1) await dataRows(page).nth(row).getByRole('checkbox').check();
}
