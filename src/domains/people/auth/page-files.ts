/** Styles and scripts of the pages that emailed links open. The pages' CSP allows no others. */

export const STYLE = `
body { font: 16px/1.5 system-ui; max-width: 32rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
label { display: block } input { display: block; font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 .75rem }
button { font: inherit; padding: .5rem 1.5rem }
`;

/** Every message is set as text, never as HTML. */
export const SHARED_SCRIPT = `
const byId = (id) => document.getElementById(id);
const say = (text) => { byId('result').textContent = text; };
const show = (id, visible) => { byId(id).hidden = !visible; };

async function post(path, body) {
  for (const button of document.querySelectorAll('button')) button.disabled = true;
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { success, data, error } = await answer.json();
    if (success) return data;
    const details = Array.isArray(error.details) ? error.details.map(({ message }) => message) : [];
    say([error.message, ...details].join(' '));
  } catch {
    say("We couldn't reach the server. Please try again.");
  } finally {
    for (const button of document.querySelectorAll('button')) button.disabled = false;
  }
}

const passwordIn = (form) => new FormData(form).get('password');

function onNewPassword(path, token) {
  byId('renew').addEventListener('submit', async (event) => {
    event.preventDefault();
    const done = await post(path, { token, password: passwordIn(event.target) });
    if (!done) return;
    show('renew', false);
    say('Your new password is set. You can sign in with it now.');
  });
}
`;

export const VERIFY_SCRIPT = `
const verifyPath = location.pathname;

async function verify(body) {
  const done = await post(verifyPath, body);
  if (!done) return;
  show('choices', false);
  if (!done.resetToken) return say('Your email address is verified. You can sign in now.');
  say('Your email address is verified. Choose a new password to sign in with.');
  show('renew', true);
  onNewPassword('../reset-password/confirm', done.resetToken);
}

byId('mine').addEventListener('submit', (event) => {
  event.preventDefault();
  verify({ password: passwordIn(event.target) });
});
byId('without').addEventListener('click', () => verify({}));
byId('reject').addEventListener('click', async () => {
  if (!(await post(verifyPath + '/reject', {}))) return;
  show('choices', false);
  say('The account is deleted. Nobody can sign in with your email address.');
});
`;

export const RESET_SCRIPT = `
const token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', location.pathname);
if (token) onNewPassword('reset-password/confirm', token);
else {
  show('renew', false);
  say('This link is incomplete. Open it from the email again, or request a new one.');
}
`;
