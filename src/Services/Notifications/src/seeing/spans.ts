import {
  context, createContextKey, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes,
  type Context, type Span,
} from '@opentelemetry/api';
import type { ReadEvent } from '../events/received.js';

const tracer = trace.getTracer('Tessera.Notifications');
const handledKey = createContextKey('the event that is handled');

/** Where in the story of the whole something is said: its trace and, inside of a handler, the event. */
export interface Place {
  readonly trace?: string;
  readonly span?: string;
  readonly event?: string;
  readonly stream?: string;
  readonly key?: string;
}

interface Told {
  readonly identity: string;
  readonly key: string;
  readonly traceparent: string | undefined;
}

/** Spans by the OpenTelemetry conventions for messaging; nothing is made while nobody listens. */
export function whileProcessing<T>(
  system: string, stream: string, event: ReadEvent, work: () => Promise<T>): Promise<T> {
  return within(`process ${stream}`, SpanKind.CONSUMER, event.traceparent, event.tracestate, {
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.system': system,
    'messaging.destination.name': stream,
    'messaging.consumer.group.name': 'notifications',
    'messaging.message.id': event.identity,
    'cloudevents.event_type': event.type,
    'tessera.message.key': event.key,
  }, () => context.with(handling(context.active(), stream, event), work));
}

/** For what is said of an event, in its trace, once its handling is over. */
export function inPlaceOf<T>(stream: string, event: Told, work: () => T): T {
  const there = propagation.extract(ROOT_CONTEXT, { traceparent: event.traceparent });
  return context.with(handling(there, stream, event), work);
}

export function currentPlace(): Place {
  const active = context.active();
  const span = trace.getSpanContext(active);
  return {
    ...(span === undefined ? {} : { trace: span.traceId, span: span.spanId }),
    ...(active.getValue(handledKey) as Place | undefined),
  };
}

function handling(where: Context, stream: string, event: Told): Context {
  return where.setValue(handledKey, { event: event.identity, stream, key: event.key } satisfies Place);
}

/** As the standard header says it; undefined outside of a span. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Does the work in a span below the trace that is named. */
export function within<T>(
  name: string, kind: SpanKind, traceparent: string | undefined, tracestate: string | undefined,
  attributes: Attributes, work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent, tracestate });
  return tracer.startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await work(span);
    } catch (failure) {
      const { name: type, message } = failure as Error;
      span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message });
      throw failure;
    } finally {
      span.end();
    }
  });
}
