/** Prints the demo's transcript. A check that fails throws, which ends the demo. */
import { isDeepStrictEqual } from 'node:util';

export function scene(title: string): void {
  console.log(`\n${title}`);
}

export function tell(line: string): void {
  console.log(`  ${line}`);
}

/** Prints the line if both values are the same. Otherwise, throws an error with both. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  tell(`✓ ${what}: ${typeof expected === 'object' ? JSON.stringify(expected) : expected}`);
}
