/** Reads the current economy: the newest version. */
import { desc } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
import { builtOnce } from '@/db/built-once';
import { economyVersions } from './tables';

export interface Economy extends EconomyConfig {
  /** Transactions store the version they were made under. */
  readonly version: number;
}

/** For a batch of reads, or alone; one row. */
export function economyQuery(ctx: Context) {
  return newest(ctx, {});
}

const newest = builtOnce((db) =>
  db
    .select({ version: economyVersions.version, config: economyVersions.config })
    .from(economyVersions)
    .orderBy(desc(economyVersions.version))
    .limit(1),
);

export async function readEconomy(ctx: Context): Promise<Economy> {
  return economyOf(await economyQuery(ctx));
}

/** Reads the rows of `economyQuery`. */
export function economyOf([newest]: readonly { version: number; config: EconomyConfig }[]): Economy {
  if (!newest) throw new Error('There is no economy: migration 0009 creates the first version');
  return { version: newest.version, ...newest.config };
}
