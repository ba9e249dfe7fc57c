using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tessera.Webhooks.Bench;

/// <summary>The partners: ninety that are well, and ten that are slow, dead or lying. Each message names when its event
/// was announced.</summary>
internal sealed class Receivers : IAsyncDisposable
{
    private static readonly byte[] garbage = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<(string Endpoint, string Message), double> _delays = new();
    private int _repeated;

    private Receivers(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        _app.MapPost("/good/{number}", TakeAsync);
        // Answers after the time limit.
        _app.MapPost("/slow/{number}", async context => await Task.Delay(Timeout.Infinite, context.RequestAborted));
        _app.MapPost("/endless/{number}", EndlessAsync);
        _app.MapPost("/wrong/{number}", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        _app.MapPost("/round/{number}", context =>
        {
            context.Response.Redirect(context.Request.Path, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        Address = $"http://127.0.0.1:{port}";
    }

    public string Address { get; }

    /// <summary>Of each message once, however often it came; in milliseconds.</summary>
    public ICollection<double> Delays => _delays.Values;

    public int Repeated => _repeated;

    /// <summary>What came so far counts for nothing.</summary>
    public void Forget() => _delays.Clear();

    /// <summary>Slow, dead and lying ones in turn.</summary>
    public IEnumerable<string> BadUrls(int count)
    {
        var dead = FreePort(); // Nobody listens there.
        string[] kinds =
            [$"{Address}/slow", $"http://127.0.0.1:{dead}/dead", $"{Address}/endless", $"{Address}/wrong",
                $"{Address}/round"];
        return Enumerable.Range(0, count).Select(number => $"{kinds[number % kinds.Length]}/{number}");
    }

    public static async Task<Receivers> StartAsync()
    {
        var receivers = new Receivers(FreePort());
        await receivers._app.StartAsync();
        return receivers;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2)); // Slow ones hold their requests.
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        for (var port = 22_600; ; port++)
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException) when (port < 22_699)
            {
                // Taken: the next one.
            }
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = await System.Text.Json.JsonDocument.ParseAsync(context.Request.Body);
        var at = DateTimeOffset.Parse(
            body.RootElement.GetProperty("data").GetProperty("placedAt").GetString()!, CultureInfo.InvariantCulture);
        var delay = (TimeProvider.System.GetUtcNow() - at).TotalMilliseconds;
        var key = (context.Request.Path.Value!, context.Request.Headers["webhook-id"].ToString());
        if (!_delays.TryAdd(key, delay)) Interlocked.Increment(ref _repeated);
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        try
        {
            while (true) await context.Response.Body.WriteAsync(garbage, context.RequestAborted);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // It read what it wanted.
        }
    }
}
