/** Describes a device in a mail. The words come from a closed list, because a client may send any text. */

import type { Speech } from '@/texts/languages';
import type { Texts } from '@/texts/texts';

/** The order matters: most browsers also contain the names of the ones below them. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, keyof Texts['devices']['systems']])[] = [
  [/\biPhone\b/, 'iphone'],
  [/\biPad\b/, 'ipad'],
  [/\bAndroid\b/, 'android'],
  [/\bWindows\b/, 'windows'],
  [/\bCrOS\b/, 'chromeos'],
  [/\bMac OS X\b/, 'mac'],
  [/\bLinux\b/, 'linux'],
];

/** For example `Firefox on Windows` or `an unknown app`. */
export function describeUserAgent({ texts, say }: Speech, userAgent: string | null): string {
  const nameIn = <Name>(list: readonly (readonly [RegExp, Name])[]) =>
    list.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const [browser, system] = [nameIn(BROWSERS), nameIn(SYSTEMS)];
  const { devices } = texts;
  if (system === undefined) return browser ?? say(devices.unknown);
  return say(devices.both, { app: browser ?? say(devices.app), system: say(devices.systems[system]) });
}
