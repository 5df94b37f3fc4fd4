/**
 * Creates senders with coins, and a creator who receives gifts. The Worker's own code writes them to the database,
 * because signing up would spend most of the time in scrypt.
 */
import { type Env, readConfig } from '@/config';
import type { Context } from '@/contracts/context';
import { openDatabase } from '@/db/client';
import { insertUser, markEmailVerified, setCreatorStatus } from '@/domains/base/users/write';
import { newSession } from '@/domains/people/auth/sessions';
import { openAccounts, post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const COINS = 100_000_000;

export interface Sender {
  readonly userId: string;
  readonly accessToken: string;
}

export interface Cast {
  readonly creatorId: string;
  readonly senders: readonly Sender[];
}

export async function makeCast(
  database: D1Database,
  vars: Readonly<Record<string, string>>,
  count: number,
): Promise<Cast> {
  const config = readConfig(vars as Partial<Env>); // readConfig ignores unknown names
  // The functions called here only use these fields of a Context.
  const ctx = { config, db: openDatabase(database), now: () => Date.now() } as Context;
  const creatorId = await makeUser(ctx, 'receiver');
  await ctx.db.batch([
    setCreatorStatus(ctx, creatorId, 'APPROVED', 'creator'),
    openAccounts(ctx, [{ owner: creatorId, kind: 'earnings', unit: 'diamond' }]),
  ]);
  const senders: Sender[] = [];
  for (let number = 0; number < count; number += 1) {
    const userId = await makeUser(ctx, `sender${number}`);
    const actor = { userId, email: '', verified: true, role: 'viewer', creatorStatus: 'NONE', staff: null } as const;
    const { insert, tokens } = await newSession(ctx, actor, 'bench');
    const bought = { kind: 'purchase', refType: 'bench', refId: userId, leg: 1, userId, amount: COINS } as const;
    await ctx.db.batch([insert, ...post(ctx, [bought])]);
    senders.push({ userId, accessToken: tokens.accessToken });
  }
  return { creatorId, senders };
}

async function makeUser(ctx: Context, username: string): Promise<string> {
  const id = newId();
  const email = `${username}@bench.test`;
  await ctx.db.batch([
    insertUser(ctx, { id, email, username, displayName: username, role: 'viewer' }),
    markEmailVerified(ctx, { id, emailKey: email }),
  ]);
  return id;
}
