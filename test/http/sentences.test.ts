/** Five sentences that clients of the API's sources look for, to the letter. */
import { expect, it } from 'vitest';
import { PASSWORD } from '#test/support/accounts';
import { type Answer, client } from '#test/support/api';
import { standInForLiveKit } from '#test/support/livekit';
import { asCreator, type Person } from '#test/support/users';

const register = (path: string, email: string) => () => client().post(path, { email, password: PASSWORD });

const SENTENCES: readonly [string, string, (creator: Person) => Promise<Answer>][] = [
  [
    'Registration successful. Please verify your email.',
    'POST /auth/register',
    () =>
      client().post('auth/register', {
        email: 'first.sentence@footlight.test',
        username: 'first_sentence',
        password: PASSWORD,
      }),
  ],
  [
    'Registration successful. Please verify your email.',
    'POST /auth/signup/email',
    register('auth/signup/email', 'second.sentence@footlight.test'),
  ],
  [
    'Stream key created successfully',
    'POST /stream/ingress',
    (creator) => creator.post('stream/ingress', { ingressType: 'RTMP' }),
  ],
  [
    'Stream key deleted successfully',
    'DELETE /stream/ingress',
    async (creator) => {
      await creator.post('stream/ingress', { ingressType: 'RTMP' });
      return creator.delete('stream/ingress');
    },
  ],
  [
    'Stream info updated successfully',
    'PUT /stream/info',
    (creator) => creator.put('stream/info', { title: 'A new title' }),
  ],
  [
    'Chat settings updated successfully',
    'PUT /stream/chat-settings',
    (creator) => creator.put('stream/chat-settings', { isChatEnabled: true }),
  ],
];

it.each(SENTENCES)('"%s" is the message of %s', async (sentence, _, call) => {
  standInForLiveKit();
  const answer = await call(await asCreator());
  expect(answer.body).toMatchObject({ success: true, message: sentence });
});
