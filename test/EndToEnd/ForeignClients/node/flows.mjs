// What a foreign application does with the store's identity, by openid-client (certified by the OpenID Foundation).
// One flow per run: node flows.mjs FLOW, with what it needs in the environment. Ends with 0 when all of it went well.
import assert from 'node:assert/strict';
import * as client from 'openid-client';
import { Browser } from './browser.mjs';

const { STORE, EMAIL, PASSWORD, WEB_ID, WEB_SECRET, DEVICE_ID, MACHINE_ID, MACHINE_SECRET, REDIRECT } = process.env;
const options = { execute: [client.allowInsecureRequests] }; // On loopback, without TLS.

const discover = (id, authentication) => client.discovery(new URL(STORE), id, undefined, authentication, options);
const web = () => discover(WEB_ID, client.ClientSecretBasic(WEB_SECRET));

const profile = token => fetch(`${STORE}/api/v1/users/me`, { headers: { Authorization: `Bearer ${token}` } });

async function signIn(browser, url) {
  let page = await browser.open(url);
  if (page.html.includes('name="password"')) {
    page = await browser.submit(page, { email: EMAIL, password: PASSWORD });
  }
  return page;
}

/** Code and PKCE, with the sign-in page and the consent of the person. */
async function authorize(config, browser, scope = 'openid offline_access users.read') {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT, scope, state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  });
  let page = await signIn(browser, url);
  if (page.status === 200) page = await browser.submit(page, {}, { name: 'answer', value: 'yes' });
  assert.ok(page.url.href.startsWith(REDIRECT), `not sent back but at ${page.url} (${page.status}):\n${page.html}`);
  return client.authorizationCodeGrant(
    config, page.url, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
}

async function refused(asked, error) {
  await assert.rejects(asked, failure => {
    // With a 401 the client looks at the challenge instead of the body.
    const named = failure.error ?? failure.cause?.[0]?.parameters?.error;
    return named === error || assert.fail(`${failure}: ${named}`);
  });
}

const flows = {
  async discovery() {
    const known = (await web()).serverMetadata();
    assert.equal(known.issuer.replace(/\/$/, ''), STORE);
    assert.deepEqual(known.code_challenge_methods_supported, ['S256']);
    assert.ok(!known.grant_types_supported.includes('password'));
    for (const name of [
      'authorization', 'token', 'userinfo', 'revocation', 'introspection', 'end_session', 'device_authorization',
    ]) {
      assert.ok(known[`${name}_endpoint`].startsWith(`${STORE}/`), `${name}: ${known[`${name}_endpoint`]}`);
    }
  },

  async code() {
    const config = await web();
    const tokens = await authorize(config, new Browser(REDIRECT));
    const who = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(who.sub, tokens.claims().sub);
    const own = await profile(tokens.access_token);
    assert.equal(own.status, 200);
    assert.equal((await own.json()).email, EMAIL);
  },

  async refresh() {
    const config = await web();
    const first = await authorize(config, new Browser(REDIRECT));
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    const third = await client.refreshTokenGrant(config, second.refresh_token);
    assert.notEqual(third.refresh_token, first.refresh_token);
    assert.equal((await profile(third.access_token)).status, 200);
  },

  async revocation() {
    const config = await web();
    const tokens = await authorize(config, new Browser(REDIRECT));
    assert.equal((await client.tokenIntrospection(config, tokens.refresh_token)).active, true);
    await client.tokenRevocation(config, tokens.refresh_token);
    assert.equal((await client.tokenIntrospection(config, tokens.refresh_token)).active, false);
    await refused(client.refreshTokenGrant(config, tokens.refresh_token), 'invalid_grant');
    await client.tokenRevocation(config, 'nobody-issued-this'); // RFC 7009: no error.
  },

  async machine() {
    const config = await discover(MACHINE_ID, client.ClientSecretBasic(MACHINE_SECRET));
    const tokens = await client.clientCredentialsGrant(config, { scope: 'orders.read' });
    assert.match(tokens.scope ?? 'orders.read', /orders\.read/);
    assert.equal(tokens.refresh_token, undefined);
    await refused(client.clientCredentialsGrant(config, { scope: 'catalog.write' }), 'invalid_scope');
    const wrong = await discover(MACHINE_ID, client.ClientSecretBasic('not-the-secret'));
    await refused(client.clientCredentialsGrant(wrong, {}), 'invalid_client');
  },

  async device() {
    const config = await discover(DEVICE_ID, client.None());
    const asked = await client.initiateDeviceAuthorization(config, { scope: 'openid users.read' });
    assert.ok(asked.verification_uri.startsWith(`${STORE}/`));
    const polling = client.pollDeviceAuthorizationGrant(config, asked);
    const browser = new Browser('none:');
    let page = await signIn(browser, asked.verification_uri_complete ?? asked.verification_uri);
    if (page.html.includes('name="user_code"') && !page.html.includes('name="answer"')) {
      page = await browser.submit(page, { user_code: asked.user_code });
    }
    page = await browser.submit(page, {}, { name: 'answer', value: 'yes' });
    assert.equal(page.status, 200, page.html);
    const tokens = await polling;
    assert.equal((await profile(tokens.access_token)).status, 200);
  },

  async logout() {
    const config = await web();
    const browser = new Browser(REDIRECT);
    const tokens = await authorize(config, browser);
    const state = client.randomState();
    const url = client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: REDIRECT, id_token_hint: tokens.id_token, state,
    });
    let page = await browser.open(url);
    if (page.status === 200) page = await browser.submit(page, {});
    assert.equal(page.url.searchParams.get('state'), state, `not sent back but at ${page.url}:\n${page.html}`);
    await refused(client.refreshTokenGrant(config, tokens.refresh_token), 'invalid_grant');
    // Whoever comes again is asked for the password again.
    const again = await browser.open(client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT, scope: 'openid', state, code_challenge_method: 'S256',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
    }));
    assert.ok(again.html.includes('name="password"'), `still signed in at ${again.url}:\n${again.html}`);
  },
};

const [, , flow] = process.argv;
if (!flows[flow]) throw new Error(`There is no flow ${flow}; there are ${Object.keys(flows).join(', ')}.`);
await flows[flow]();
console.log(`${flow}: well`);
