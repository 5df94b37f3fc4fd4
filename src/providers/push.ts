/** Web Push: encrypted for one browser (RFC 8291), signed with our VAPID key (RFC 8292), sent to its push service. */

import { buildPushPayload } from '@block65/webcrypto-web-push';
import type { Config } from '@/contracts/config';
import type { PushProvider } from '@/contracts/push';
import { SECOND_MS } from '@/shared/time';
import { pushServiceError } from './push-errors';

const TIMEOUT_MS = 10 * SECOND_MS;

/** Returns undefined if no keys are configured. */
export function openPush({ vapid }: Config): PushProvider | undefined {
  if (!vapid) return undefined;
  return {
    publicKey: vapid.publicKey,
    async send({ endpoint, p256dh, auth }, text, { topic, ttlSeconds }) {
      const subscription = { endpoint, expirationTime: null, keys: { p256dh, auth } };
      const message = { data: text, options: { topic, ttl: ttlSeconds } };
      const { method, headers, body } = await buildPushPayload(message, subscription, vapid);
      // A push service never redirects us, and nobody else may.
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const call = fetch(endpoint, { method, headers, body, redirect: 'manual', signal });
      const response = await call.catch(() => {
        throw pushServiceError('PUSH_SERVICE_AWAY'); // no connection, or no answer in time
      });
      await response.body?.cancel();
      if (response.ok) return 'sent';
      if (response.status === 404 || response.status === 410) return 'gone';
      if (response.status === 429 || response.status >= 500) throw pushServiceError('PUSH_SERVICE_AWAY');
      return 'refused';
    },
  };
}
