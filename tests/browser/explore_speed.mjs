// How fast a graph of 200 touchpoints and 1,000 connections is drawn: node tests/browser/explore_speed.mjs
// The page and its server are real; only the graph's answer is made here, from a seed. Figures are medians of five runs.
import { openPage, signInQuickly, startBrowser, startServer } from './harness.mjs';
import { bigGraph } from '../../bench/big_graph.mjs';
import { apiOf, csvOf, importCsv, orderLog } from './explore_log.mjs';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const server = await startServer();
const browser = await startBrowser();
try {
  const setup = await openPage(browser, server);
  const api = await apiOf(setup, server);
  const workspace = api.me.workspaces[0];
  await importCsv(setup, api, workspace.id, csvOf(orderLog(20)));
  const graph = bigGraph(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 1000));
  const runs = { first: [], all: [], longest: [], slider: [] };
  for (let turn = 0; turn < 5; turn++) {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.addInitScript(() => {
      globalThis.blocked = [];
      new PerformanceObserver((list) => globalThis.blocked.push(...list.getEntries().map((one) => [one.startTime, one.duration]))).observe({ type: 'longtask', buffered: true });
    });
    let answered = 0;
    await page.route('**/analysis/graph', async (route) => {
      answered = await page.evaluate(() => performance.now());
      await route.fulfill({ json: graph });
    });
    await page.goto(`/w/${workspace.slug}/analyse/ist-journey`);
    await page.waitForFunction(() => document.querySelectorAll('[data-touchpoint]').length > 5 && document.querySelectorAll('path[data-edge]').length > 5);
    const first = await page.evaluate(() => performance.now());
    runs.first.push(first - answered);
    await page.waitForTimeout(1500);
    await page.evaluate(() => (globalThis.blocked.length = 0));
    const [before, after] = await page.evaluate(
      ({ nodes }) =>
        new Promise((resolve) => {
          const button = [...document.querySelectorAll('button')].find((one) => /Alles zeigen/.test(one.textContent));
          const began = performance.now();
          button.click();
          const look = () => (document.querySelectorAll('[data-touchpoint]').length === nodes ? requestAnimationFrame(() => resolve([began, performance.now()])) : requestAnimationFrame(look));
          look();
        }),
      { nodes: graph.nodes.length },
    );
    runs.all.push(after - before);
    await page.waitForTimeout(400);
    runs.longest.push(Math.max(0, ...(await page.evaluate(() => globalThis.blocked.map(([, duration]) => duration)))));
    const slider = page.getByRole('slider', { name: 'Verbindungen' });
    await slider.focus();
    const moved = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const began = performance.now();
          const edges = document.querySelectorAll('path[data-edge]').length;
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', code: 'Home', bubbles: true }));
          const look = () => (document.querySelectorAll('path[data-edge]').length < edges ? resolve(performance.now() - began) : requestAnimationFrame(look));
          look();
        }),
    );
    runs.slider.push(moved);
    await page.context().close();
  }
  const print = (name, list) => console.log(`${name.padEnd(58)} ${median(list).toFixed(0).padStart(6)} ms   (${list.map((one) => one.toFixed(0)).join(', ')})`);
  console.log(`${graph.nodes.length} touchpoints, ${graph.edges.length} connections and those from the start and to the end`);
  print('answer → first readable picture', runs.first);
  print('“show all” → everything is drawn', runs.all);
  print('longest time in which the page could not react', runs.longest);
  print('connections slider to its end → fewer are drawn', runs.slider);
} finally {
  await browser.close();
  await server.stop();
}
