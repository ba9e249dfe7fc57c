import {
  context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Span,
} from '@opentelemetry/api';
import type { ReadEvent } from '../events/received.js';

const tracer = trace.getTracer('Tessera.Notifications');

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
  }, work);
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
