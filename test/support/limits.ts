/** Stand-ins of the platform's rate limiter, whose minute begins when the test does. */

/** Grants each key so many calls, and remembers which keys it was asked for. */
export function limiterOf(quota: number) {
  const taken: string[] = [];
  return {
    taken,
    async limit({ key }: { key: string }) {
      taken.push(key);
      return { success: taken.filter((one) => one === key).length <= quota };
    },
  };
}
