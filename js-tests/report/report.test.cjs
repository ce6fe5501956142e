'use strict';
// report.html of real runs in a real browser. `harness/tests/report.rs` makes the runs and starts this with:
// REPORT_SMALL, the page of a run in which suites fail, one of them on one runtime alone; REPORT_LARGE, that of a run of
// 5,000 attempts; SCREENSHOTS, a folder for pictures, if they are wanted.
const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { launch, open } = require('./browser.cjs');
const { tooFaint } = require('./contrast.cjs');

/* global document, getComputedStyle, innerHeight, requestAnimationFrame, CSS */

const SMALL = process.env.REPORT_SMALL;
const LARGE = process.env.REPORT_LARGE;
// What a person takes for at once.
const AT_ONCE_MS = 100;

let browser;
before(async () => {
  assert.ok(SMALL && LARGE, 'REPORT_SMALL and REPORT_LARGE name the pages');
  browser = await launch();
});
after(() => browser?.close());

/** Texts of the first column of the rows that are shown. */
const shownRows = (page) => page.locator('.matrix .row:visible th').allInnerTexts();

async function picture(page, name) {
  if (!process.env.SCREENSHOTS) return;
  await page.screenshot({
    path: path.join(process.env.SCREENSHOTS, `${name}.png`),
    fullPage: true,
  });
}

describe('report.html', () => {
  test('asks for nothing but itself and has no complaint', async () => {
    for (const file of [SMALL, LARGE]) {
      const { page, noted, close } = await open(browser, file);
      await page.locator('#q').fill('flaky');
      await page.locator('#matrix').scrollIntoViewIfNeeded();
      await close();
      assert.deepEqual(noted.asked, [`file://${file}`]);
      assert.deepEqual(noted.said, []);
    }
  });

  test('says the verdict, the exit code and the command first', async () => {
    const { page, close } = await open(browser, SMALL);
    assert.match(await page.locator('h1').innerText(), /^✗ FAILED: \d+ of \d+ attempts failed/);
    assert.match(await page.locator('.exit').innerText(), /^exit code 10: /);
    assert.match(await page.locator('#about .cmd').innerText(), /threadproof run .*--repeats/);
    await close();
  });

  test('a text narrows rows, signatures and cells, and is undone', async () => {
    const { page, close } = await open(browser, SMALL);
    const all = await shownRows(page);
    assert.ok(all.length >= 4, all.join());
    const told = page.locator('#shown');
    assert.match(await told.innerText(), new RegExp(`^${all.length} of ${all.length} rows`));
    await page.locator('#q').fill('abort-at');
    assert.deepEqual(await shownRows(page), ['abort-at-teardown/node-test']);
    assert.match(
      await told.innerText(),
      new RegExp(`^1 of ${all.length} rows, 1 of \\d+ signatures`),
    );
    assert.equal(await page.locator('.sig:visible').count(), 1);
    // A test and a signature are found in the rows that they belong to.
    await page.locator('#q').fill('fails/only > fails');
    assert.deepEqual(await shownRows(page), ['fails/node-test']);
    await page.locator('#q').fill('CrashAtTeardown-sigabrt');
    assert.deepEqual(await shownRows(page), ['abort-at-teardown/node-test']);
    await page.locator('#q').fill('there is no such thing');
    assert.deepEqual(await shownRows(page), []);
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.deepEqual(await shownRows(page), all);
    await close();
  });

  test('buttons show what differs between runtimes, what is not all clean, and one outcome', async () => {
    const { page, close } = await open(browser, SMALL);
    const differs = page.getByRole('button', { name: 'Differs between runtimes' });
    await differs.click();
    assert.equal(await differs.getAttribute('aria-pressed'), 'true');
    // A suite that fails by chance may differ, too.
    const differing = await shownRows(page);
    assert.ok(differing.includes('newest-only/node-test'), differing.join());
    assert.ok(!/passes|fails|abort/.test(differing.join()), differing.join());
    await differs.click();
    const unclean = page.getByRole('button', { name: 'Not all clean' });
    await unclean.click();
    assert.ok(!(await shownRows(page)).includes('passes/node-test'));
    await unclean.click();
    await page.getByRole('button', { name: /^CrashAtTeardown/ }).click();
    assert.deepEqual(await shownRows(page), ['abort-at-teardown/node-test']);
    await close();
  });

  test('the keyboard reaches the report, a signature and its details, and focus is seen', async () => {
    const { page, close } = await open(browser, SMALL);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const style = getComputedStyle(element);
        const { top, bottom } = element.getBoundingClientRect();
        return {
          tag: element.tagName,
          text: element.textContent.trim(),
          open: element.parentElement?.open,
          id: element.id,
          outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          inSight: bottom > 0 && top < innerHeight,
        };
      });
    await page.keyboard.press('Tab');
    const skip = await focused();
    assert.deepEqual([skip.tag, skip.text, skip.outlined], ['A', 'Skip to the report', true]);
    assert.ok(skip.inSight);
    await page.keyboard.press('Enter');
    assert.equal((await focused()).id, 'main');
    // The third signature is closed from the start.
    const wanted = await page.locator('#failures .sig:not([open]) > summary').first().innerText();
    let here;
    for (let presses = 0; presses < 200; presses += 1) {
      await page.keyboard.press('Tab');
      here = await focused();
      assert.ok(here.outlined, `no focus is seen at ${here.tag} ${here.text.slice(0, 60)}`);
      if (here.tag === 'SUMMARY' && here.open === false && !here.text.startsWith('Attempts')) break;
    }
    assert.equal(here.text.replace(/\s+/g, ' '), wanted.replace(/\s+/g, ' '));
    await page.keyboard.press('Enter');
    assert.equal((await focused()).open, true);
    await page.keyboard.press('Tab');
    assert.notEqual((await focused()).tag, 'BODY');
    await close();
  });

  test('a cell of the matrix leads to its tests, also when they were filtered away', async () => {
    const { page, close } = await open(browser, SMALL);
    const link = page.locator('.matrix .row:has-text("fails/") td a').first();
    await link.click();
    const details = page.locator(`${await link.getAttribute('href')}`);
    assert.equal(await details.evaluate((element) => element.open), true);
    assert.match(await details.innerText(), /one is not two/);
    await close();
  });

  test('texts are readable in light and in dark, at each width', async () => {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 360]) {
        const viewport = { width, height: 900 };
        const { page, close } = await open(browser, SMALL, { colorScheme, viewport });
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true;
        });
        await page.getByRole('button', { name: 'Not all clean' }).click();
        const { count, seen } = await page.evaluate(tooFaint);
        assert.ok(count > 100, `${count} texts`);
        assert.deepEqual(seen, [], colorScheme);
        const [inner, outer] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(inner <= outer, `at ${width} the page is ${inner} wide`);
        await picture(page, `${colorScheme}-${width}`);
        await close();
      }
    }
  });

  test('the two themes differ, and each says what it is', async () => {
    const grounds = [];
    for (const colorScheme of ['light', 'dark']) {
      const { page, close } = await open(browser, SMALL, { colorScheme });
      grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      await close();
    }
    assert.notEqual(grounds[0], grounds[1]);
  });

  test('tables have scopes, ids are there once, links lead somewhere, controls have names', async () => {
    const { page, close } = await open(browser, SMALL);
    const wrong = await page.evaluate(() => {
      const all = (selector) => [...document.querySelectorAll(selector)];
      const ids = all('[id]').map((element) => element.id);
      return {
        scopes: all('th:not([scope])').length,
        twice: ids.filter((id, at) => ids.indexOf(id) !== at),
        nowhere: all('a[href^="#"]')
          .map((link) => link.getAttribute('href'))
          .filter((href) => !document.querySelector(`#${CSS.escape(href.slice(1))}`)),
        nameless: all('button, summary, a').filter((element) => !element.textContent.trim()).length,
        drawings: all('svg:not([aria-hidden="true"]):not([role="img"][aria-label])').length,
        labels: all('input').filter((input) => input.labels.length === 0).length,
        live: all('output[aria-live="polite"]').length,
      };
    });
    assert.deepEqual(wrong, {
      scopes: 0,
      twice: [],
      nowhere: [],
      nameless: 0,
      drawings: 0,
      labels: 0,
      live: 1,
    });
    await close();
  });

  test('without JavaScript all is there but the filter', async () => {
    const { page, close } = await open(browser, SMALL, { javaScriptEnabled: false });
    assert.equal(await page.locator('#filter .filter').isVisible(), false);
    assert.ok((await shownRows(page)).length >= 4);
    const closed = page.locator('#failures .sig:not([open]) > summary').first();
    const text = await closed.innerText();
    await closed.click();
    const opened = page.locator('#failures .sig[open]', { hasText: text.split('\n')[0] });
    assert.match(await opened.last().innerText(), /Repeat it/);
    await close();
  });

  test('5,000 attempts are filtered at once', async () => {
    const { page, close } = await open(browser, LARGE);
    assert.match(await page.locator('.counts').innerText(), /5000/);
    const times = await page.evaluate(async () => {
      const field = document.getElementById('q');
      const taken = [];
      for (const text of ['t', 't1', 't11', 'flaky', 'node-22', '', 'nothing at all', '']) {
        const started = performance.now();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        // What was asked for is laid out, too.
        document.body.getBoundingClientRect();
        taken.push(performance.now() - started);
        await new Promise((resolve) => {
          requestAnimationFrame(resolve);
        });
      }
      return taken;
    });
    const median = times.toSorted((a, b) => a - b)[times.length >> 1];
    console.log(`filtering 5,000 attempts: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms`);
    assert.ok(median < AT_ONCE_MS, `a filter takes ${median} ms`);
    await close();
  });
});
