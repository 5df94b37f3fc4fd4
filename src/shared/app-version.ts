/** Versions of apps, by Semantic Versioning. Takes no Context. */
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';

/** No app has a longer version. */
export const VERSION_CHARACTERS_MAX = 64;
/** App stores allow versions of one or two numbers. */
const SHORT = /^v?(\d+)(?:\.(\d+))?$/;

/**
 * The version in its plain form: `v1.2` is `1.2.0`, and `1.2.3-beta.1+5` keeps its pre-release and loses its build,
 * which has no order. Undefined if the text is no version.
 */
export function findVersion(text: string): string | undefined {
  const short = SHORT.exec(text);
  return parse(short ? `${short[1]}.${short[2] ?? 0}.0` : text)?.version;
}

/** A pre-release comes before its release. Both versions come from `findVersion`. */
export function isOlder(one: string, other: string): boolean {
  return compare(one, other) < 0;
}
