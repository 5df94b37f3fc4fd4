/** Checks the discount codes: each counts exactly the uses that are reserved or redeemed. */
import { sql } from 'drizzle-orm';
import { isInRange, type MoneyCheck, nextRange } from '@/ledger/check';
import { discountCodes, discountRedemptions } from './tables';

const CODES_PER_PAGE = 5_000;
const USES_PER_PAGE = 20_000;

export const discountCheck: MoneyCheck = {
  name: 'discount',
  refType: null,
  async page(ctx, after) {
    const range = await nextRange(ctx, after, [
      { column: sql`id`, from: sql`${discountCodes} WHERE true`, perPage: CODES_PER_PAGE },
      { column: sql`code_id`, from: sql`${discountRedemptions} WHERE true`, perPage: USES_PER_PAGE },
    ]);
    const found = await ctx.db.all<{ id: string; uses: number; counted: number }>(sql`
      SELECT id, uses, counted FROM (
        SELECT id, uses, (SELECT count(*) FROM ${discountRedemptions}
          WHERE code_id = ${discountCodes}.id AND state IN ('reserved', 'redeemed')) AS counted
        FROM ${discountCodes} WHERE ${isInRange(sql`id`, range)})
      WHERE uses <> counted ORDER BY id`);
    const findings = found.map(({ id, uses, counted }) => ({
      subject: 'discount',
      id,
      problem: `says ${uses} uses, but has ${counted}`,
    }));
    return { findings, next: range.end };
  },
};
