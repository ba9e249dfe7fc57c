import {
  context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes,
} from '@opentelemetry/api';

const tracer = trace.getTracer('Tessera.Notifications');

/** A request that is answered. */
export interface SeenRequest {
  /** Does what is part of answering it. */
  within<T>(work: () => T): T;
  end(status: number): void;
}

/** A span by the OpenTelemetry conventions for HTTP servers, below the trace of who asks. */
export function beginRequest(
  traceparent: string | undefined, tracestate: string | undefined, method: string, route: string | undefined,
  attributes: Attributes,
): SeenRequest {
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent, tracestate });
  const called = method === '_OTHER' ? 'HTTP' : method;
  const span = tracer.startSpan(route === undefined ? called : `${called} ${route}`, {
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': method, ...(route === undefined ? {} : { 'http.route': route }), ...attributes,
    },
  }, parent);
  const own = trace.setSpan(parent, span);
  return {
    within: (work) => context.with(own, work),
    end: (status) => {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setAttribute('error.type', String(status)).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
