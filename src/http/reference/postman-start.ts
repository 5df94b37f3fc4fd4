/** The first folder of the Postman collection: it signs in a viewer, a creator and the owner, and keeps their tokens. */

export const VARIABLES = [
  { key: 'demoPassword', value: '', description: 'The password of the demo accounts, as `npm start` prints it.' },
  { key: 'ownerCode', value: '', description: "The code of the owner's authenticator app, as `npm start` prints it." },
  { key: 'creatorEmail', value: 'creator1@footlight.test' },
  { key: 'ownerEmail', value: 'owner@footlight.test' },
  ...['viewerEmail', 'viewerName', 'code', 'challenge', 'soon', 'later'].map((key) => ({ key, value: '' })),
  ...['accessToken', 'creatorToken', 'ownerToken', 'creatorId', 'creatorName'].map((key) => ({ key, value: '' })),
];

const PASSWORD = 'correct horse battery staple';

export function scriptOf(listen: 'prerequest' | 'test', exec: readonly string[]) {
  return { listen, script: { type: 'text/javascript', exec } };
}

const NEW_NAME = [
  'const now = Number(pm.variables.replaceIn("{{$timestamp}}")) * 1000;',
  'const day = 86400000;',
  'pm.collectionVariables.set("soon", new Date(now + day).toISOString());',
  'pm.collectionVariables.set("later", new Date(now + 2 * day).toISOString());',
  'const name = pm.variables.replaceIn("{{$guid}}").slice(0, 8);',
  'pm.collectionVariables.set("viewerName", "viewer_" + name);',
  'pm.collectionVariables.set("viewerEmail", "viewer_" + name + "@footlight.test");',
];

/** Mails of `npm start` are at `/dev/mail`. Elsewhere, set the variable `code` by hand. */
const READ_CODE = [
  'const { data } = pm.response.code === 200 ? pm.response.json() : { data: { items: [] } };',
  'const mail = data.items.find(({ recipient }) => recipient === pm.collectionVariables.get("viewerEmail"));',
  'const [code] = (mail && mail.text.match(/\\b\\d{6}\\b/)) || [];',
  'if (code) pm.collectionVariables.set("code", code);',
];

function keep(variable: string, field = 'accessToken'): string[] {
  return [
    'const { data = {} } = pm.response.json();',
    `if (data.${field}) pm.collectionVariables.set("${variable}", data.${field});`,
  ];
}

/** Later requests follow, read and block this creator. */
const KEEP_CREATOR = [
  ...keep('creatorToken'),
  'if (data.user) pm.collectionVariables.set("creatorId", data.user.id);',
  'if (data.user) pm.collectionVariables.set("creatorName", data.user.username);',
];

function post(name: string, path: string, body: object, test: readonly string[], before?: readonly string[]) {
  return {
    name,
    event: [...(before ? [scriptOf('prerequest', before)] : []), scriptOf('test', test)],
    request: {
      method: 'POST',
      url: `{{origin}}/api/v1${path}`,
      header: [{ key: 'Content-Type', value: 'application/json' }],
      body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } },
      auth: { type: 'noauth' },
    },
  };
}

const email = '{{viewerEmail}}';

export const FIRST_REQUESTS = {
  name: 'Start here',
  description: 'Signs up a viewer, then signs in the demo creator and the owner. Later requests use their tokens.',
  item: [
    post(
      'Sign up a viewer',
      '/auth/signup/email',
      { email, password: PASSWORD, username: '{{viewerName}}' },
      keep('accessToken'),
      NEW_NAME,
    ),
    {
      name: 'Read the code in the development mailbox',
      event: [scriptOf('test', READ_CODE)],
      request: {
        method: 'GET',
        url: '{{origin}}/dev/mail',
        header: [{ key: 'Accept', value: 'application/json' }],
        auth: { type: 'noauth' },
      },
    },
    post('Verify the address', '/auth/verify-email', { email, otp: '{{code}}', password: PASSWORD }, []),
    post('Sign in as the viewer', '/auth/signin/email', { email, password: PASSWORD }, keep('accessToken')),
    post(
      'Sign in as a creator',
      '/auth/signin/email',
      { email: '{{creatorEmail}}', password: '{{demoPassword}}' },
      KEEP_CREATOR,
    ),
    post(
      'Sign in as the owner',
      '/auth/signin/email',
      { email: '{{ownerEmail}}', password: '{{demoPassword}}' },
      keep('challenge', 'challenge'),
    ),
    post(
      "Confirm it is the owner by the authenticator's code",
      '/auth/2fa/verify',
      { challenge: '{{challenge}}', code: '{{ownerCode}}' },
      keep('ownerToken'),
    ),
  ],
};
