using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tessera.Testing.Services;

/// <summary>Somebody else's server, on this machine: keeps what it gets and answers as it is told.</summary>
public sealed class Partner : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = [];

    private Partner(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>200 unless something else is said.</summary>
    public Func<Received, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Received[] Received => [.. _received];

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <param name="port">One that it had before, when it comes back.</param>
    public static async Task<Partner> StartAsync(int port = 0)
    {
        var partner = new Partner(port);
        await partner._app.StartAsync();
        return partner;
    }

    public string Url(string path = "/hook") => Address + path;

    public void AnswersWith(int status) => Answer = (_, context) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>Waits for so many.</summary>
    public async Task<Received[]> GetsAsync(int count)
    {
        await Eventually.HoldsAsync(
            $"the partner gets {count} messages", () => _received.Count >= count, TimeSpan.FromSeconds(60));
        return Received;
    }

    /// <summary>As a crash: what is under way gets no answer.</summary>
    public async Task KillAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var received = new Received(
            context.Request.Path, await reader.ReadToEndAsync(),
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(),
                StringComparer.OrdinalIgnoreCase));
        _received.Enqueue(received);
        await Answer(received, context);
    }
}

/// <summary>A message as it came.</summary>
public sealed record Received(string Path, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Id => Headers["webhook-id"];

    public string Type => Read("type").GetString()!;

    /// <summary>A member of its data.</summary>
    public string Of(string member) => Read("data").GetProperty(member).ToString();

    private JsonElement Read(string member)
    {
        using var body = JsonDocument.Parse(Body);
        return body.RootElement.GetProperty(member).Clone();
    }
}
