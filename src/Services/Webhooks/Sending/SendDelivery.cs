using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Webhooks;

/// <summary>One attempt. No transaction is open meanwhile, and whatever happens out there, it ends in time.</summary>
internal sealed class SendDelivery : IDisposable
{
    private const int AnswerBytesMax = 2_048;
    private const int HeadersKilobytesMax = 16;
    private static readonly TimeSpan askedWaitMax = TimeSpan.FromDays(1);
    private static readonly ActivitySource source = new("Tessera.Webhooks");

    private readonly EndpointSecrets _secrets;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    public SendDelivery(
        EndpointSecrets secrets, ConnectOutside connect, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        (_secrets, _options, _clock) = (secrets, options.Value, clock);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = connect.ConnectAsync,
            MeterFactory = new Unheard(), // .NET's own have the host for a label, and partners choose theirs.
            UseProxy = false, // A proxy would look up names itself, and where they lead to we would not see.
            UseCookies = false,
            AllowAutoRedirect = false, // The address that was registered, and no other.
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = HeadersKilobytesMax,
            MaxResponseDrainSize = AnswerBytesMax,
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(200),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // A name that leads elsewhere is followed soon.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            MaxConnectionsPerServer = _options.DeliveriesPerEndpointMax * 4,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // Each attempt has a bound of its own.
        };
    }

    public async Task<DeliveryAnswer> HandleAsync(DeliveryClaim claim, CancellationToken stop)
    {
        var at = _clock.GetUtcNow();
        var started = _clock.GetTimestamp();
        ActivityContext.TryParse(claim.TraceParent, null, isRemote: true, out var parent);
        using var span = source.StartActivity("deliver webhook", ActivityKind.Client, parent);
        span?.SetTag("tessera.webhook.type", claim.Type).SetTag("tessera.webhook.id", MessageId.Text(claim.Id));
        using var patience = new CancellationTokenSource(_options.AnswerTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        try
        {
            using var request = RequestOf(claim, at);
            using var answer = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)answer.StatusCode;
            var text = await ReadAsync(answer, either.Token);
            if (answer.IsSuccessStatusCode) return Done(status, null, text, null);
            span?.SetStatus(ActivityStatusCode.Error)
                .SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            return Done(status, FaultOf(answer), text, AskedWait(answer, at));
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().FullName);
            return Done(null, Words(failure, patience.IsCancellationRequested), null, null);
        }

        DeliveryAnswer Done(int? status, string? fault, string? text, TimeSpan? wait) =>
            new(claim, at, _clock.GetElapsedTime(started), status, fault, text, wait);
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage RequestOf(DeliveryClaim claim, DateTimeOffset at)
    {
        var address = new Uri(claim.Endpoint.Url);
        var isInsideAllowed = _options.AllowPrivate || CheckEndpoint.IsOwn(address, _options);
        if (CheckEndpoint.FaultOf(address, isInsideAllowed) is { } fault) throw new HttpRequestException(fault);
        var id = MessageId.Text(claim.Id);
        var body = Encoding.UTF8.GetBytes(claim.Body);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, WebhookSignature.Timestamp(at));
        request.Headers.Add(
            WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, at, body, KeysOf(claim.Endpoint, at)));
        request.Headers.UserAgent.ParseAdd("Tessera-Webhooks/1.0");
        return request;
    }

    private IEnumerable<byte[]> KeysOf(Endpoint endpoint, DateTimeOffset at)
    {
        var current = _secrets.KeyOf(endpoint.Secret);
        yield return current;
        if (endpoint.PreviousSecret is not { } previous || endpoint.PreviousUntil <= at) yield break;
        // Whoever asked for a new secret because the keys were lost is not to wait for the old one's end.
        if (_secrets.KeyOrNullOf(previous) is not { } before) yield break;
        yield return before;
        // Once more: a package for .NET that partners use (StandardWebhooks 1.1.2) never finds the last of several.
        yield return current;
    }

    /// <summary>The beginning of it, for people. The rest is not read, however long it is.</summary>
    private static async Task<string?> ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var buffer = new byte[AnswerBytesMax];
        await using var stream = await answer.Content.ReadAsStreamAsync(stop);
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        if (length == 0) return null;
        // What no database takes, and what would move a reader's cursor, is shown as a space.
        return string.Concat(Encoding.UTF8.GetString(buffer, 0, length)
            .Select(letter => char.IsControl(letter) && letter is not ('\n' or '\t') ? ' ' : letter));
    }

    private static string FaultOf(HttpResponseMessage answer) => (int)answer.StatusCode is >= 300 and < 400
        ? $"It answered {(int)answer.StatusCode}: redirections are not followed."
        : $"It answered {(int)answer.StatusCode}.";

    private static TimeSpan? AskedWait(HttpResponseMessage answer, DateTimeOffset at)
    {
        var asked = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - at,
            _ => (TimeSpan?)null,
        };
        return asked > askedWaitMax ? askedWaitMax : asked;
    }

    /// <summary>What the partner may read: where a name of ours leads to is none of it.</summary>
    private string Words(Exception failure, bool isLate) => failure switch
    {
        _ when isLate => $"There was no answer within {_options.AnswerTimeout.TotalSeconds:0.#} s.",
        _ when Forbidden(failure) is { } forbidden => forbidden.Message,
        CryptographicException => "The secret of the endpoint cannot be read any more. Ask for a new one.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "There is no TLS connection: its certificate or its protocol was refused.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            "The name of the host is not known.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "It could not be connected to.",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request =>
            $"The answer was none ({request.HttpRequestError}).",
        HttpRequestException { InnerException: null } request => request.Message,
        HttpIOException or IOException => "The connection broke before the answer was whole.",
        _ => "It could not be sent.",
    };

    /// <summary>Meters that nobody listens to. What is delivered and what is not, Webhooks counts itself.</summary>
    private sealed class Unheard : IMeterFactory
    {
        private readonly Meter _meter = new("webhooks.unheard");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }

    private static ForbiddenAddressException? Forbidden(Exception? failure)
    {
        while (failure is not (null or ForbiddenAddressException)) failure = failure.InnerException;
        return (ForbiddenAddressException?)failure;
    }
}

/// <param name="Status">Null when there was no answer.</param>
/// <param name="Fault">What was wrong, in words; null when it was taken.</param>
/// <param name="Wait">How long the endpoint asked to be left alone.</param>
internal sealed record DeliveryAnswer(
    DeliveryClaim Claim, DateTimeOffset At, TimeSpan Took, int? Status, string? Fault, string? Text, TimeSpan? Wait)
{
    public bool IsTaken => Fault is null;

    /// <summary>Nobody wants to hear anything there any more (RFC 9110 §15.5.11).</summary>
    public bool IsGone => Status == 410;
}
