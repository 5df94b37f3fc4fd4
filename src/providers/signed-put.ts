/** Signs, by R2's S3 API, an address to which one object may be put once: its name, type, length and time are fixed. */
import { AwsV4Signer } from 'aws4fetch';
import type { Config } from '@/config';

/** What the sender must send as it stands here; browsers add the length, which is signed too, by themselves. */
export interface SignedPut {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Put {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** @param now milliseconds since the epoch */
export async function signPut(
  { accountId, bucket, accessKeyId, secretAccessKey }: NonNullable<Config['r2']>,
  { key, contentType, bytes, seconds }: Put,
  now: number,
): Promise<SignedPut> {
  const url = new URL(`https://${accountId}.r2.cloudflarestorage.com/${bucket}/${key}`);
  url.searchParams.set('X-Amz-Expires', String(seconds));
  // Put where nothing is: what was looked at when it was claimed cannot be other bytes a moment later.
  const headers = { 'Content-Type': contentType, 'If-None-Match': '*' };
  const signer = new AwsV4Signer({
    method: 'PUT',
    url: url.href,
    headers: { ...headers, 'Content-Length': String(bytes) },
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region: 'auto',
    datetime: new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    signQuery: true,
    allHeaders: true, // it leaves type and length unsigned otherwise
  });
  const signed = await signer.sign();
  return { url: signed.url.href, headers };
}
