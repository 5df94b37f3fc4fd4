/**
 * Reads the rest of a refused request, since most clients report a broken pipe if the response comes before the body's
 * end.
 */
import type { MiddlewareHandler } from 'hono';
import { SECOND_MS } from '@/shared/time';

/** Beyond these, the server stops reading. */
const BYTES_MAX = 64 * 1_048_576;
const MS_MAX = 10 * SECOND_MS;

export const drainRefused: MiddlewareHandler = async (c, next) => {
  await next();
  const { body } = c.req.raw;
  if (c.res.status >= 400 && body && !body.locked) await drain(body);
};

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  const giveUp = () => reader.cancel().catch(() => undefined);
  const timer = setTimeout(giveUp, MS_MAX);
  try {
    for (let bytes = 0; bytes < BYTES_MAX; ) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await giveUp();
  } catch {
    // The client has disconnected.
  } finally {
    clearTimeout(timer);
  }
}
