/** The average of a DJ's ratings, exact to two decimals. Takes no Context. */

const HUNDREDTHS = 100;

/** @param sum of all ratings, as integers */
export function averageOf(sum: number, ratingCount: number): { rating: number | null; ratingCount: number } {
  const rating = ratingCount === 0 ? null : Math.round((sum * HUNDREDTHS) / ratingCount) / HUNDREDTHS;
  return { rating, ratingCount };
}
