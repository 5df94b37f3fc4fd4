/**
 * Allows providers to send people back only to the platform's own addresses, so that our links cannot redirect
 * elsewhere.
 */
import type { Config } from '@/contracts/config';
import { httpError } from './errors';

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

type Origins = Pick<Config, 'frontendUrl' | 'corsOrigins' | 'publicUrl'>;

/** Throws RETURN_URL_NOT_ALLOWED. @param urls by the name of their field */
export function requireReturnUrls(config: Origins, urls: Readonly<Record<string, string>>): void {
  const origins = originsOf(config);
  const details = Object.entries(urls)
    .filter(([, url]) => !mayReturnTo(origins, url))
    .map(([path]) => ({ path, message: `must be an address at one of ${origins.join(', ')}` }));
  if (details.length > 0) throw httpError('RETURN_URL_NOT_ALLOWED', { details });
}

/** https, or http on the developer's own machine. */
function mayReturnTo(origins: readonly string[], text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname));
  return isSafe && origins.includes(url.origin);
}

function originsOf({ frontendUrl, corsOrigins, publicUrl }: Origins): string[] {
  return [...new Set([...(frontendUrl === undefined ? [] : [frontendUrl]), ...corsOrigins, publicUrl])];
}
