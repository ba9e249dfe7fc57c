using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>The simulated provider's calls to whoever uses it, in memory as befits a pretended bank: what does not fit
/// or is not taken in a few tries is not told.</summary>
internal sealed partial class SimulatedCallbacks : BackgroundService
{
    public const string Provider = "simulated";

    private const int WaitingMax = 1_000;
    private const int AtOnce = 2;
    private const int TriesMax = 4;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Told> _told = Channel.CreateBounded<Told>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = patience,
        MaxResponseContentBufferSize = 64 * 1024,
    };
    private readonly ProviderSecrets _secrets;
    private readonly Uri? _address;
    private readonly TimeProvider _clock;
    private readonly ILogger<SimulatedCallbacks> _logger;

    public SimulatedCallbacks(
        ProviderSecrets secrets, IOptions<SimulatedProviderOptions> options, TimeProvider clock,
        ILogger<SimulatedCallbacks> logger)
    {
        (_secrets, _clock, _logger) = (secrets, clock, logger);
        if (options.Value.CallbackUrl is { Length: > 0 } address) _address = new Uri(address);
    }

    /// <summary>Tells of it, if anybody wants to hear it. The same happening has the same id, however often it is told.
    /// </summary>
    public void Tell(string type, string charge)
    {
        if (_address is not null) _told.Writer.TryWrite(new Told(type, charge));
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_address is not null) _secrets.MakeFor(Provider);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _address is null
        ? Task.CompletedTask
        : Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => EndlessLoop.RunAsync(
            "Calling back for the simulated provider", CallAllAsync, _clock, _logger, stoppingToken)));

    private async Task CallAllAsync(CancellationToken stop)
    {
        while (await _told.Reader.WaitToReadAsync(stop))
        {
            while (_told.Reader.TryRead(out var told)) await CallAsync(told, stop);
        }
    }

    private async Task CallAsync(Told told, CancellationToken stop)
    {
        var wait = firstWait;
        for (var attempt = 1; ; attempt++)
        {
            string fault;
            try
            {
                using var answer = await SendAsync(told, stop);
                if (answer.IsSuccessStatusCode) return;
                fault = $"it answered {(int)answer.StatusCode}";
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                fault = failure.Message;
            }
            if (attempt == TriesMax)
            {
                Log.NotTaken(_logger, told.Type, told.Charge, fault);
                return;
            }
            await Task.Delay(wait, _clock, stop);
            wait *= 2;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Told told, CancellationToken stop)
    {
        var at = _clock.GetUtcNow();
        var id = $"{told.Type}_{told.Charge}";
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new PaymentCallback(told.Type, new PaymentCallbackData(told.Charge)), JsonSerializerOptions.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, WebhookSignature.Timestamp(at));
        request.Headers.Add(
            WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, at, body, _secrets.KeysOf(Provider)!.Take(1)));
        return await _http.SendAsync(request, stop);
    }

    private sealed record Told(string Type, string Charge);

    private static partial class Log
    {
        [LoggerMessage(EventIds.CallbackNotTaken, LogLevel.Warning,
            "The simulated provider's callback {Type} of charge {Charge} was not taken: {Fault}. Nothing is lost by " +
            "it: the provider is asked anyway")]
        public static partial void NotTaken(ILogger logger, string type, string charge, string fault);
    }
}
