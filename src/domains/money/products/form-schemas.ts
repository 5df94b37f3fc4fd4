/** The form that makes a product: texts and files. Its rules are those of `NewProduct`. */
import { z } from '@hono/zod-openapi';
import { anId, NewProduct, PRODUCT_IMAGES_MAX } from './schemas';

const { shape } = NewProduct;
const binary = z.string().openapi({ format: 'binary' });
const NUMBERS = /^\d{1,15}$/;

/** A form only has texts: numbers are written out, null is empty, and lists and objects are JSON. */
function fromText(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (text === '' || text === 'null') return null;
  if (NUMBERS.test(text)) return Number(text);
  try {
    return /^[[{]/.test(text) ? JSON.parse(text) : text;
  } catch {
    return text; // its schema says what it must be
  }
}

const NUMBERS_AND_NULLS: readonly string[] = ['priceMinor', 'stock', 'perBuyerMax'];
const JSON_FIELDS: readonly string[] = ['variants', 'shipping'];

/** A field of JSON may be left empty: it is then absent. */
function readField(name: string, text: unknown): unknown {
  if (JSON_FIELDS.includes(name)) return text === '' ? undefined : fromText(text);
  return NUMBERS_AND_NULLS.includes(name) ? fromText(text) : text;
}

/** The fields of a form, without its files. */
export const NewProductFields = z
  .record(z.string(), z.unknown())
  .transform((form) => Object.fromEntries(Object.entries(form).map(([name, text]) => [name, readField(name, text)])))
  .pipe(NewProduct);

/** Only for the API reference. */
export const NewProductForm = z
  .strictObject({
    title: shape.title,
    description: shape.description,
    kind: shape.kind,
    priceMinor: z.string().openapi({ pattern: '^0{0,3}[1-9]\\d{0,11}$' }),
    currency: shape.currency,
    stock: z.string().optional().openapi({ pattern: '^(\\d{0,6}|1000000)$', description: 'Empty: unlimited.' }),
    category: shape.category,
    variants: z.string().optional().openapi({ description: 'JSON, as in `NewProduct`. Empty: none.' }),
    shipping: z.string().optional().openapi({ description: 'JSON, as in `NewProduct`. Empty: none.' }),
    availableAt: z.iso.datetime({ offset: true }).optional(),
    perBuyerMax: z
      .string()
      .optional()
      .openapi({ pattern: '^([1-9]\\d{0,2}|1000)?$', description: 'Empty: any number.' }),
    status: shape.status,
    imageUploadIds: z.array(anId).optional().openapi({ description: 'Repeat the field for each.' }),
    fileUploadId: anId.optional(),
    images: z.array(binary).max(PRODUCT_IMAGES_MAX).optional(),
    file: binary.optional(),
  })
  .openapi('NewProductForm', {
    example: {
      title: 'Tour shirt',
      priceMinor: '1999',
      currency: 'EUR',
      stock: '40',
      category: 'fashion',
      status: 'draft',
    },
  });
