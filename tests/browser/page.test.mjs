// Uses the page as a person does, in a real Chromium, against the real program.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { drawWithFinger, drawWithMouse, pngOf, tiffOf } from './handwriting.mjs';
import { startLossyLink } from './lossy_link.mjs';
import { startProgram } from './program.mjs';
import { launchBrowser, openWatchedPage, screenshot } from './watched_page.mjs';

let program;
let browser;

before(async () => {
  [program, browser] = await Promise.all([startProgram(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await program?.stop();
});

const png = (digits, name = `${digits}.png`) => ({
  name,
  mimeType: 'image/png',
  buffer: pngOf(digits),
});
const answerText = (page) =>
  page
    .locator('.digit')
    .allTextContents()
    .then((digits) => digits.join(''));

// The answer for a file, told from an earlier one by the name it shows.
async function waitForAnswer(page, filename) {
  await page.locator('article.answer', { hasText: filename }).waitFor();
}

async function onPage(options, body) {
  const watched = await openWatchedPage(browser, program.address, options.context);
  await body(watched.page, watched.context);
  await watched.close(options.expected);
}

describe('a picture in', () => {
  test('drawn with the mouse, it is read and every digit has its box', () =>
    onPage({}, async (page) => {
      await drawWithMouse(page, '47');
      await page.click('#read-drawing');
      await waitForAnswer(page, 'drawing.png');
      assert.equal(await answerText(page), '47');
      const boxes = await page.locator('.box:not(.box-rejected)').all();
      const [four, seven] = await Promise.all(boxes.map((box) => box.boundingBox()));
      assert.equal(boxes.length, 2);
      assert.ok(four.x + four.width < seven.x, 'the box of the 4 is left of the box of the 7');
      await screenshot(page, 'page-drawn');
    }));

  test('a box lies where the ink is on the picture shown', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('1', 'one.png'));
      await waitForAnswer(page, 'one.png');
      const picture = await page.locator('.picture img').boundingBox();
      const box = await page.locator('.box').first().boundingBox();
      const middle = (box.x + box.width / 2 - picture.x) / picture.width;
      assert.ok(Math.abs(middle - 0.5) < 0.03, `the 1 stands in the middle, its box at ${middle}`);
      assert.ok(box.height / picture.height > 0.65 && box.height / picture.height < 0.95);
    }));

  test('drawn with a finger, the page does not scroll away', () =>
    onPage(
      { context: { viewport: { width: 375, height: 800 }, isMobile: true, hasTouch: true } },
      async (page) => {
        await page.locator('#pad').scrollIntoViewIfNeeded();
        const before = await page.evaluate(() => window.scrollY);
        await drawWithFinger(page, '7');
        assert.equal(await page.evaluate(() => window.scrollY), before);
        await page.tap('#read-drawing');
        await waitForAnswer(page, 'drawing.png');
        assert.equal(await answerText(page), '7');
        assert.ok(await page.locator('#photograph').isVisible());
      },
    ));

  test('undo and clear take ink away', () =>
    onPage({}, async (page) => {
      const ink = () =>
        page.$eval('#pad', (pad) => {
          const pixels = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height).data;
          return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
        });
      await drawWithMouse(page, '4');
      const both = await ink();
      await page.click('#undo');
      const one = await ink();
      assert.ok(one > 0 && one < both);
      await page.keyboard.press('Control+Z');
      assert.equal(await ink(), 0);
      assert.ok(await page.locator('#read-drawing').isDisabled());
      await drawWithMouse(page, '4');
      await page.click('#clear');
      assert.equal(await ink(), 0);
    }));

  test('several chosen files each get their own answer', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', [
        png('1', 'a.png'),
        png('7', 'b.png'),
        png('4', 'c.png'),
      ]);
      await page.waitForFunction(() => document.querySelectorAll('.upload-text').length === 3);
      const rows = await page.locator('.upload').allTextContents();
      for (const expected of [/^a\.png1/, /^b\.png7/, /^c\.png4/]) {
        assert.ok(
          rows.some((row) => expected.test(row)),
          `${expected} in ${rows}`,
        );
      }
    }));

  test('pasted with Ctrl+V', () =>
    onPage({ context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
      await page.evaluate(
        async (bytes) => {
          const image = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
          await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })]);
        },
        [...pngOf('7')],
      );
      await page.keyboard.press('Control+V');
      await page.locator('article.answer').waitFor();
      assert.equal(await answerText(page), '7');
    }));

  test('dropped anywhere', () =>
    onPage({}, async (page, context) => {
      const path = join(program.data, 'dropped.png');
      await writeFile(path, pngOf('4'));
      const session = await context.newCDPSession(page);
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      const drag = (type) =>
        session.send('Input.dispatchDragEvent', { type, x: 600, y: 700, data });
      await drag('dragEnter');
      await drag('dragOver');
      await page.locator('#drop-veil').waitFor();
      await drag('drop');
      await waitForAnswer(page, 'dropped.png');
      assert.equal(await answerText(page), '4');
      assert.ok(await page.locator('#drop-veil').isHidden());
    }));

  test('a kind the browser cannot show gets a blank sheet with the boxes in place', () =>
    onPage({}, async (page) => {
      const tiff = { name: 'scan.tiff', mimeType: 'image/tiff', buffer: tiffOf('47') };
      await page.setInputFiles('#file-input', tiff);
      await waitForAnswer(page, 'scan.tiff');
      await page.locator('.picture .sheet-blank').waitFor();
      assert.match(await page.locator('.picture .sheet-note').textContent(), /TIFF/);
      const sheet = await page.locator('.picture .sheet').boundingBox();
      assert.ok(Math.abs(sheet.width / sheet.height - 2) < 0.05);
      assert.equal(await page.locator('.picture .box').count(), 2);
    }));

  test('layout and reference go with it', () =>
    onPage({}, async (page) => {
      await page.click('.options summary');
      await page.getByLabel('One digit').check();
      await page.fill('#reference', 'parcel 17');
      await page.setInputFiles('#file-input', png('7', 'options.png'));
      await waitForAnswer(page, 'options.png');
      assert.match(await page.locator('.facts').textContent(), /parcel 17/);
    }));
});

describe('the answer', () => {
  test('a digit or its box shows what else it could be', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('47', 'pair.png'));
      await waitForAnswer(page, 'pair.png');
      await page.locator('.box').nth(0).hover();
      assert.match(await page.locator('.candidates h3').textContent(), /1 of 2/);
      assert.equal(await page.locator('.bar-label').first().textContent(), '4');
      assert.equal(await page.locator('.bars li').count(), 4);
      await page.locator('.digit').nth(1).click();
      assert.equal(await page.locator('.bar-label').first().textContent(), '7');
    }));

  test('links to its record and to the very picture that was sent', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('1', 'linked.png'));
      await waitForAnswer(page, 'linked.png');
      const hrefs = await page
        .locator('.links a')
        .evaluateAll((links) => links.map((link) => link.href));
      const record = await (await fetch(hrefs[0])).json();
      assert.equal(record.image.filename, 'linked.png');
      const kept = Buffer.from(await (await fetch(hrefs[1])).arrayBuffer());
      assert.ok(kept.equals(pngOf('1')));
    }));

  test('is corrected in place, again, and back; reloading shows the latest', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('7', 'wrong.png'));
      await waitForAnswer(page, 'wrong.png');
      const badge = page.locator('.answer .badge');
      await page.fill('#correction-text', '1');
      await page.click('.correction button[type=submit]');
      await page.getByText('Corrected to 1').first().waitFor();
      await page.click('text=No digit here');
      await page.getByText('Corrected: no digit').first().waitFor();
      await page.click('text=Back to the reading');
      await page.getByText('Corrected to 7').first().waitFor();
      await page.fill('#correction-text', '42');
      await page.keyboard.press('Enter');
      await page.getByText('Corrected to 42').first().waitFor();
      await page.reload();
      const card = page.locator('.card', { hasText: 'Corrected to 42' });
      assert.equal(await card.locator('.card-text').textContent(), '42');
      await card.locator('.card-open').click();
      assert.equal(await badge.textContent(), 'Corrected to 42');
    }));

  test('has an address that opens it again', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('4', 'kept.png'));
      await waitForAnswer(page, 'kept.png');
      await page.locator('.card-open').first().click();
      assert.match(page.url(), /#[0-9a-f-]{36}$/);
      await page.reload();
      await waitForAnswer(page, 'kept.png');
    }));
});

describe('the last recognitions', () => {
  test('come newest first, more by more, with their pictures', () =>
    onPage({}, async (page) => {
      for (let i = 0; i < 14; i++) {
        const form = new FormData();
        form.set('image', new Blob([pngOf('1')]), `many-${i}.png`);
        assert.equal(
          (await fetch(`${program.address}/api/v1/recognitions`, { method: 'POST', body: form }))
            .status,
          201,
        );
      }
      await page.reload();
      await page.locator('.card').nth(11).waitFor();
      assert.equal(await page.locator('.card').count(), 12);
      await page.click('#history-more');
      await page.locator('.card').nth(13).waitFor();
      const ids = await page
        .locator('.card')
        .evaluateAll((cards) => cards.map((card) => card.dataset.id));
      assert.deepEqual(
        ids,
        [...new Set(ids)].sort().reverse(),
        'time-ordered ids, newest first, each once',
      );
      await page.locator('.card').first().scrollIntoViewIfNeeded();
      await page.locator('.card').first().locator('img').waitFor();
    }));

  test('one is deleted only after a yes', () =>
    onPage({}, async (page) => {
      await page.setInputFiles('#file-input', png('4', 'doomed.png'));
      await waitForAnswer(page, 'doomed.png');
      const id = await page.locator('article.answer').getAttribute('data-id');
      const card = page.locator(`.card[data-id="${id}"]`);
      const status = async () =>
        (await fetch(`${program.address}/api/v1/recognitions/${id}`)).status;
      for (const no of [() => page.click('text=Keep it'), () => page.keyboard.press('Escape')]) {
        await card.locator('.card-delete').click();
        await no();
        assert.ok(await card.isVisible());
        assert.equal(await status(), 200);
      }
      await card.locator('.card-delete').click();
      await page.click('#delete-dialog .danger');
      await card.waitFor({ state: 'detached' });
      assert.equal(await status(), 404);
      assert.equal(await page.locator('article.answer').count(), 0);
    }));
});

describe('trouble', () => {
  test('a file that is no picture is refused in words, with the request id', () =>
    onPage({ expected: /status of 415/ }, async (page) => {
      const notes = {
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('a shopping list'),
      };
      await page.setInputFiles('#file-input', notes);
      const problem = page.locator('.upload .problem');
      await problem.waitFor();
      assert.ok((await problem.locator('p').nth(1).textContent()).length > 10);
      assert.match(await problem.locator('code').textContent(), /\S{8}/);
      assert.equal(
        await problem.getByText('Try again').count(),
        0,
        'the same bytes would be refused again',
      );
      await problem.getByText('Dismiss').click();
      assert.equal(await page.locator('.upload').count(), 0);
    }));

  test('a lost connection is said so, and trying again keeps one record', async () => {
    const link = await startLossyLink(program.address);
    const { page, close } = await openWatchedPage(browser, link.address);
    await page.locator('#history-title').waitFor();
    link.losesAnswersToPost = true;
    await page.setInputFiles('#file-input', png('7', 'lost.png'));
    await page.getByText('No answer from the server').waitFor();
    link.losesAnswersToPost = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await waitForAnswer(page, 'lost.png');
    await close(/ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
    link.stop();
    const kept = await (
      await fetch(`${program.address}/api/v1/recognitions?filename=lost.png`)
    ).json();
    assert.equal(kept.recognitions.length, 1);
  });

  test('an overloaded server is tried again when it says', () =>
    onPage({ expected: /status of 503/ }, async (page, context) => {
      let refused = 0;
      await context.route('**/api/v1/recognitions', (route) => {
        if (route.request().method() !== 'POST' || refused > 0) return route.fallback();
        refused++;
        const body = {
          title: 'Service Unavailable',
          detail: 'All memory for pictures is in use.',
          request_id: 'r-1',
        };
        return route.fulfill({ status: 503, headers: { 'Retry-After': '3' }, json: body });
      });
      await page.setInputFiles('#file-input', png('7', 'busy.png'));
      await page.getByText('Try again in 3 seconds.').waitFor();
      await page.getByRole('button', { name: 'Try again' }).click();
      await waitForAnswer(page, 'busy.png');
    }));

  test('an address of a record that is gone says so', () =>
    onPage({ expected: /status of 404/ }, async (page) => {
      await page.goto(`${program.address}/#018f0000-0000-7000-8000-000000000000`);
      await page.locator('#answer-place .problem').waitFor();
    }));
});
