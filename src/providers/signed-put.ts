/**
 * Signs URLs of R2's S3 API, to which a client can upload one object once, or one part of an object. Name, length and
 * expiry are fixed, and so is the type of an object.
 */
import { AwsV4Signer } from 'aws4fetch';
import type { Config } from '@/contracts/config';

type R2 = NonNullable<Config['r2']>;

/** The headers that the client must send unchanged; browsers add the length, which is signed too, themselves. */
interface SignedPut {
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
export async function signPut(r2: R2, { key, contentType, bytes, seconds }: Put, now: number): Promise<SignedPut> {
  // Only creates an object: its bytes cannot change after they were checked.
  const headers = { 'Content-Type': contentType, 'If-None-Match': '*' };
  const url = await sign(r2, { key, query: {}, headers, bytes, seconds }, now);
  return { url, headers };
}

interface PartPut {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Requires no header but the length. @param now milliseconds since the epoch */
export function signPart(r2: R2, { key, uploadId, partNumber, bytes, seconds }: PartPut, now: number): Promise<string> {
  const query = { partNumber: String(partNumber), uploadId };
  return sign(r2, { key, query, headers: {}, bytes, seconds }, now);
}

interface PutRequest {
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly seconds: number;
}

async function sign(
  { accountId, bucket, accessKeyId, secretAccessKey }: R2,
  { key, query, headers, bytes, seconds }: PutRequest,
  now: number,
): Promise<string> {
  const url = new URL(`https://${accountId}.r2.cloudflarestorage.com/${bucket}/${key}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.searchParams.set('X-Amz-Expires', String(seconds));
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
    allHeaders: true, // otherwise type and length stay unsigned
  });
  return (await signer.sign()).url.href;
}
