// Several issuers in one process, each on a port of its own, that log their one person in without asking.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';
import { Provider } from 'oidc-provider';

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function issuer({ port, subject, acr, client, signed }) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      ...client,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      backchannel_logout_session_required: true,
      ...(signed ? { userinfo_signed_response_alg: 'RS256' } : {}),
    }],
    pkce: { required: () => true },
    acrValues: ['loa2', 'loa3'],
    claims: { openid: ['sub'], profile: ['name'], acr: null, auth_time: null, sid: null },
    cookies: { keys: [randomUUID()] },
    jwks: { keys: [signingKey()] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { ctx.body = form; } },
    },
    // Its own guard lets no call reach this machine, which is where everything is here.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Prov ${id}` }) }),
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  async function interact(req, res) {
    const { params } = await provider.interactionDetails(req, res);
    const demanded = JSON.parse(params.claims ?? '{}').id_token?.acr?.values ?? [acr];
    await provider.interactionFinished(req, res, demanded.includes(acr)
      ? { login: { accountId: subject, acr, amr: ['pwd'] } }
      : { error: 'unmet_authentication_requirements' });
  }
  http.createServer((req, res) => {
    if (!req.url.startsWith('/interaction/')) return answer(req, res);
    return interact(req, res).catch((error) => { res.statusCode = 500; res.end(String(error)); });
  }).listen(port, '127.0.0.1');
}

JSON.parse(process.argv[2]).forEach(issuer);
