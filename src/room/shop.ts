/**
 * The shop of a stream in its room: the product that is shown, stock as it changes, and clicks on the stream's own
 * products. The room learns what it has from D1, when it needs it.
 */

import type { Context } from '@/contracts/context';
import type { RoomRefusal } from '@/contracts/room';
import type { RoomCommand } from '@/contracts/room-command';
import { writeEvent } from '@/contracts/room-events/events';
import type { ProductClicks } from '@/contracts/room-figures';
import type { ProductStock } from '@/contracts/room-wire';
import { readOfferedIds, readStock, type Stock } from '@/domains/money/showcase/for-room';
import type { Logger } from '@/shared/log';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import { refuse } from './policy';
import { viewerKey } from './presence';
import { hasEnded } from './relations';
import type { Shown } from './shop-store';
import type { RoomStore } from './store';

/** How often the room reads stock. */
const STOCK_EVERY_MS = SECOND_MS;
/** Before a product is refused, the list is read again, but not more often than this: its command may be on the way. */
const REREAD_EVERY_MS = 10 * SECOND_MS;

interface ShopParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly broadcaster: Broadcaster;
  readonly database: Pick<Context, 'db' | 'now'>;
  readonly log: Logger;
}

export class Shop {
  /** When (ms) stock was last read, as far as this instance knows. */
  #stockReadAt = 0;
  /** The last sent events of each product, as JSON. */
  readonly #sent = new Map<string, string>();
  /** How often the stock of each product changed, to notice changes during a read. */
  readonly #changes = new Map<string, number>();
  /** Changes with each `products-changed`, to notice one during a read. */
  #offerVersion = 0;
  #reading: Promise<void> | undefined;

  constructor(private readonly room: ShopParts) {}

  /** Commands come in any order, so one that is older than the newest is dropped. */
  show({ at, event }: RoomCommand & { type: 'showcase' }): void {
    const { store, broadcaster, database } = this.room;
    if (at <= store.shop.shown.at || (store.setup && hasEnded(store.setup))) return;
    const { showcase } = event;
    const wasShown = store.shop.shown.showcase !== null;
    broadcaster.flush(); // so that the event gets the next number
    store.shop.shown = { at, showcase: showcase && { ...showcase, seq: store.seq + 1 } };
    if (!showcase && !wasShown) return;
    broadcaster.add({ at: database.now(), body: writeEvent(event) });
    if (showcase) this.stockChanged(showcase.product.id); // the event may have been on its way for long
  }

  /** The show is over. */
  close(): void {
    const { shop } = this.room.store;
    if (shop.shown.showcase) shop.shown = { ...shop.shown, showcase: null };
    shop.changed = [];
  }

  productsChanged(): void {
    this.#offerVersion += 1;
    this.room.store.shop.offer = null;
  }

  stockChanged(productId: string): void {
    const { store, agenda, database } = this.room;
    const { setup, shop } = store;
    if (!isShop(setup) || hasEnded(setup)) return;
    this.#changes.set(productId, (this.#changes.get(productId) ?? 0) + 1);
    if (!shop.changed.includes(productId)) shop.changed = [...shop.changed, productId];
    const now = database.now();
    // Never longer than the whole wait, even if the clock was set back.
    const waitMs = Math.min(STOCK_EVERY_MS, Math.max(0, this.#stockReadAt + STOCK_EVERY_MS - now));
    agenda.putBy('stock', now + waitMs);
  }

  /** Reads all changed stock with one statement, and sends what is different. Safe to repeat. */
  async sendStock(): Promise<void> {
    const { store, broadcaster, database } = this.room;
    const productIds = store.shop.changed;
    if (productIds.length === 0) return;
    this.#stockReadAt = database.now();
    const before = new Map(productIds.map((id) => [id, this.#changes.get(id)]));
    const stocks = await readStock(database, productIds);
    // What changed during the read is read again.
    store.shop.changed = store.shop.changed.filter((id) => this.#changes.get(id) !== before.get(id) || !before.has(id));
    for (const stock of stocks) {
      this.#showStock(stock);
      const events = stockEvents(stock);
      const text = JSON.stringify(events);
      if (this.#sent.get(stock.productId) === text) continue;
      this.#sent.set(stock.productId, text);
      broadcaster.tellStock(events);
    }
  }

  /** @returns the refusal, or null. It counts while the stream is live, and not for its creator */
  async click(
    viewer: { readonly kind: 'user' | 'guest'; readonly id: string },
    productId: string,
  ): Promise<RoomRefusal | null> {
    const { store, database } = this.room;
    if (!store.setup || hasEnded(store.setup)) return refuse('ROOM_CLOSED');
    if (!isShop(store.setup) || !(await this.#offers(productId))) return refuse('PRODUCT_NOT_FOUND');
    // The stream may have ended meanwhile.
    if (store.setup?.status === 'live' && viewer.id !== store.hostId)
      store.shop.countClick(productId, viewerKey(viewer), Math.floor(database.now() / MINUTE_MS));
    return null;
  }

  get clicks(): ProductClicks[] {
    const { store } = this.room;
    return store.isPrepared ? store.shop.clicksByProduct() : [];
  }

  /** For those who come: what is shown, with the stock as it was last read. */
  get showcase(): Shown['showcase'] {
    return this.room.store.shop.shown.showcase;
  }

  /** New numbers of the product that is shown. */
  #showStock({ productId, stock, held, sold, variants }: Stock): void {
    const { shop } = this.room.store;
    const { shown } = shop;
    if (shown.showcase?.product.id !== productId) return;
    const { product } = shown.showcase;
    const stockOf = new Map(variants.map(({ id, stock }) => [id, stock]));
    const changed: NonNullable<Shown['showcase']> = {
      ...shown.showcase,
      ...{ stock, held, sold },
      product: {
        ...product,
        stock,
        variants: product.variants.map((variant) => ({ ...variant, stock: stockOf.get(variant.id) ?? variant.stock })),
      },
    };
    if (JSON.stringify(changed) !== JSON.stringify(shown.showcase)) shop.shown = { ...shown, showcase: changed };
  }

  async #offers(productId: string): Promise<boolean> {
    const { store, database } = this.room;
    const has = () => store.shop.offer?.productIds.includes(productId) ?? false;
    if (has()) return true;
    const readAt = store.shop.offer?.readAt;
    const now = database.now();
    if (readAt !== undefined && now >= readAt && now - readAt < REREAD_EVERY_MS) return false;
    // Concurrent clicks share one read.
    this.#reading ??= this.#readOffer().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    return has();
  }

  async #readOffer(): Promise<void> {
    const { store, database, log } = this.room;
    try {
      for (let version = Number.NaN; version !== this.#offerVersion; ) {
        version = this.#offerVersion;
        const readAt = database.now();
        const productIds = await readOfferedIds(database, store.setup?.roomId ?? '');
        if (version === this.#offerVersion && store.isPrepared) store.shop.offer = { productIds, readAt };
      }
    } catch (error) {
      log.fault('room.products', error); // the next click reads it
    }
  }
}

/** Only streams have products. */
function isShop(setup: RoomStore['setup']): setup is NonNullable<RoomStore['setup']> {
  return setup !== undefined && (setup.kind ?? 'stream') === 'stream';
}

/** One for the product, and one for each of its variants if it has options. */
function stockEvents({ productId, stock, held, sold, variants }: Stock): ProductStock[] {
  const type = 'product-stock';
  return [
    { type, productId, stock, held, sold },
    ...variants.map(({ id, ...numbers }) => ({ type, productId, variantId: id, ...numbers }) as const),
  ];
}
