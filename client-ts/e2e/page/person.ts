import { expect, type Browser, type BrowserContext, type Page } from '@playwright/test';

/** Someone at a browser of their own. */
export interface Person {
  page: Page;
  context: BrowserContext;
  /** What the page sends along with its requests, for asking the server directly. */
  headers: () => Record<string, string>;
}

const KEPT = ['authorization', 'x-igny8-tenant'];

export async function openBrowser(browser: Browser, baseURL: string): Promise<Person> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  let headers: Record<string, string> = {};
  context.on('request', (request) => {
    const sent = request.headers();
    if (sent['authorization']) headers = Object.fromEntries(KEPT.flatMap((name) => (sent[name] ? [[name, sent[name]]] : [])));
  });
  return { page, context, headers: () => headers };
}

/** The shell stands and its socket is live. */
export async function isLive(page: Page): Promise<void> {
  await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'live');
}

/** With the printed link: the code counts once, and must not stay in the address. */
export async function signInByLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await isLive(page);
  expect(page.url()).not.toContain('code=');
}

export interface NewAccount {
  name: string;
  workspace: string;
  email: string;
  password: string;
}

export async function signUp(page: Page, account: NewAccount): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill(account.name);
  await page.getByLabel('Name of the workspace').fill(account.workspace);
  await page.getByLabel('E-mail address').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Create the workspace' }).click();
  const newSite = page.getByRole('button', { name: 'New site' });
  const live = page.getByTestId('connection');
  await expect(newSite.or(live).first()).toBeVisible();
  if (await live.isVisible()) return isLive(page);
  await newSite.click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Journal');
  await page.getByRole('button', { name: 'Create' }).click();
  await isLive(page);
}

export async function goTo(page: Page, label: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: label, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: label })).toBeVisible();
}

/** Another account becomes a member; whoever invites must be an owner or an admin. */
export async function addMember(page: Page, email: string): Promise<void> {
  await goTo(page, 'Team');
  await page.getByRole('button', { name: 'Add a member' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('row').filter({ hasText: email })).toBeVisible();
}

/** Memberships are read when the page is loaded. */
export async function switchWorkspace(page: Page, workspace: string): Promise<void> {
  await page.reload();
  await isLive(page);
  await page.getByTitle('Switch the site or the workspace').click();
  await page.getByRole('menuitemradio', { name: workspace }).click();
  await isLive(page);
  await expect(page.getByTitle('Switch the site or the workspace')).toContainText(workspace);
}

/** Ida and her colleague Tom, each at a browser of their own, in one workspace; its name is that of the test and one of its own. */
export async function colleagues(browser: Browser, baseURL: string, name: string): Promise<{ ida: Person; tom: Person; workspace: string; tomsEmail: string }> {
  const number = Date.now();
  const [ida, tom] = await Promise.all([openBrowser(browser, baseURL), openBrowser(browser, baseURL)]);
  const [workspace, host] = [`${name} ${number}`, `${name.toLowerCase()}.example`];
  const tomsEmail = `tom-${number}@${host}`;
  const password = 'correct horse battery staple';
  await signUp(ida.page, { name: 'Ida Berg', workspace, email: `ida-${number}@${host}`, password });
  await signUp(tom.page, { name: 'Tom', workspace: `Tom ${number}`, email: tomsEmail, password });
  await addMember(ida.page, tomsEmail);
  await ida.page.goto('/');
  await isLive(ida.page);
  return { ida, tom, workspace, tomsEmail };
}
