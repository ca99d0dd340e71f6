// The page in front of a server that asks for API keys.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pngOf } from './handwriting.mjs';
import { programPath, startProgram } from './program.mjs';
import { launchBrowser, openWatchedPage } from './watched_page.mjs';

const folder = mkdtempSync(join(tmpdir(), 'glyphd-keys-'));
const keyFile = join(folder, 'keys');
let program;
let browser;
let writer;

before(async () => {
  writer = createKey('writer', 'read,write');
  [program, browser] = await Promise.all([startProgram(['--api-keys', keyFile]), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await program?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function createKey(name, scopes) {
  const said = execFileSync(programPath(), [
    'keys',
    'create',
    '--file',
    keyFile,
    '--name',
    name,
    '--scopes',
    scopes,
  ]);
  return /glyphd_\S+/.exec(said.toString())[0];
}

// Pictures of the list are fetched only when they come into view.
async function seeFirstCardPicture(page) {
  await page.locator('.card').first().scrollIntoViewIfNeeded();
  await page.locator('.card img').first().waitFor();
}

test('without a key nothing is shown; with one everything works, in this tab only', async () => {
  const { page, close } = await openWatchedPage(browser, program.address);
  await page.getByText('Enter an API key to go on.').waitFor();

  const file = { name: 'secret.png', mimeType: 'image/png', buffer: pngOf('7') };
  await page.setInputFiles('#file-input', file);
  await page.locator('#key-dialog').waitFor();
  await page.fill('#key-field', 'glyphd_wrong_key');
  await page.keyboard.press('Enter');
  await page.locator('#key-dialog').waitFor(); // refused: asked again
  await page.fill('#key-field', writer);
  await page.click('text=Use this key');

  await page.locator('article.answer').waitFor();
  await page.locator('.picture img').waitFor(); // fetched with the key
  await seeFirstCardPicture(page);
  assert.ok(await page.locator('#key-button').isVisible());

  const [record] = await Promise.all([
    page.waitForEvent('popup'),
    page.click('text=Record as JSON'),
  ]);
  await record.waitForLoadState();
  assert.match(await record.textContent('body'), /secret\.png/);
  await record.close();

  await page.reload();
  await seeFirstCardPicture(page);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await close(/status of 401/);
});

test('a key whose scope is too narrow is told so', async () => {
  const { page, close } = await openWatchedPage(browser, program.address);
  await page.getByText('Enter API key').click();
  await page.fill('#key-field', writer);
  await page.keyboard.press('Enter');
  await page.locator('.card-delete').first().click();
  await page.click('#delete-dialog .danger');
  await page.getByText('This needs an API key with a wider scope.').waitFor();
  assert.ok(await page.locator('.card').first().isVisible());
  await close(/status of 40[13]/);
});

test('closing the question leaves the upload to be tried again', async () => {
  const { page, close } = await openWatchedPage(browser, program.address);
  await page.setInputFiles('#file-input', {
    name: 'later.png',
    mimeType: 'image/png',
    buffer: pngOf('7'),
  });
  await page.locator('#key-dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.upload').getByRole('button', { name: 'Try again' }).waitFor();
  await close(/status of 401/);
});
