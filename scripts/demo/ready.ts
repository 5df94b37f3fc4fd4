/** Waits for the server: `npm start` listens only once its demo world is complete. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../local/home.ts';

/** Long enough for the first start, which installs packages and builds. */
const WAIT_SECONDS_MAX = 180;
const POLL_MS = 500;
const ANSWER_MS_MAX = 5_000;

export async function waitUntilReady(origin: string): Promise<void> {
  const until = Date.now() + WAIT_SECONDS_MAX * 1_000;
  for (let isFirst = true; ; isFirst = false) {
    const state = await stateOf(origin);
    if (state === 'ready') return;
    if (Date.now() > until) fail(`${origin} ${state}. Start the server first: npm start`);
    if (isFirst)
      console.log(
        `${origin} ${state}. Run \`npm start\` in another terminal. Waiting up to ${WAIT_SECONDS_MAX} seconds …`,
      );
    await sleep(POLL_MS);
  }
}

async function stateOf(origin: string): Promise<string> {
  try {
    const { ok, status } = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return ok ? 'ready' : `responds with ${status}`;
  } catch {
    return 'does not respond yet';
  }
}
