import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { escapeHtml } from '../mails/composeMail.js';
import { languageOf, languages, Words, type Language } from '../mails/language.js';
import { isUnneeded, unneeded } from '../mails/mail.js';
import type { Preferred } from '../sending/preferences.js';
import type { Service } from '../service.js';
import type { Access } from './access.js';
import { Problem } from './problem.js';
import { readJsonObject, refuseUnknown } from './readJson.js';

/** What a person wants to be told, and the way out that every mail carries which one can do without. */
export function mapPreferences(server: FastifyInstance, service: Service, access: Access): void {
  const caller = async (request: FastifyRequest, scope: string) => {
    const { subject, roles } = await access.check(request.headers.authorization, scope);
    if (roles.includes('machine')) throw new Problem(403, 'It is for people alone.');
    return subject;
  };
  server.get('/notifications/preferences', async (request) =>
    view(await service.preferences.of(await caller(request, 'users.read'))));
  server.put('/notifications/preferences', async (request) => {
    const user = await caller(request, 'users.write');
    const preferred = readPreferred(readJsonObject(request.body));
    await service.preferences.put(user, preferred);
    return view(preferred);
  });

  // A link that is only looked at stops nothing: what checks mails for danger follows them all. One click is a POST.
  server.get('/notifications/unsubscribe', (request, reply) => {
    readLink(service, request);
    return page(reply, request, service.settings.language, true);
  });
  server.post('/notifications/unsubscribe', async (request, reply) => {
    const { user, kind } = readLink(service, request);
    await service.preferences.stop(user, kind);
    return page(reply, request, service.settings.language, false);
  });
}

function view({ language, unwanted }: Preferred) {
  return { language: language ?? null, unwanted, canBeUnwanted: unneeded };
}

function readPreferred(given: Record<string, unknown>): Preferred {
  refuseUnknown(given, ['language', 'unwanted']);
  const { language = null, unwanted = [] } = given;
  const known = typeof language === 'string' ? languages.find((each) => each === language) : undefined;
  if (language !== null && known === undefined) {
    throw new Problem(400, `language must be one of ${languages.join(', ')}, or null.`);
  }
  if (!Array.isArray(unwanted) || !unwanted.every((kind) => typeof kind === 'string' && isUnneeded(kind))) {
    throw new Problem(400, `unwanted must list some of ${unneeded.join(', ')}; the others must be told.`);
  }
  return { language: known, unwanted: [...new Set(unwanted as string[])].filter(isUnneeded) };
}

function readLink(service: Service, request: FastifyRequest) {
  const link = service.stopLinks.read(request.query as Record<string, unknown>);
  if (link === null) throw new Problem(404, 'This is no link of ours; preferences are changed in your account.');
  return link;
}

function page(reply: FastifyReply, request: FastifyRequest, fallback: Language, asks: boolean) {
  const words = new Words(languageOf(request.headers['accept-language']) ?? fallback);
  const text = escapeHtml(words.text(asks ? 'stop' : 'stopped'));
  const body = asks ? `<form method="post"><button>${text}</button></form>` : `<p>${text}</p>`;
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
    .send(`<!DOCTYPE html>\n<html lang="${words.language}"><head><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width"><title>Tessera</title></head><body>${body}</body></html>\n`);
}
