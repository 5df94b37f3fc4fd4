/** The bundle as it is deployed, with what wrangler.toml says and no secret: it starts, refuses, and says why. */
import { expect, it } from 'vitest';
import { variableNames } from '@/config/variables';
import { ensureBuilt } from '../../scripts/local/bundle';
import { startWorker } from '../../scripts/local/miniflare';

/** A developer's `.dev.vars` is read by wrangler too; an empty variable is one that is not set. */
const nothing = Object.fromEntries(variableNames.map((name) => [name, '']));

it('a server with nothing configured answers no request, and its log lists everything that is missing', async () => {
  await ensureBuilt();
  const logged: string[] = [];
  const server = await startWorker({ bindings: nothing, onLog: (_level, message) => logged.push(message) });
  try {
    for (const path of ['/', '/health', '/api/v1/stream/live', '/media/avatar/x', '/dev/mail', '/api/v1/docs']) {
      const response = await server.dispatchFetch(`http://localhost${path}`);
      const body = await response.text();
      expect([response.status, JSON.parse(body).error.code]).toEqual([503, 'MISCONFIGURED']);
      expect(body).not.toMatch(/JWT_SECRET|ENCRYPTION_KEY/);
    }
  } finally {
    await server.dispose();
  }
  const [message = ''] = logged;
  for (const name of ['JWT_SECRET', 'ENCRYPTION_KEY', 'PUBLIC_URL', 'MAIL_FROM', 'RESEND_API_KEY', 'STRIPE_SECRET_KEY'])
    expect(message).toContain(`${name} `);
  for (const name of ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']) expect(message).toContain(name);
  expect(message).not.toMatch(/FRONTEND_URL|CORS_ORIGIN|OWNER_EMAIL/);
});
