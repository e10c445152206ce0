import { expect, type Page } from '@playwright/test';
import type { Person } from './person.js';

// An article takes about half a minute; ten at once on two cores take longer.
const WRITING_DEADLINE_MS = 150_000;

export const article = (page: Page) => page.locator('.ProseMirror');

/** The text as this browser has it, without the carets of others. Blocks follow each other without a mark. */
export function articleText(page: Page): Promise<string> {
  return article(page).evaluate((root) => {
    const copy = root.cloneNode(true) as HTMLElement;
    for (const drawn of copy.querySelectorAll('.peer-caret, .ProseMirror-trailingBreak, .ProseMirror-separator')) drawn.remove();
    // Around a caret the editor places word joiners.
    return (copy.textContent ?? '').replaceAll('\u2060', '');
  });
}

/** The same of the server's ProseMirror JSON. */
export function textOf(node: { text?: string; content?: unknown[] }): string {
  return (node.text ?? '') + (node.content ?? []).map((child) => textOf(child as { text?: string; content?: unknown[] })).join('');
}

/** The AI is at work, its caret and name are on screen, and there is a paragraph to type into. */
export async function watchAiWriting(page: Page): Promise<void> {
  await expect(page.getByTestId('ai-bar')).toContainText('The AI is writing', { timeout: WRITING_DEADLINE_MS });
  await expect(page.locator('.peer-caret-ai').first()).toBeAttached();
  await expect.poll(async () => (await articleText(page)).length).toBeGreaterThan(80);
}

/** Where in a paragraph: before it, or some words into it. Never at its end, where the AI writes. */
export type Place = 'start' | 'some words in';

const WORDS_IN = 8;
/** A paragraph this long has room for `some words in`. */
export const ROOM_TO_TYPE = 100;
// Fewer letters than eight words have, so that it is certain that the caret has moved.
const LETTERS_IN_MIN = 20;

/** Clicks into a paragraph and walks to the place. What the AI writes at that moment may redraw the
 * paragraph under a caret that moves: then one looks, and walks again. */
export async function placeCaret(page: Page, paragraph: number, place: Place): Promise<void> {
  const block = article(page).locator('> p').nth(paragraph);
  await expect(async () => {
    await block.click({ position: { x: 4, y: 12 } });
    await page.keyboard.press('Home');
    for (let word = 0; place === 'some words in' && word < WORDS_IN; word += 1) await page.keyboard.press('Control+ArrowRight');
    const letters = await block.evaluate(lettersBeforeCaret);
    if (place === 'start') expect(letters).toBe(0);
    else expect(letters).toBeGreaterThan(LETTERS_IN_MIN);
  }).toPass();
}

/** The editor hears of a selection after the browser has made it; a key that is pressed before works on the one of before. */
export const selectionIsKnown = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

/** How far into the paragraph the caret stands, once the editor has taken note of it. */
async function lettersBeforeCaret(block: Element): Promise<number> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const selection = getSelection();
  if (!selection?.anchorNode || !block.contains(selection.anchorNode)) return -1;
  const range = document.createRange();
  range.setStart(block, 0);
  range.setEnd(selection.anchorNode, selection.anchorOffset);
  const before = range.cloneContents();
  for (const drawn of before.querySelectorAll('.peer-caret')) drawn.remove();
  return before.textContent?.length ?? 0;
}

/** Key by key, as people do, so that the AI's words arrive in between. */
export const typeSlowly = (page: Page, text: string): Promise<void> => page.keyboard.type(text, { delay: 40 });

export async function isSaved(page: Page): Promise<void> {
  await expect(page.getByTestId('save-state')).toHaveAttribute('data-saved', 'true');
}

/** The AI has ended, in its own time. */
export async function aiHasFinished(page: Page): Promise<void> {
  await expect(page.getByTestId('ai-bar')).toBeHidden({ timeout: WRITING_DEADLINE_MS });
}

export async function approve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send to review' }).click();
  await expect(page.getByTestId('document-status')).toHaveText('In review');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByTestId('document-status')).toHaveText('Approved');
}

/** To the linked site, or as an export; resolves with where it went. */
export async function publish(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^(Publish now|Export)$/ }).click();
  await expect(page.getByTestId('document-status')).toHaveText('Published', { timeout: 60_000 });
  const permalink = page.getByTestId('permalink');
  await expect(permalink).toBeVisible();
  return (await permalink.getAttribute('href')) ?? (await permalink.innerText());
}

/** An empty draft of the site whose page is open: its address. */
export async function newDraft({ page, context, headers }: Person): Promise<string> {
  const site = new URL(page.url()).pathname.split('/')[2] ?? '';
  const made = await context.request.post(`/api/writer/sites/${site}/documents`, { headers: headers(), data: { title: 'Drinks' } });
  expect(made.ok(), await made.text()).toBe(true);
  const { id } = (await made.json()) as { id: string };
  return `/sites/${site}/drafts/${id}`;
}
