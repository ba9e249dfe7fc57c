using System.Diagnostics;
using System.Net;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>
/// A stranger's trace does not become ours: whoever chooses the trace id could hide among the traces of others, or
/// decide what is recorded. A request begins a new trace, which is linked to what the client sent; only the store's own
/// pages and clients in <c>Gateway:TrustTraceparentFrom</c> have theirs continued.
/// </summary>
internal sealed class BeginTrace(
    DistributedContextPropagator inner, PagesProof pages, IReadOnlyList<IPNetwork> trusted,
    IHttpContextAccessor? accessor)
    : DistributedContextPropagator
{
    /// <summary>Where the client's word is kept until <see cref="StripHeaders"/> has made the link.</summary>
    public const string ClientsHeader = "X-Tessera-Traceparent";

    public override IReadOnlyCollection<string> Fields => inner.Fields;

    public static IReadOnlyList<IPNetwork> Networks(IReadOnlyList<string> texts, string key) =>
    [
        .. texts.Select(text => IPNetwork.TryParse(text, out var network) ? network
            : throw new InvalidOperationException($"{key} has '{text}': expected a network such as 10.0.0.0/24.")),
    ];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        inner.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        if (IsTrusted() || carrier is not IHeaderDictionary headers || pages.IsIn(headers))
        {
            inner.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
            return;
        }
        (traceId, traceState) = (null, null);
        // Taken away here, before telemetry looks: it reads the headers a second time by itself.
        if (headers.TraceParent is { Count: > 0 } sent) headers[ClientsHeader] = sent;
        headers.Remove("traceparent");
        headers.Remove("tracestate");
        headers.Remove("Request-Id");
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier, PropagatorGetterCallback? getter) => null;

    private bool IsTrusted()
    {
        if (accessor?.HttpContext?.Connection.RemoteIpAddress is not { } client) return false;
        if (client.IsIPv4MappedToIPv6) client = client.MapToIPv4();
        return trusted.Any(network => network.Contains(client));
    }
}
