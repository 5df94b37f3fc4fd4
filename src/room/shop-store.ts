/**
 * The stream's products in the room's storage: which ones it has, the one it shows, those whose stock must be read, and
 * who clicked on which.
 */
import type { Showcase } from '@/contracts/product';
import type { ProductClicks } from '@/contracts/room';
import { Meta } from './meta';
import { rowsOf } from './sql';

/** What the room shows as of `at` (ms), by the event with this seq. Stored as JSON, so its field names never change. */
export interface Shown {
  readonly at: number;
  readonly showcase: (Showcase & { readonly seq: number }) | null;
}

/** The products that the room has, and when (ms) it read them from D1. */
export interface Offer {
  readonly productIds: readonly string[];
  readonly readAt: number;
}

export const NOTHING_SHOWN: Shown = { at: 0, showcase: null };
/** The most rows of `product_clicks`: clicks of anyone who would need another one do not count. */
export const CLICKERS_MAX = 50_000;

const KEYS = { shown: 'showcase', offer: 'products', changed: 'stock-changed' } as const;

export class ShopStore {
  readonly #meta: Meta;
  #shown = NOTHING_SHOWN;
  #offer: Offer | null = null;
  #changed: readonly string[] = [];

  constructor(private readonly sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Requires that the tables exist. */
  load(): void {
    this.#shown = this.#meta.read<Shown>(KEYS.shown) ?? NOTHING_SHOWN;
    this.#offer = this.#meta.read<Offer>(KEYS.offer) ?? null;
    this.#changed = this.#meta.read<string[]>(KEYS.changed) ?? [];
  }

  get shown(): Shown {
    return this.#shown;
  }

  set shown(shown: Shown) {
    this.#shown = shown;
    this.#meta.write(KEYS.shown, shown);
  }

  /** Null if it must be read. */
  get offer(): Offer | null {
    return this.#offer;
  }

  set offer(offer: Offer | null) {
    if (offer === this.#offer) return;
    this.#offer = offer;
    this.#meta.write(KEYS.offer, offer);
  }

  /** The products whose stock must be read. */
  get changed(): readonly string[] {
    return this.#changed;
  }

  set changed(productIds: readonly string[]) {
    if (productIds.length === 0 && this.#changed.length === 0) return;
    this.#changed = productIds;
    this.#meta.write(KEYS.changed, productIds.length > 0 ? productIds : null);
  }

  /** Counts once per viewer, product and minute. @param minute since 1970 */
  countClick(productId: string, viewer: string, minute: number): void {
    // Rows are never deleted, so the highest id is their number.
    this.sql.exec(
      `INSERT INTO product_clicks (product_id, viewer, minute, clicks) SELECT ?1, ?2, ?3, 1
       WHERE ifnull((SELECT max(id) FROM product_clicks), 0) < ?4
         OR EXISTS (SELECT 1 FROM product_clicks WHERE product_id = ?1 AND viewer = ?2)
       ON CONFLICT (product_id, viewer) DO UPDATE SET minute = excluded.minute, clicks = clicks + 1
         WHERE minute < excluded.minute`,
      productId,
      viewer,
      minute,
      CLICKERS_MAX,
    );
  }

  clicksByProduct(): ProductClicks[] {
    return rowsOf<{ productId: string; clicks: number; clickers: number }>(
      this.sql,
      `SELECT product_id AS productId, sum(clicks) AS clicks, count(*) AS clickers FROM product_clicks
       GROUP BY product_id ORDER BY product_id`,
    );
  }
}
