'use strict';
// The Chromium of the system, for the tests of report.html.
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser's program; an error that says how to get one where there is none. */
function program() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of NAMES) {
      const file = path.join(folder, name);
      if (fs.existsSync(file)) return file;
    }
  }
  throw new Error(`no Chromium on PATH: apt-get install chromium, or name one in CHROMIUM`);
}

/** Starts it. In a container it is root's, which Chromium's own sandbox does not allow. */
function launch() {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: program(), args });
}

/** Opens a page that may ask for nothing else, and notes all that it says or asks for. */
async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const noted = { said: [], asked: [] };
  page.on('console', (message) => noted.said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noted.said.push(`error: ${error.message}`));
  page.on('request', (request) => noted.asked.push(request.url()));
  await page.goto(`file://${file}`);
  return { page, noted, close: () => context.close() };
}

module.exports = { launch, open };
