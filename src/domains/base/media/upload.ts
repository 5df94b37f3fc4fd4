/** Reads a form with one small file into memory. */
import { z } from '@hono/zod-openapi';
import { invalid } from '@/http/validation';
import { IS_REQUIRED } from '@/shared/wording';
import { collect } from './file-content';
import { receiveForm } from './form';

interface Upload<F extends z.ZodType> {
  /** The form's name for the file. */
  field: string;
  bytesMax: number;
  /** The form's other fields; none by default. */
  fields?: F;
}

/** Throws FILE_TOO_LARGE, and what `receiveForm` does. */
export async function readUpload<F extends z.ZodType = z.ZodObject>(
  request: Request,
  { field, bytesMax, fields: shape }: Upload<F>,
): Promise<{ bytes: Uint8Array; fields: z.output<F> }> {
  const { files, fields } = await receiveForm(request, {
    field,
    filesMax: 1,
    bytesMax,
    takeFile: (content) => collect(content, bytesMax),
    fields: shape ?? z.strictObject({}),
  });
  const [bytes] = files;
  if (!bytes) throw invalid(field, IS_REQUIRED);
  return { bytes, fields: fields as z.output<F> }; // `shape` parsed it
}
