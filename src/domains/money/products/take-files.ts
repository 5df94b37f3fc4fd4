/** Takes the images of a product and the file that its buyers download: from a form, or as uploads sent before. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { LARGE_FILES, PICTURES, PRODUCT_FILE_TYPES } from '@/contracts/file-kinds';
import type { OutboxEvent } from '@/contracts/messages';
import { claimUploads, readImageUpload } from '@/domains/base/media/claim-upload';
import { fileError } from '@/domains/base/media/errors';
import { collect, counted, peek } from '@/domains/base/media/file-content';
import { receiveForm } from '@/domains/base/media/form';
import { inspectType, TYPE_BYTES } from '@/domains/base/media/inspect';
import { storeImage } from '@/domains/base/media/store';
import { storeLarge } from '@/domains/base/media/store-large';
import { invalid } from '@/http/validation';
import { NewProductFields } from './form-schemas';
import { PRODUCT_IMAGES_MAX } from './schemas';

interface ProductFile {
  readonly key: string;
  readonly name: string | null;
}

/** Files that are stored, for the batch that refers to them. */
export interface TakenFiles {
  readonly imageKeys: readonly string[];
  readonly file: ProductFile | undefined;
  /** These come before any write to `products`: see the note at `requireChange`. */
  readonly statements: readonly Statement[];
  readonly events: readonly OutboxEvent[];
}

interface Uploads {
  readonly imageUploadIds?: readonly string[] | undefined;
  readonly fileUploadId?: string | undefined;
}

/** Throws as `claimUploads` and `storeImage` do. */
export async function takeUploads(
  ctx: Context,
  ownerId: string,
  { imageUploadIds = [], fileUploadId }: Uploads,
): Promise<TakenFiles> {
  const imageKeys: string[] = [];
  const statements: Statement[] = [];
  const events: OutboxEvent[] = [];
  // One after another, so that memory holds one of them.
  for (const uploadId of imageUploadIds) {
    const upload = await readImageUpload(ctx, ownerId, uploadId);
    const image = await storeImage(ctx, ownerId, 'product-image', upload.bytes);
    imageKeys.push(image.key);
    statements.push(...upload.statements, ...image.statements);
    events.push(upload.event);
  }
  const [file] = fileUploadId === undefined ? [] : await claimUploads(ctx, ownerId, 'product-file', [fileUploadId]);
  return { imageKeys, file, statements: [...statements, ...(file?.statements ?? [])], events };
}

/** One file of each product, and its images. */
const FORM_FILES_MAX = PRODUCT_IMAGES_MAX + 1;
const FORM_BYTES_MAX = LARGE_FILES['product-file'].bytesMax + PRODUCT_IMAGES_MAX * PICTURES['product-image'].bytesMax;

interface Part {
  readonly field: string;
  readonly key: string;
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** Throws the errors of forms and files. */
export async function receiveProductForm(ctx: Context, ownerId: string, request: Request) {
  let bytesLeft = Number(request.headers.get('content-length') ?? FORM_BYTES_MAX);
  const count = (bytes: number) => {
    bytesLeft -= bytes;
  };
  const { files, fields } = await receiveForm<typeof NewProductFields, Part>(request, {
    field: ['images', 'file'],
    filesMax: FORM_FILES_MAX,
    bytesMax: FORM_BYTES_MAX,
    takeFile: async (content, name, field) => {
      const whole = counted(content, count);
      const { key, statements } =
        field === 'images' ? await takeImage(ctx, ownerId, whole) : await takeFile(ctx, ownerId, whole, bytesLeft);
      return { field, key, name, statements };
    },
    fields: NewProductFields,
    lists: ['imageUploadIds'],
  });
  const images = files.filter(({ field }) => field === 'images');
  const [file, second] = files.filter(({ field }) => field === 'file');
  if (second) throw invalid('file', 'must be one file');
  if (file && fields.fileUploadId !== undefined) throw invalid('fileUploadId', 'goes without a file in the form');
  const uploads = await takeUploads(ctx, ownerId, fields);
  const taken: TakenFiles = {
    imageKeys: [...images.map(({ key }) => key), ...uploads.imageKeys],
    file: file ?? uploads.file,
    statements: [...files.flatMap(({ statements }) => statements), ...uploads.statements],
    events: uploads.events,
  };
  if (taken.imageKeys.length > PRODUCT_IMAGES_MAX) throw invalid('images', `must be at most ${PRODUCT_IMAGES_MAX}`);
  return { fields, taken };
}

async function takeImage(ctx: Context, ownerId: string, content: AsyncIterable<Uint8Array>) {
  return storeImage(ctx, ownerId, 'product-image', await collect(content, PICTURES['product-image'].bytesMax));
}

async function takeFile(ctx: Context, ownerId: string, content: AsyncIterable<Uint8Array>, bytesMax: number) {
  const { start, whole } = await peek(content, TYPE_BYTES);
  const type = await inspectType(start, PRODUCT_FILE_TYPES);
  const contentType = PRODUCT_FILE_TYPES.find((allowed) => allowed === type);
  if (!contentType) throw fileError('FILE_TYPE_NOT_ALLOWED');
  return storeLarge(ctx, { ownerId, kind: 'product-file', contentType, bytesMax, content: whole });
}
