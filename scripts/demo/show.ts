/** A transcript that checks itself: each line is something that happened, and the first that did not ends it. */
import { isDeepStrictEqual } from 'node:util';

export function scene(title: string): void {
  console.log(`\n${title}`);
}

export function tell(line: string): void {
  console.log(`  ${line}`);
}

/** Throws, with both, unless they are the same. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  tell(`✓ ${what}: ${typeof expected === 'object' ? JSON.stringify(expected) : expected}`);
}
