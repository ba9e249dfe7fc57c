using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tessera.Cli.Tests.Tending;

/// <summary>A gateway before services that answer as a test says. Those of the store's own have nothing parked.
/// </summary>
internal sealed class PretendedGateway : IAsyncDisposable
{
    public const string Foreign = "notifications";
    private readonly HttpListener _listener;
    private readonly Task _answering;

    public PretendedGateway()
    {
        (_listener, Address) = Listen();
        _answering = AnswerAsync();
    }

    public Uri Address { get; }

    /// <summary>What <c>/health</c> says of the service in another language; null where it has no place.</summary>
    public string? Replica { get; init; } = """{"status":"Healthy","hasAnswered":true}""";

    /// <summary>Of the service in another language, by what follows its name.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = [];

    /// <summary>Of the store's own services, by the address behind the gateway's prefix.</summary>
    public ConcurrentDictionary<string, string> Own { get; } = [];

    /// <summary>What was asked of that service, with the body.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Close(); // Not stopped before: closing would then take the port once more.
        await _answering;
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var reader = new StreamReader(context.Request.InputStream);
            var (status, body) = Answer(context.Request, await reader.ReadToEndAsync());
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    private (int Status, string Body) Answer(HttpListenerRequest request, string body)
    {
        var path = request.Url!.AbsolutePath;
        if (path == "/connect/token") return (200, """{"access_token":"good","expires_in":600}""");
        if (path == "/health") return (503, Health()); // As of a whole that is not well.
        if (path.StartsWith("/api/v1", StringComparison.Ordinal)
            && Own.TryGetValue(path["/api/v1".Length..], out var own)) return (200, own);
        if (path.Split('/') is not ["", "api", "v1", "services", var service, "messaging", .. var rest])
            return (404, "{}");
        var what = string.Join('/', rest);
        if (service == Foreign)
        {
            Asked.Enqueue($"{request.HttpMethod} {what}{request.Url.Query} {body}".TrimEnd());
            return Answers.GetValueOrDefault(what, (404, "{}"));
        }
        return (200, what switch
        {
            "parked" => """{"items":[],"next":null}""",
            "parked/causes" => """{"causes":[],"isWhole":true}""",
            _ => """{"messages":0,"dryRun":false}""",
        });
    }

    private string Health() => Replica is null
        ? """{"status":"Unhealthy","services":[]}"""
        : $$"""
          {"status":"Unhealthy","services":[{"service":"{{Foreign}}","replica":"{{Foreign}}-1","milliseconds":1,
          "isServed":true,{{Replica[1..]}}]}
          """;

    /// <summary>On a port that nobody else took between its choice and now.</summary>
    private static (HttpListener Listener, Uri Address) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
            free.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address.ToString());
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }
}
