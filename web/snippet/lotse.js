/**
 * Lotse's snippet for web pages: page views, events and who the visitor is, sent to the server that delivered this file.
 *
 *   <script async src="https://lotse.example/lotse.js" data-key="WRITE_KEY" data-consent></script>
 *
 *   data-consent   nothing is sent or stored until lotse.consent(true); calls before it wait in memory
 *   data-pages="off"   page views are not sent by themselves
 *
 *   lotse.page(name?, properties?)   lotse.track(event, properties?)   lotse.identify(userId, traits?)
 *   lotse.consent(granted)   lotse.reset()   lotse.flush()
 *
 * Events wait in localStorage until the server has confirmed them, also while there is no network. Each carries an id of its
 * own, so that one which is sent twice counts once. No cookies; nothing is kept but the events that wait, a random id and what
 * identify() said.
 */
(() => {
  const script = document.currentScript;
  const key = script.dataset.key;
  const address = `${new URL(script.src).origin}/v1/batch`;
  const asksConsent = 'consent' in script.dataset;
  const storeName = `lotse-${key.slice(-8)}`;
  const queueMax = 500;
  const batchMax = 50;
  const beaconBytesMax = 60000;

  /** { anonymousId, userId, consent, queue }: in memory, and in localStorage as far as that is allowed. */
  let state = {};
  let early = [];
  let timer = 0;
  let failures = 0;
  let sending = false;
  let refused = false;

  const randomId = () =>
    crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

  /** Other tabs write, too: each change begins with what is stored. */
  function change(edit) {
    try {
      state = JSON.parse(localStorage.getItem(storeName)) || state;
    } catch {
      // Storage is blocked or broken: memory has to do.
    }
    state.queue = state.queue || [];
    edit(state);
    try {
      localStorage.setItem(storeName, JSON.stringify(state));
    } catch {
      // As above.
    }
  }
  function forget() {
    state = {};
    early = [];
    try {
      localStorage.removeItem(storeName);
    } catch {
      // There was nothing.
    }
  }
  function allowed() {
    if (refused) return false;
    if (!asksConsent || state.consent) return true;
    try {
      state = JSON.parse(localStorage.getItem(storeName)) || state;
    } catch {
      return false;
    }
    return Boolean(state.consent);
  }

  function context() {
    const campaign = {};
    new URLSearchParams(location.search).forEach((value, name) => {
      if (name.startsWith('utm_')) campaign[name === 'utm_campaign' ? 'name' : name.slice(4)] = value;
    });
    const device = /Mobi|Android/i.test(navigator.userAgent) ? 'mobile' : 'desktop';
    return { page: { path: location.pathname, referrer: document.referrer }, campaign, locale: navigator.language, device: { type: device } };
  }

  function add(call) {
    const event = { ...call, messageId: randomId(), timestamp: new Date().toISOString(), context: context() };
    if (allowed()) enqueue(event);
    else if (early.length < batchMax) early.push(event);
  }
  function enqueue(event) {
    change((s) => {
      s.anonymousId = s.anonymousId || randomId();
      if (event.type === 'identify') s.userId = event.userId;
      s.queue = [...s.queue, { anonymousId: s.anonymousId, userId: s.userId, ...event }].slice(-queueMax);
    });
    if (state.queue.length >= batchMax) flush();
    else later(1000);
  }

  function later(milliseconds) {
    if (!timer) timer = setTimeout(flush, milliseconds);
  }
  const body = (batch) => JSON.stringify({ writeKey: key, sentAt: new Date().toISOString(), batch });

  async function flush() {
    clearTimeout(timer);
    timer = 0;
    if (sending || !allowed()) return;
    change(() => {});
    const batch = state.queue.slice(0, batchMax);
    if (!batch.length) return;
    sending = true;
    let wait = Math.min(60000, 1000 * 2 ** failures);
    let done = false;
    try {
      // As plain text, so that the browser needs not ask first.
      const answer = await fetch(address, { method: 'POST', body: body(batch), headers: { 'Content-Type': 'text/plain' }, credentials: 'omit' });
      wait = Math.max(wait, 1000 * (Number(answer.headers.get('Retry-After')) || 0));
      // What the server will never take is not sent again.
      done = answer.status < 500 && answer.status !== 429;
    } catch {
      // No network: the events wait.
    }
    sending = false;
    failures = done ? 0 : failures + 1;
    if (done) {
      const sent = new Set(batch.map((event) => event.messageId));
      if (allowed()) change((s) => (s.queue = s.queue.filter((event) => !sent.has(event.messageId))));
    }
    if ((state.queue || []).length) later(done ? 0 : wait);
  }

  /** The page goes away: what waits is sent without an answer, and again by the next page if that failed. */
  function leave() {
    if (!allowed() || !navigator.sendBeacon) return;
    change(() => {});
    let batch = state.queue.slice(0, batchMax);
    while (batch.length && body(batch).length > beaconBytesMax) batch = batch.slice(0, batch.length / 2);
    if (batch.length) navigator.sendBeacon(address, new Blob([body(batch)], { type: 'text/plain' }));
  }

  const api = {
    page: (name, properties) => add({ type: 'page', name, properties }),
    track: (event, properties) => add({ type: 'track', event, properties }),
    identify: (userId, traits) => add({ type: 'identify', userId: String(userId), traits }),
    consent(granted) {
      refused = !granted;
      if (refused) return forget();
      change((s) => (s.consent = 1));
      const waiting = early;
      early = [];
      waiting.forEach(enqueue);
    },
    /** Another person uses this browser: after signing out. */
    reset: () => change((s) => {
      delete s.anonymousId;
      delete s.userId;
    }),
    flush,
  };

  const before = (window.lotse && window.lotse.q) || [];
  window.lotse = api;
  if (script.dataset.pages !== 'off') api.page();
  before.forEach(([name, ...values]) => api[name] && api[name](...values));
  addEventListener('pagehide', leave);
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave());
  addEventListener('online', flush);
  if (allowed()) later(1000);  // what an earlier page left
})();
