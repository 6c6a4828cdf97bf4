// The real SDKs of Segment and RudderStack against the running server: only their address is changed. Every event is found
// exactly once, also where the server is killed with -9 in the middle and the SDK sends again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { Server } from './server.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(async () => {
  await server?.stop();
});

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every name stands once among the touchpoints of the workspace, as analyses see them. */
async function assertFound(names) {
  let wrong;
  for (const deadline = Date.now() + 15_000; ; await pause(100)) {
    const counts = await server.touchpoints();
    wrong = names.filter((name) => counts.get(name) !== 1).map((name) => `${name}: ${counts.get(name) ?? 0}`);
    if (wrong.length === 0 || Date.now() > deadline) break;
  }
  assert.deepEqual(wrong, []);
}
/** Waits until the source has `count` events, and a moment longer: none may come on top. */
async function assertCount(source, count) {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline && (await server.eventsOf(source)) < count; ) await pause(50);
  await pause(300);
  assert.equal(await server.eventsOf(source), count);
}

const sdks = {
  segment: {
    make: (key, errors) => {
      const analytics = new Analytics({ writeKey: key, host: server.url, flushAt: 10, flushInterval: 50, maxRetries: 50 });
      analytics.on('error', (error) => errors.push(error));
      return analytics;
    },
    close: (analytics) => analytics.closeAndFlush({ timeout: 30_000 }),
  },
  rudder: {
    // Its own default waits 100 ms, 200 ms, … between three attempts; a server that starts anew needs longer.
    make: (key, errors) =>
      new RudderAnalytics(key, { dataPlaneUrl: server.url, flushAt: 10, flushInterval: 50, retryCount: 40, axiosRetryConfig: { retryDelay: () => 100 }, logLevel: 'none', errorHandler: (error) => errors.push(error) }),
    close: async (analytics) => {
      while (analytics.queue.length > 0) await analytics.flush();
      await analytics.pendingFlush;
    },
  },
};

for (const [name, sdk] of Object.entries(sdks))
  describe(name, () => {
    it('every call of it arrives once', async () => {
      const source = await server.source(`${name} calls`);
      const errors = [];
      const analytics = sdk.make(source.key, errors);
      for (let i = 0; i < 60; i++) analytics.track({ userId: `u${i % 7}`, event: `${name} ${i}`, properties: { n: i, nested: { deep: true } }, timestamp: new Date(Date.now() - i * 60_000) });
      analytics.identify({ userId: 'u1', traits: { plan: 'gold', email: 'eva@beispiel.de' } });
      analytics.page({ userId: 'u1', name: `${name} home`, properties: { path: '/home' } });
      analytics.screen({ anonymousId: 'a1', name: `${name} basket` });
      analytics.group({ userId: 'u1', groupId: 'g1', traits: { name: 'ACME' } });
      analytics.alias({ userId: 'u1', previousId: 'a1' });
      await sdk.close(analytics);
      await assertCount(source, 65);
      assert.deepEqual(errors, []);
      await assertFound([...Array.from({ length: 60 }, (_, i) => `${name} ${i}`), `page: ${name} home`, `screen: ${name} basket`]);
    });

    it('nothing is lost or doubled where the server is killed in the middle', { timeout: 60_000 }, async () => {
      const source = await server.source(`${name} killed`);
      const errors = [];
      const analytics = sdk.make(source.key, errors);
      const names = Array.from({ length: 400 }, (_, i) => `${name} killed ${i}`);
      let sent = 0;
      const sending = (async () => {
        for (const event of names) {
          analytics.track({ userId: `u${sent++ % 11}`, event });
          if (sent % 4 === 0) await pause(5);
        }
      })();
      for (let kills = 0; kills < 2; kills++) {
        for (const mark = 120 * (kills + 1); sent < mark; ) await pause(1);
        await server.kill('SIGKILL');
        await pause(150);
        await server.run();
      }
      await sending;
      await sdk.close(analytics);
      await assertCount(source, names.length);
      assert.deepEqual(errors, []);
      await assertFound(names);
    });
  });

it('a wrong key is an error that the SDK tells', async () => {
  const errors = [];
  const analytics = sdks.segment.make('lotse_wk_nonsense', errors);
  analytics.track({ userId: 'u', event: 'never' });
  await sdks.segment.close(analytics);
  assert.equal(errors.length, 1);
});
