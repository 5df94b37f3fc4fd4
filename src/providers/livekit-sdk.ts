/** Loads LiveKit's SDK at the first call, and reads how a call failed. */
import { lazy } from '@/shared/lazy';
import { mediaError } from './media-errors';

export const loadSdk = lazy(() => import('livekit-server-sdk'));
export type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** Runs a call. Any failure becomes MEDIA_UNAVAILABLE, with the reason as its cause. */
export async function ask<T>(call: (sdk: Sdk) => Promise<T>): Promise<T> {
  try {
    return await call(await loadSdk());
  } catch (error) {
    const refusal = mediaError('MEDIA_UNAVAILABLE');
    refusal.cause = error;
    throw refusal;
  }
}

/** Returns undefined if LiveKit does not know the object. Checks Twirp's code, because a wrong URL is a 404 too. */
export async function unlessUnknown<T>(sdk: Sdk, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof sdk.ServerError && error.code === 'not_found')) throw error;
    return undefined;
  }
}

/** For deletions: an object that LiveKit does not know is already gone. */
export async function gone(sdk: Sdk, call: () => Promise<unknown>): Promise<void> {
  await unlessUnknown(sdk, call);
}

/** For local development, where LiveKit may not run: if it does not, nobody is in its rooms. */
export async function unlessUnreachable(call: () => Promise<void>): Promise<void> {
  const { ServerError } = await loadSdk();
  try {
    await call();
  } catch (error) {
    const isSilent = error instanceof Error && error.name === 'TimeoutError';
    if (isSilent || error instanceof ServerError) throw error;
  }
}
