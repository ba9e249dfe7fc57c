import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { isUuid } from '../events/identity.js';
import { decodeUtf8, readEvents } from '../events/readEvents.js';
import { receivedFrom, type ParkedRow } from '../inbox/parked.js';
import type { Row } from '../store/database.js';
import type { Service } from '../service.js';
import type { Access } from './access.js';
import { actOnParked, type Action } from './parkedActs.js';
import { groupByCause } from './parkedCauses.js';
import { filterNames, readFilter } from './parkedFilter.js';
import { Problem } from './problem.js';
import { readJsonObject, refuseUnknown } from './readJson.js';

const pageSizeMax = 1000;
const pageSizeDefault = 100;
const actsMax = 200;
const actsDefault = 50;
const noteLengthMax = 500;

/** What could not be handled: to be looked at, replayed or discarded; the same shapes as the store's other services. */
export function mapParked(server: FastifyInstance, service: Service, access: Access): void {
  server.get('/messaging/parked', async (request) => {
    await access.checkOperator(request.headers.authorization, 'messaging.read');
    const query = request.query as Record<string, unknown>;
    const filter = readFilter(query);
    const [limit, after] = [readSize(query, 'limit', pageSizeDefault, pageSizeMax), readNumber(query, 'after', 0)];
    const next = filter.values.length + 1;
    const rows = await service.database.rows<ParkedRow>(
      `select * from parked where ${filter.sql} and position > $${next} order by position limit $${next + 1}`,
      ...filter.values, after, limit + 1);
    const items = rows.slice(0, limit);
    return { items: items.map(view), next: rows.length > limit ? String(items.at(-1)?.position) : null };
  });

  server.get('/messaging/parked/causes', async (request) => {
    await access.checkOperator(request.headers.authorization, 'messaging.read');
    return groupByCause(service.database);
  });

  server.get('/messaging/parked/acts', async (request) => {
    await access.checkOperator(request.headers.authorization, 'messaging.read');
    const size = readSize(request.query as Record<string, unknown>, 'size', actsDefault, actsMax);
    const items = await service.database.rows<Row>(
      'select at, action, stream, key, type, event_id as "eventId", reason, keys, messages, done_by as "by", note ' +
        'from parked_acts order by number desc limit $1', size);
    return { items: items.map((item) => ({ ...item, changedTo: null })) };
  });

  for (const action of ['replay', 'discard'] as const) {
    server.post(`/messaging/parked/${action}`, async (request) => {
      const { subject } = await access.checkOperator(request.headers.authorization, 'messaging.write');
      return act(service, action, readJsonObject(request.body), subject);
    });
  }
}

async function act(service: Service, action: Action, given: Record<string, unknown>, by: string) {
  refuseUnknown(given, [...filterNames, 'act', 'all', 'dryRun', 'expected', 'note']);
  const filter = readFilter(given);
  if (filter.isEmpty && given['all'] !== true) {
    throw new Problem(400, `It must say which: ${filterNames.join(', ')}, or "all": true.`);
  }
  const { act: name = null, note = null, expected = null } = given;
  if (name !== null && (typeof name !== 'string' || !isUuid(name))) throw new Problem(400, 'act must be a UUID.');
  if (note !== null && (typeof note !== 'string' || note.length > noteLengthMax || note.includes('\0'))) {
    throw new Problem(400, `note must be a text of at most ${noteLengthMax} characters.`);
  }
  if (expected !== null && !Number.isSafeInteger(expected)) throw new Problem(400, 'expected must be a whole number.');
  const dryRun = given['dryRun'] === true;
  const messages = await actOnParked(
    service.database,
    { action, filter, act: name ?? randomUUID(), expected: (expected as number | null) ?? undefined, dryRun, note, by },
    service.now());
  service.replays.wake();
  return { messages, dryRun };
}

function view(row: ParkedRow) {
  const [arrived] = readEvents(receivedFrom(row));
  return {
    position: row.position,
    eventId: row.identity,
    stream: row.stream,
    key: row.key,
    type: row.type,
    time: row.time,
    traceParent: row.traceparent,
    reason: row.reason,
    attempts: row.attempts,
    parkedAt: row.parked_at,
    // What is parked for its attributes has a body that says something all the same.
    data: parseOrNull(arrived?.readable === true ? arrived.event.data : row.body),
  };
}

function parseOrNull(data: Buffer): unknown {
  try {
    return JSON.parse(decodeUtf8(data) ?? '');
  } catch {
    return null;
  }
}

/** Of a page: who asks for more than there is on one gets one that is full. */
function readSize(query: Record<string, unknown>, name: string, otherwise: number, most: number): number {
  return Math.min(Math.max(readNumber(query, name, otherwise), 1), most);
}

function readNumber(query: Record<string, unknown>, name: string, otherwise: number): number {
  const text = query[name];
  if (text === undefined) return otherwise;
  const value = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new Problem(400, `${name} must be a whole number.`);
  return value;
}
