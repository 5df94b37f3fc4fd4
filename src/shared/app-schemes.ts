/** The URL schemes of the platform's own apps, for links that open an app: `footlight://purchases/…`. */

const SCHEME = /^[a-z][a-z0-9+.-]{1,62}$/;
/** Schemes of browsers and systems: a link with one of them runs, reads or sends something, or opens any web page. */
const NEVER = new Set([
  ...['http', 'https', 'ws', 'wss', 'ftp', 'javascript', 'vbscript', 'data', 'blob', 'file', 'filesystem', 'about'],
  ...['view-source', 'intent', 'android-app', 'content', 'market', 'itms', 'itms-apps', 'itms-services', 'chrome'],
  ...['edge', 'resource', 'jar', 'mailto', 'tel', 'sms', 'facetime', 'mhtml', 'ms-settings', 'ms-msdt', 'search-ms'],
]);
/** Printable ASCII. A URL's parser would remove line breaks and tabs, so a text that has them is not what it seems. */
const PLAIN = /^[\x21-\x7e]+$/;

export function isAppScheme(text: string): boolean {
  return SCHEME.test(text) && !NEVER.has(text);
}

/** Whether the link opens one of these apps. @param schemes in lower case */
export function isAppLink(schemes: readonly string[], link: string): boolean {
  const url = PLAIN.test(link) ? URL.parse(link) : null;
  if (url?.username !== '' || url.password !== '') return false;
  return schemes.some((scheme) => url.protocol === `${scheme}:` && link.toLowerCase().startsWith(`${scheme}://`));
}
