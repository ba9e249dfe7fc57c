import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { CommonSettings } from '../settings/readCommon.js';
import type { EndedTokens } from './endedTokens.js';
import { Problem } from './problem.js';

/** Who calls. */
export interface Caller {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

const tokenLengthMax = 8 * 1024;
const clockToleranceSeconds = 10;

/** Checks access tokens with the keys that Users publishes, and whether what they hang on has ended. */
export class Access {
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;

  constructor(private readonly settings: CommonSettings, private readonly ended: EndedTokens) {
    this.keys = createRemoteJWKSet(new URL('.well-known/jwks', settings.users.address));
  }

  /** Whom the header's token stands for, if it was given for the scope; else a problem is thrown. */
  async check(authorization: string | undefined, scope: string): Promise<Caller> {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > tokenLengthMax) throw this.unauthorized('It needs an access token.');
    const caller = await this.read(token);
    if (!caller.scopes.includes(scope)) {
      throw new Problem(403, `The token was not given for this: it needs the scope ${scope}.`, {
        'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
      });
    }
    return caller;
  }

  /** Operators, and machines that were given the scope. */
  async checkOperator(authorization: string | undefined, scope: string): Promise<Caller> {
    const caller = await this.check(authorization, scope);
    if (!caller.roles.some((role) => role === 'operator' || role === 'machine')) {
      throw new Problem(403, 'It is for operators alone.');
    }
    return caller;
  }

  private async read(token: string): Promise<Caller> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.settings.publicUrl,
        audience: this.settings.audience,
        typ: 'at+jwt',
        algorithms: ['RS256', 'ES256'],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      const refusal = this.ended.refusalOf(payload);
      if (refusal !== null) throw this.unauthorized(`The access token is refused: ${refusal}.`);
      const role = payload['role'];
      return {
        subject: payload.sub ?? '',
        roles: Array.isArray(role) ? role.map(String) : typeof role === 'string' ? [role] : [],
        scopes: typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [],
      };
    } catch (failure) {
      if (failure instanceof Problem) throw failure;
      if (failure instanceof errors.JOSEError && !(failure instanceof errors.JWKSTimeout)) {
        throw this.unauthorized('The access token is refused.');
      }
      throw new Problem(503, 'The keys of access tokens cannot be had at the moment.', { 'retry-after': '1' });
    }
  }

  private unauthorized(detail: string): Problem {
    return new Problem(401, detail, { 'www-authenticate': 'Bearer' });
  }
}
