/** What tests of daily limits look at: what was used, and what the Images binding and the bucket were asked for. */
import { env } from 'cloudflare:workers';
import type { BudgetKind } from '@/domains/base/budgets/tables';

/** By kind, without what was all given back. */
export async function usedBy({ userId }: { readonly userId: string }): Promise<Partial<Record<BudgetKind, number>>> {
  const { results } = await env.DB.prepare('SELECT kind, used FROM daily_budgets WHERE user_id = ? AND used > 0')
    .bind(userId)
    .all<{ kind: BudgetKind; used: number }>();
  return Object.fromEntries(results.map(({ kind, used }) => [kind, used]));
}

/** The Images binding and the bucket as they are, counting what is drawn and what is put. */
export function counting() {
  const calls = { drawn: 0, put: 0 };
  const images = {
    input(...given: Parameters<ImagesBinding['input']>) {
      calls.drawn += 1;
      return env.IMAGES.input(...given);
    },
  };
  const bucket = Object.assign(Object.create(env.MEDIA), {
    async put(...given: Parameters<R2Bucket['put']>) {
      calls.put += 1;
      return env.MEDIA.put(...given);
    },
    head: (key: string) => env.MEDIA.head(key),
    get: (...given: [string, R2GetOptions]) => env.MEDIA.get(...given),
    createMultipartUpload: (...given: Parameters<R2Bucket['createMultipartUpload']>) =>
      env.MEDIA.createMultipartUpload(...given),
  });
  return { calls, bindings: { IMAGES: images, MEDIA: bucket } };
}
