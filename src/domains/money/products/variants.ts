/**
 * Plans what a seller's list of variants does to those that exist. A variant is found by its id, or else by its options;
 * one that is no longer listed is retired if an order names it, and deleted otherwise. So a product has no more variants
 * to read than are listed and were ordered.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { orders } from '@/domains/money/orders/tables';
import { newId } from '@/shared/ids';
import { productError } from './errors';
import type { VariantInput } from './schemas';
import { productVariants, productWaits, type VariantRow } from './tables';

export type NewVariant = Pick<VariantRow, 'id' | 'position' | 'options' | 'priceMinor' | 'stock'>;

interface Changed extends NewVariant {
  /** The stock as the seller's request found it, with the pieces that are offered to people who wait. */
  readonly seen: number | null;
}

export interface VariantPlan {
  readonly added: readonly NewVariant[];
  readonly changed: readonly Changed[];
  readonly retired: readonly string[];
  /** All that stay or are new, in their order. */
  readonly after: readonly NewVariant[];
  /** Whether it has options that none of the existing ones has. */
  readonly isReworded: boolean;
}

type Input = Omit<VariantInput, 'options'> & { readonly options: VariantRow['options'] };

/** The one variant of a product without options. */
export function withoutOptions(stock: number | null | undefined): Input {
  return { options: {}, ...(stock === undefined ? {} : { stock }) };
}

/** Throws VARIANT_NOT_FOUND. @param input has different options */
export function planVariants(existing: readonly VariantRow[], input: readonly Input[]): VariantPlan {
  const byId = new Map(existing.map((variant) => [variant.id, variant]));
  const named = new Set(input.flatMap(({ id }) => id ?? []));
  const byOptions = new Map(
    existing.filter(({ id }) => !named.has(id)).map((variant) => [JSON.stringify(variant.options), variant]),
  );
  const after = input.map(
    ({ id, options, priceMinor, stock }, index): Changed & { readonly was: VariantRow | undefined } => {
      const was = id === undefined ? byOptions.get(JSON.stringify(options)) : byId.get(id);
      if (id !== undefined && !was) throw productError('VARIANT_NOT_FOUND');
      const seen = was ? piecesOf(was) : null;
      return {
        id: was?.id ?? newId(),
        position: index + 1,
        options,
        priceMinor: priceMinor === undefined ? (was?.priceMinor ?? null) : priceMinor,
        stock: stock === undefined ? seen : stock,
        seen,
        was,
      };
    },
  );
  const kept = new Set(after.flatMap(({ was }) => was?.id ?? []));
  const known = new Set(['{}', ...existing.map(({ options }) => JSON.stringify(options))]);
  return {
    after,
    isReworded: after.some(({ options }) => !known.has(JSON.stringify(options))),
    added: after.filter(({ was }) => !was),
    changed: after.filter(({ was, ...next }) => was && differsFrom(was, next)),
    retired: existing.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
  };
}

/** An offer may lapse, so a request that is repeated while people wait must not add its pieces again. */
function piecesOf({ stock, offered }: VariantRow): number | null {
  return stock === null ? null : stock + offered;
}

function differsFrom(was: VariantRow, next: NewVariant): boolean {
  const before = { ...was, stock: piecesOf(was) };
  return (['position', 'priceMinor', 'stock', 'options'] as const).some(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(next[name]),
  );
}

/** Variants of which there are more pieces than the seller's request found: these are offered to those who wait. */
export function raisedIn({ changed }: VariantPlan): string[] {
  return changed.filter(({ stock, seen }) => stock !== null && seen !== null && stock > seen).map(({ id }) => id);
}

/**
 * A stock is changed by the difference to what the seller saw, so that pieces sold meanwhile stay sold. One that was
 * unlimited counts the pieces in open checkouts. The batch fails with the constraint `product_in_stock` if fewer are left
 * than the seller takes out.
 */
export function variantStatements(ctx: Context, productId: string, plan: VariantPlan): Statement[] {
  const { added, changed, retired } = plan;
  return [
    ...(retired.length > 0 ? retire(ctx, retired) : []),
    ...(changed.length > 0 ? change(ctx, changed) : []),
    ...(added.length > 0 ? [insertVariants(ctx, productId, added)] : []),
  ];
}

function retire(ctx: Context, ids: readonly string[]): Statement[] {
  const listed = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const isOrdered = sql`EXISTS (SELECT 1 FROM ${orders} WHERE orders.variant_id = product_variants.id)`;
  return [
    ctx.db.run(sql`DELETE FROM ${productVariants} WHERE id IN ${listed} AND NOT ${isOrdered}`),
    ctx.db.run(sql`UPDATE ${productVariants} SET retired_at = ${int(ctx.now())}, offered = 0 WHERE id IN ${listed}`),
    ctx.db.run(sql`DELETE FROM ${productWaits} WHERE variant_id IN ${listed}`),
  ];
}

function change(ctx: Context, changed: readonly Changed[]): Statement[] {
  const rows = listOf(changed);
  return [
    // Two variants may swap their options, and those of a product are unique at every step.
    ctx.db.run(sql`UPDATE ${productVariants} SET options = json_object('', id)
      WHERE id IN (SELECT value ->> '$.id' FROM json_each(${rows}))`),
    ctx.db.run(sql`UPDATE ${productVariants} SET
        position = next.value ->> '$.position', options = next.value ->> '$.options',
        price_minor = next.value ->> '$.priceMinor',
        stock = CASE
          WHEN next.value ->> '$.stock' IS NULL THEN NULL
          -- Pieces that open checkouts took from an unlimited stock come back to the one that is counted now.
          WHEN stock IS NULL THEN (next.value ->> '$.stock') - held
          ELSE stock + (next.value ->> '$.stock') - (next.value ->> '$.seen') END
      FROM json_each(${rows}) AS next WHERE product_variants.id = next.value ->> '$.id'`),
  ];
}

export function insertVariants(ctx: Context, productId: string, variants: readonly NewVariant[]): Statement {
  return ctx.db.run(sql`INSERT INTO ${productVariants} (id, product_id, position, options, price_minor, stock)
    SELECT value ->> '$.id', ${productId}, value ->> '$.position', value ->> '$.options', value ->> '$.priceMinor',
      value ->> '$.stock'
    FROM json_each(${listOf(variants)})`);
}

/** Options as text, so that equal ones are equal to the database. */
function listOf(variants: readonly (NewVariant & { readonly seen?: number | null })[]): string {
  return JSON.stringify(
    variants.map(({ id, position, options, priceMinor, stock, seen }) => ({
      ...{ id, position, options: JSON.stringify(options), priceMinor, stock, seen },
    })),
  );
}
