/** The push services of browsers: the only hosts named by users that the server ever calls. Takes no Context. */

/** Chrome and browsers based on it; Safari. */
const HOSTS = ['fcm.googleapis.com', 'web.push.apple.com'];
/** Firefox; Edge. Any host below these. */
const HOST_ENDINGS = ['.push.services.mozilla.com', '.notify.windows.com'];

export function isPushEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password } = new URL(endpoint);
  if (protocol !== 'https:' || port !== '' || username !== '' || password !== '') return false;
  return HOSTS.includes(hostname) || HOST_ENDINGS.some((ending) => hostname.endsWith(ending));
}
