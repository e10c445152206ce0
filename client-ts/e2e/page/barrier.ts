import type { Page } from '@playwright/test';
import axe from 'axe-core';

/** What axe calls serious or critical, with the element it is about. */
export async function seriousIssues(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's policy stays as it is.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 140)}`));
}
