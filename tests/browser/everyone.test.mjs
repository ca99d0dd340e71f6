// The page for everyone: the keyboard alone, a narrow screen, a screen reader's view, both themes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { drawWithMouse, pngOf } from './handwriting.mjs';
import { startProgram } from './program.mjs';
import { launchBrowser, openWatchedPage, screenshot } from './watched_page.mjs';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);
const kThemes = ['light', 'dark'];
const kWidths = [375, 1280];

let program;
let browser;

before(async () => {
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await program?.stop();
});

const picture = (name) => ({ name, mimeType: 'image/png', buffer: pngOf('47') });

function viewOf(width, colorScheme) {
  return { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' };
}

async function assertAccessible(page, where) {
  // Through the debugger, so that the page's own policy stays as strict as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map(
    (v) => `${v.impact} ${v.id}: ${v.nodes.map((node) => node.target).join(', ')}`,
  );
  assert.deepEqual(told, [], where);
}

async function assertNoSidewaysScroll(page, where) {
  const [content, window_] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    window.innerWidth,
  ]);
  assert.ok(content <= window_, `${where}: ${content} px of content in ${window_}`);
}

// Presses Tab until the element has the focus; fails when the keyboard never gets there.
async function tabTo(page, selector) {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never reaches ${selector}`);
}

describe('in every theme and width', () => {
  for (const theme of kThemes) {
    for (const width of kWidths) {
      test(`${theme}, ${width} px: nothing to object to, no sideways scroll`, async () => {
        const watched = await openWatchedPage(browser, program.address, viewOf(width, theme));
        const { page } = watched;
        await assertAccessible(page, 'empty');
        await drawWithMouse(page, '47');
        await page.click('#read-drawing');
        await page.locator('.picture img').waitFor();
        await page.setInputFiles('#file-input', {
          name: 'n'.repeat(120),
          mimeType: '',
          buffer: Buffer.from('x'),
        });
        await page.locator('.problem').waitFor();
        await page.click('.options summary');
        await assertAccessible(page, 'with an answer, a problem and options');
        await assertNoSidewaysScroll(page, 'with an answer, a problem and options');
        await page.evaluate(() => window.scrollTo(0, 0));
        await screenshot(page, `page-${theme}-${width}`);
        await page.locator('.card-delete').first().click();
        await assertAccessible(page, 'with a dialog');
        await watched.close(/status of 415/);
      });

      test(`${theme}, ${width} px: the API documentation too`, async () => {
        const watched = await openWatchedPage(browser, program.address, viewOf(width, theme));
        const { page } = watched;
        await page.goto(`${program.address}/docs`);
        await page.locator('.operation').first().waitFor();
        await assertAccessible(page, 'documentation');
        await assertNoSidewaysScroll(page, 'documentation');
        await screenshot(page, `docs-${theme}-${width}`);
        await watched.close();
      });
    }
  }
});

test('the keyboard alone: skip, choose, look, correct, delete', async () => {
  const watched = await openWatchedPage(browser, program.address);
  const { page } = watched;
  // Asked for early: the browser must know before the dialog would open.
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Tab');
  assert.equal(
    await page.evaluate(() => document.activeElement.textContent),
    'Skip to giving a picture',
  );
  await page.keyboard.press('Enter');

  await tabTo(page, '#choose');
  assert.notEqual(
    await page.$eval('#choose', (b) => getComputedStyle(b).outlineStyle),
    'none',
    'focus is seen',
  );
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(picture('keys.png'));
  await page.locator('article.answer').waitFor();
  await page.waitForFunction(() =>
    /^Read 4 7\./.test(document.getElementById('status').textContent),
  );

  await tabTo(page, '.digit');
  await page.keyboard.press('Home');
  assert.match(await page.locator('.candidates h3').textContent(), /1 of 2/);
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('.candidates h3').textContent(), /2 of 2/);

  await tabTo(page, '#correction-text');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('74');
  await page.keyboard.press('Enter');
  await page.getByText('Corrected to 74').first().waitFor();

  await tabTo(page, '.card-delete');
  await page.keyboard.press('Enter');
  await tabTo(page, '#delete-dialog .danger');
  await page.keyboard.press('Enter');
  await page.locator('.answer').waitFor({ state: 'detached' });
  await watched.close();
});

test('the documentation shows every operation of openapi.json', async () => {
  const watched = await openWatchedPage(browser, program.address);
  const { page } = watched;
  const { paths } = await (await fetch(`${program.address}/openapi.json`)).json();
  const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'];
  const expected = Object.entries(paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => `${method.toUpperCase()} ${path}`),
  );
  await page.goto(`${program.address}/docs`);
  await page.locator('.operation').first().waitFor();
  const shown = await page.locator('.route').evaluateAll((routes) => {
    return routes.map((route) => [...route.children].map((part) => part.textContent).join(' '));
  });
  assert.ok(expected.length > 0);
  assert.deepEqual(shown, expected);
  await watched.close();
});
