/** A pure rule: which status a product gets when its seller makes or changes it. */
import { PRODUCT_CATEGORIES, type ProductCategory, type ProductStatus } from '@/contracts/product';

type WantedStatus = Exclude<ProductStatus, 'review'>;

interface Change {
  /** Null: it is new. */
  readonly before: ProductStatus | null;
  /** Undefined: the seller did not say. */
  readonly wanted: WantedStatus | undefined;
  /** After the change. */
  readonly category: ProductCategory;
  /** Whether what staff review changes: title, description, category or images. */
  readonly isReworded: boolean;
  /** Whether staff have approved a product of this seller before. */
  readonly isKnownSeller: boolean;
}

/** Staff review a seller's first product, and every product of a reviewed category, each time that it is reworded. */
export function statusAfter({ before, wanted, category, isReworded, isKnownSeller }: Change): ProductStatus {
  const asked = wanted ?? (before === 'review' ? 'active' : (before ?? 'draft'));
  if (asked !== 'active') return asked;
  const isReviewed = PRODUCT_CATEGORIES[category].reviewed;
  if (before === 'active') return isReviewed && isReworded ? 'review' : 'active';
  return isReviewed || !isKnownSeller ? 'review' : 'active';
}
