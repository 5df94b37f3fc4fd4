/**
 * Reports unexpected faults to Sentry if `SENTRY_DSN` is set: the error and the request's id, but nothing of the
 * request.
 */
import type { Config } from '@/contracts/config';
import { newId } from '@/shared/ids';
import { describeFault } from '@/shared/log';

/** Sentry's envelope format: https://develop.sentry.dev/sdk/data-model/envelopes/ */
export async function reportFault(config: Config, requestId: string, error: unknown): Promise<void> {
  if (!config.sentryDsn) return;
  const dsn = new URL(config.sentryDsn);
  const eventId = newId().replaceAll('-', '');
  const event = {
    event_id: eventId,
    platform: 'javascript',
    environment: config.environment,
    tags: { requestId },
    exception: {
      values: [{ type: error instanceof Error ? error.name : 'Error', value: describeFault(error) }],
    },
  };
  const lines = [{ event_id: eventId, dsn: config.sentryDsn }, { type: 'event' }, event];
  const response = await fetch(`${dsn.origin}/api${dsn.pathname}/envelope/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-sentry-envelope' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  await response.body?.cancel();
}
