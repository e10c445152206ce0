import { expect, test, type Page } from '@playwright/test';
import { seriousIssues } from '../../page/barrier.js';
import { article, articleText, isSaved } from '../../page/draft.js';
import { isLive } from '../../page/person.js';
import { shot } from '../../page/screen.js';
import { DOCUMENTS, SITE } from '../../stage/data.js';
import { Stage } from '../../stage/server.js';

const DRAFT = DOCUMENTS[0]?.id ?? '';
// A phone held upright (CSS pixels).
const PHONE = { width: 390, height: 844 };

let stage: Stage;
test.beforeEach(async () => {
  stage = await Stage.start();
});
test.afterEach(() => stage.stop());

async function open(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${stage.url}/sites/${SITE.id}/drafts/${DRAFT}`);
  await isLive(page);
  await expect(page.locator('.skeleton')).toHaveCount(0);
}

const blocks = (page: Page) => page.getByRole('listbox', { name: 'Blocks' });
const chosen = (page: Page) => blocks(page).locator('[aria-selected="true"]');

test('a slash offers blocks: by keys alone, narrowed by typing, and Escape leaves the text', async ({ page }) => {
  await open(page);
  await article(page).click();
  await page.keyboard.type('/');
  await expect(chosen(page)).toContainText('Heading');
  await expect(article(page)).toHaveAttribute('aria-activedescendant', 'slash-menu-heading');
  await expect(article(page)).toBeFocused();
  await shot(page, 'slash');
  expect(await seriousIssues(page)).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toContainText('Subheading');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.keyboard.type('What to drink');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/bul');
  await expect(blocks(page).getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await page.keyboard.type('Tea, and/or coffee');
  await expect(blocks(page)).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/table');
  await page.keyboard.press('Escape');
  await expect(blocks(page)).toBeHidden();
  await isSaved(page);
  expect(await article(page).locator('h2').innerText()).toBe('What to drink');
  expect(await article(page).locator('ul > li').allInnerTexts()).toEqual(['Tea, and/or coffee']);
  expect(await articleText(page)).toBe('What to drinkTea, and/or coffee/table');
});

test('a slash puts tables, which are changed from the bar, and images with their words', async ({ page }) => {
  await open(page);
  await article(page).click();
  await page.keyboard.type('/tab');
  await blocks(page).getByRole('option', { name: 'Table' }).click();
  await expect(article(page).locator('tr')).toHaveCount(3);
  await page.getByRole('button', { name: 'Table', exact: true }).last().click();
  await page.getByRole('menuitem', { name: 'Row below' }).click();
  await expect(article(page).locator('tr')).toHaveCount(4);
  await page.getByRole('button', { name: 'Table', exact: true }).last().click();
  await shot(page, 'table-menu');
  expect(await seriousIssues(page)).toEqual([]);
  await page.getByRole('menuitem', { name: 'Delete the table' }).click();
  await expect(article(page).locator('table')).toHaveCount(0);
  await page.keyboard.type('/image');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Image' });
  await dialog.getByLabel('Address').fill('javascript:alert(1)');
  await expect(dialog.getByText('Begin with https:// or with /')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Put the image here' })).toBeDisabled();
  await dialog.getByLabel('Address').fill('/media/stage.png');
  await dialog.getByLabel('Alternative text').fill('A cup of tea');
  expect(await seriousIssues(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Put the image here' }).click();
  await expect(article(page).getByRole('img', { name: 'A cup of tea' })).toBeVisible();
  expect(await articleText(page)).toBe('');
});

test('figures are counted live, and the keyword of the idea with them', async ({ page }) => {
  stage.room(DRAFT).write([
    ['heading', 'Best trail running shoes'],
    ['paragraph', 'Know where you run before you buy.'],
  ]);
  await open(page);
  const figures = page.getByTestId('figures');
  await expect(figures).toContainText('Words11');
  await expect(figures).toContainText('1 × H2');
  const keyword = page.getByLabel('Main keyword');
  await expect(keyword).not.toHaveValue('');
  await keyword.fill('where you run');
  await expect(page.getByTestId('keyword-figures')).toContainText('Found1 time');
  await expect(page.getByTestId('keyword-figures')).toContainText('At the startYes');
  await article(page).locator('p').click();
  await page.keyboard.press('End');
  await page.keyboard.type(' Where you run decides.');
  await expect(figures).toContainText('Words15');
  await expect(page.getByTestId('word-count')).toHaveText('15 words');
  await expect(page.getByTestId('keyword-figures')).toContainText('Found2 times');
  await shot(page, 'figures');
  expect(await seriousIssues(page)).toEqual([]);
});

test('on a phone comments open over the text, take the keys and give them back', async ({ page }) => {
  stage.room(DRAFT).write([['paragraph', 'Tea is made of leaves.']]);
  await page.setViewportSize(PHONE);
  await open(page);
  const panel = page.getByRole('complementary', { name: 'Beside the draft' });
  await expect(panel).toBeHidden();
  await shot(page, 'editor-phone');
  await expect(page.getByRole('button', { name: 'Send to review' })).toBeInViewport({ ratio: 1 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide, 'the page itself does not scroll sideways').toBeLessThanOrEqual(PHONE.width);
  expect(await seriousIssues(page)).toEqual([]);
  const opener = page.getByRole('button', { name: /^Comments and more/ });
  await opener.click();
  await expect(panel).toBeVisible();
  await expect(panel.getByRole('tab', { name: 'About' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(panel.getByText('No open comments')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(opener).toBeFocused();
  await article(page).locator('p').click();
  await page.keyboard.press('Home');
  for (let letter = 0; letter < 3; letter += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(panel.getByRole('textbox', { name: 'Write a comment' })).toBeFocused();
  await shot(page, 'comment-phone');
  expect(await seriousIssues(page)).toEqual([]);
});

test('refused edits are told with the reason, outlive the page, and are tried again or thrown away', async ({ page }) => {
  const room = stage.room(DRAFT);
  room.write([['paragraph', 'Tea is made of leaves.']]);
  await open(page);
  page.on('dialog', (dialog) => void dialog.accept());
  const typeInVain = async (text: string) => {
    room.refusal = 'The draft is larger than 32 MiB. Make it shorter.';
    await article(page).locator('p').first().click();
    await page.keyboard.press('End');
    await page.keyboard.type(text);
    await expect(page.getByText('Your last edits were not taken')).toBeVisible();
    room.refusal = null;
  };
  await typeInVain('!');
  await expect(page.getByTestId('save-state')).toHaveText('Not saved');
  await expect(article(page)).toHaveAttribute('contenteditable', 'false');
  await shot(page, 'draft-refused');
  expect(await seriousIssues(page)).toEqual([]);
  await page.getByRole('button', { name: 'Reload', exact: true }).click();
  const aside = page.getByRole('alert').filter({ hasText: 'Edits of yours are kept on this device' });
  await expect(aside).toContainText('The draft is larger than 32 MiB.');
  expect(await articleText(page)).toBe('Tea is made of leaves.');
  await shot(page, 'draft-aside');
  expect(await seriousIssues(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  await expect(aside.getByRole('button', { name: 'Throw them away' })).toBeInViewport({ ratio: 1 });
  await shot(page, 'draft-aside-phone');
  const [file] = await Promise.all([page.waitForEvent('download'), aside.getByRole('button', { name: 'Keep a copy' }).click()]);
  let copy = '';
  for await (const piece of await file.createReadStream()) copy += String(piece);
  expect(copy).toContain('<p>Tea is made of leaves.!</p>');
  await aside.getByRole('button', { name: 'Try them again' }).click();
  await expect(aside).toBeHidden();
  await isSaved(page);
  expect(await articleText(page)).toBe('Tea is made of leaves.!');
  await typeInVain('?');
  await page.getByRole('button', { name: 'Reload', exact: true }).click();
  await aside.getByRole('button', { name: 'Throw them away' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Throw them away' }).click();
  await expect(aside).toBeHidden();
  await page.reload();
  await isSaved(page);
  await expect(article(page)).toHaveAttribute('contenteditable', 'true');
  await expect(aside).toHaveCount(0);
  expect(await articleText(page)).toBe('Tea is made of leaves.!');
});
