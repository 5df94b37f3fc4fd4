/** What a money domain exports so that a proof can tell whether its rows and the books agree. */
import type { Context } from '@/context';
import type { Finding } from './tables';

/** Goes over the domain's rows by id, a page at a time; both ways, so that no transfer names a row that is not there. */
export interface MoneyCheck {
  /** As in `ledger_transfers.ref_type`. */
  readonly refType: string;
  /** @param after the last id of the page before; null: from the beginning. `next` null: that was the last page. */
  page(
    ctx: Context,
    after: string | null,
  ): Promise<{ readonly findings: readonly Finding[]; readonly next: string | null }>;
}
