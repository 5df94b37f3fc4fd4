import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { anIngress, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, standInForLiveKit } from '#test/support/livekit';
import { ConfigError, type Env, readConfig } from '@/config';
import { openMedia } from '@/providers/open-media';

const APP_ID = '0123456789abcdef0123456789abcdef';
const variables: Partial<Env> = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
  LIVEKIT_URL: 'ws://livekit.test:7880',
  LIVEKIT_API_KEY,
  LIVEKIT_API_SECRET,
  MEDIA_PROVIDER: 'agora',
  AGORA_APP_ID: APP_ID,
  AGORA_APP_CERTIFICATE: 'fedcba9876543210fedcba9876543210',
};
const participant = { room: 'channel-1', identity: 'user-1', name: 'Ada' };

const [JOIN, PUBLISH_AUDIO, PUBLISH_VIDEO, PUBLISH_DATA] = [1, 2, 3, 4];

/** Agora's format `007`, little endian: signature, app id, issued at, lifetime, salt, services with their privileges. */
function readToken(token: string) {
  expect(token.slice(0, 3)).toBe('007');
  const bytes = inflateSync(Buffer.from(token.slice(3), 'base64'));
  let position = 0;
  const uint16 = () => {
    position += 2;
    return bytes.readUInt16LE(position - 2);
  };
  const uint32 = () => {
    position += 4;
    return bytes.readUInt32LE(position - 4);
  };
  const text = () => {
    const length = uint16();
    position += length;
    return bytes.subarray(position - length, position).toString();
  };
  text(); // the signature
  const [appId, , lifetime, , services, service] = [text(), uint32(), uint32(), uint32(), uint16(), uint16()];
  const privileges = new Map<number, number>();
  for (let left = uint16(); left > 0; left -= 1) privileges.set(uint16(), uint32());
  return { appId, lifetime, services, service, privileges, channel: text(), account: text() };
}

describe('with Agora', () => {
  it('a viewer gets two hours to join and no privilege to publish', async () => {
    const now = Date.now();
    const { token, ...rest } = await openMedia(readConfig({ ...variables })).viewerToken(participant, now);
    expect(rest).toEqual({
      provider: 'agora',
      serverUrl: APP_ID,
      room: 'channel-1',
      identity: 'user-1',
      expiresAt: new Date((Math.floor(now / 1_000) + 7_200) * 1_000).toISOString(),
    });
    expect(readToken(token)).toEqual({
      appId: APP_ID,
      lifetime: 7_200,
      services: 1,
      service: 1,
      privileges: new Map([[JOIN, 7_200]]),
      channel: 'channel-1',
      account: 'user-1',
    });
  });

  it('a publisher may publish sound, picture and data', async () => {
    const { token } = await openMedia(readConfig({ ...variables })).publisherToken(participant, Date.now());
    expect([...readToken(token).privileges.keys()].sort()).toEqual([JOIN, PUBLISH_AUDIO, PUBLISH_VIDEO, PUBLISH_DATA]);
  });

  it("the ingress stays LiveKit's", async () => {
    const liveKit = standInForLiveKit();
    await openMedia(readConfig({ ...variables })).createIngress(anIngress());
    expect(liveKit.ingresses.size).toBe(1);
  });

  it('a missing certificate is refused at start', () => {
    expect(() => readConfig({ ...variables, AGORA_APP_CERTIFICATE: '' })).toThrow(ConfigError);
  });
});
