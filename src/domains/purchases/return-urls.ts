/** Where a buyer may be sent after the checkout: to the platform's own addresses, so that no link of ours leads astray. */
import type { Config } from '@/config';
import { purchaseError } from './errors';

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** @param urls by the name of their field. Throws RETURN_URL_NOT_ALLOWED. */
export function demandReturnUrls(config: Config, urls: Readonly<Record<string, string>>): void {
  const details = Object.entries(urls)
    .filter(([, url]) => !mayReturnTo(config, url))
    .map(([path]) => ({ path, message: `must be an https address at one of ${origins(config).join(', ')}` }));
  if (details.length > 0) throw purchaseError('RETURN_URL_NOT_ALLOWED', { details });
}

function mayReturnTo(config: Config, text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname));
  return isSafe && origins(config).includes(url.origin);
}

function origins({ frontendUrl, corsOrigins, publicUrl }: Config): string[] {
  return [...new Set([frontendUrl, ...corsOrigins, publicUrl])];
}
