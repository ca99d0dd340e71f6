// A page in a real Chromium that notices everything that must never happen: a request to another
// host, an error in the console, a violation of the Content-Security-Policy.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}

export async function openWatchedPage(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const faults = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${address}/`)) return route.continue();
    faults.push(`request to another host: ${url}`);
    return route.abort();
  });
  await context.exposeFunction('reportPolicyViolation', (text) => faults.push(text));
  await context.addInitScript(reportPolicyViolations);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  await page.goto(`${address}/`);
  assert.match(await page.title(), /glyphd/, 'this program was built without the page');
  return { page, context, close: (expected) => closeWatchedPage(context, faults, expected) };
}

// `expected`: what this test provoked on purpose, as the browser words it in its console.
async function closeWatchedPage(context, faults, expected = null) {
  await context.close();
  assert.deepEqual(
    faults.filter((fault) => expected === null || !expected.test(fault)),
    [],
  );
}

function reportPolicyViolations() {
  document.addEventListener('securitypolicyviolation', (event) => {
    window.reportPolicyViolation(`policy: ${event.violatedDirective} blocked ${event.blockedURI}`);
  });
}

export async function screenshot(page, name) {
  const folder = process.env.GLYPHD_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
