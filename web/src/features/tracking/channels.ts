/** Channels that systems with live events usually are. */
export const liveChannels = ['web', 'app', 'portal', 'shop', 'mail', 'chat', 'phone', 'system'];
