export const kinds = ['snippet', 'curl', 'segment', 'rudder'] as const;
export type Kind = (typeof kinds)[number];

/** Stands where a write key goes. */
export const placeholder = 'WRITE_KEY';

/** Text to copy: a whole example that sends one event to this server. */
export function example(kind: Kind, host: string, key = placeholder, consent = false): string {
  switch (kind) {
    case 'snippet':
      return `<script async src="${host}/lotse.js" data-key="${key}"${consent ? ' data-consent' : ''}></script>
<script>
  // Calls may come before the file is loaded.
  window.lotse = window.lotse || new Proxy({ q: [] }, {
    get: (own, name) => own[name] || ((...values) => own.q.push([name, ...values])),
  });
  lotse.track('Product Viewed', { product: 'Tariff M', price: 29.9 });
  // After sign-in, with your own customer number:
  // lotse.identify('4711', { plan: 'M' });${consent ? '\n  // When the visitor agrees, and when they change their mind:\n  // lotse.consent(true);   lotse.consent(false);' : ''}
</script>`;
    case 'curl':
      return `curl ${host}/v1/track \\
  -u ${key}: \\
  -H 'Content-Type: application/json' \\
  -d '{
    "userId": "4711",
    "event": "Order Completed",
    "messageId": "order-2041",
    "properties": { "order": "2041", "revenue": 29.9 }
  }'`;
    case 'segment':
      return `// npm install @segment/analytics-node
import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${host}' });
analytics.track({
  userId: '4711',
  event: 'Order Completed',
  properties: { order: '2041', revenue: 29.9 },
});
await analytics.closeAndFlush();`;
    case 'rudder':
      return `// npm install @rudderstack/rudder-sdk-node
import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const analytics = new RudderAnalytics('${key}', { dataPlaneUrl: '${host}' });
analytics.track({
  userId: '4711',
  event: 'Order Completed',
  properties: { order: '2041', revenue: 29.9 },
});
analytics.flush();`;
  }
}
