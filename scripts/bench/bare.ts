/**
 * The baseline for a gift: a Worker that does the same writes in one D1 batch, without sign-in, rules or envelope. The
 * difference to Footlight is the cost of those.
 */

interface Gift {
  readonly id: string;
  readonly senderId: string;
  readonly recipientId: string;
}

const ACCOUNT = (side: string, owner: string, kind: string, unit: string) =>
  `LEFT JOIN ledger_accounts ${side} ON ${side}.owner = ${owner} AND ${side}.kind = '${kind}'
     AND ${side}.unit = '${unit}' AND ${side}.shard = 0`;

const TRANSFER = (kind: string, leg: number, debit: string, credit: string) =>
  `INSERT INTO ledger_transfers (kind, ref_type, ref_id, leg, amount, created_at,
     debit_id, debit_previous_id, debit_balance, credit_id, credit_previous_id, credit_balance)
   SELECT '${kind}', 'gift', ?1, ${leg}, moved.amount, ?3, debit.id, debit.last_transfer_id,
     debit.balance - moved.amount, credit.id, credit.last_transfer_id, credit.balance + moved.amount
   FROM (SELECT CAST(?4 AS INTEGER) AS amount) moved ${debit} ${credit}`;

const STATEMENTS = {
  gift: `INSERT INTO gifts_sent (id, gift_id, quantity, coins, diamonds, sender_id, recipient_id, stream_id, message,
      economy_version, idempotency_key, body_hash, created_at)
    VALUES (?1, ?2, 1, 10, 5, ?3, ?4, NULL, NULL, 1, ?1, 'hash', ?5)`,
  coins: TRANSFER(
    'gift',
    1,
    ACCOUNT('debit', '?2', 'wallet', 'coin'),
    ACCOUNT('credit', "'platform'", 'coins_spent', 'coin'),
  ),
  diamonds: TRANSFER(
    'gift_earning',
    2,
    ACCOUNT('debit', "'platform'", 'diamonds_issued', 'diamond'),
    ACCOUNT('credit', '?2', 'earnings', 'diamond'),
  ),
  day: `INSERT INTO earning_days (user_id, day, source, diamonds, count, last_transfer_id)
    SELECT owner, ?2, 'gift', 5, 1, last_transfer_id
    FROM ledger_accounts WHERE owner = ?1 AND kind = 'earnings' AND unit = 'diamond' AND shard = 0
    ON CONFLICT (user_id, day, source) DO UPDATE SET
      diamonds = diamonds + excluded.diamonds, count = count + 1, last_transfer_id = excluded.last_transfer_id`,
} as const;

/** A gift that migration 0009 inserts. */
const ROSE = '01900000-0000-7000-9001-000000000001';

export class StreamRoom {} // wrangler.toml binds one

export default {
  async fetch(request: Request, env: { DB: D1Database }): Promise<Response> {
    const { id, senderId, recipientId } = await request.json<Gift>();
    const now = Date.now();
    const day = new Date(now).toISOString().slice(0, 10);
    await env.DB.batch([
      env.DB.prepare(STATEMENTS.gift).bind(id, ROSE, senderId, recipientId, now),
      env.DB.prepare(STATEMENTS.coins).bind(id, senderId, now, 10),
      env.DB.prepare(STATEMENTS.diamonds).bind(id, recipientId, now, 5),
      env.DB.prepare(STATEMENTS.day).bind(recipientId, day),
    ]);
    return Response.json({ id });
  },
  queue() {},
  scheduled() {},
};
