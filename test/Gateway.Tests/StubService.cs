using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tessera.Gateway.Tests;

/// <summary>A service that shows what reaches it, and misbehaves when told to.</summary>
public sealed class StubService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _next = new(0);
    private readonly SemaphoreSlim _release = new(0);
    private int _seen;
    private int _listeners;
    private int _heldNow;
    private int _abandoned;

    private StubService(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>The targets of those that were echoed, as they came.</summary>
    public ConcurrentQueue<string> Targets { get; } = [];

    /// <summary>Requests that came through, probes not counted.</summary>
    public int Seen => Volatile.Read(ref _seen);

    /// <summary>Whether somebody waits to be told that it stops.</summary>
    public bool IsListenedTo => Volatile.Read(ref _listeners) > 0;

    /// <summary>As a service does that is told to stop: says so to who listens, and is not ready. Completes when they
    /// have hung up.</summary>
    public Task TellStopAsync()
    {
        _stopping.TrySetResult();
        return _hungUp.Task;
    }

    /// <param name="streamsMax">Requests that it takes on one connection; it tracks twice as many, those too that were
    /// answered before they were whole. As many as our services take, unless said.</param>
    public static async Task<StubService> StartAsync(string name, int port = 0, int streamsMax = 20_000)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = streamsMax;
            kestrel.Limits.Http2.InitialStreamWindowSize = 65_535; // So that a body can be under way.
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var stub = new StubService(app);
        app.MapGet("/health/ready", () => stub._stopping.Task.IsCompleted
            ? Results.Json(new { status = "Unhealthy" }, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Ok(new { status = "Healthy", checks = new { }, processId = 1, memoryMegabytes = 10 }));
        app.MapGet("/health/stopping", stub.ListenAsync);
        app.Map("/{area}/lost-by/{who}", async (HttpContext context, string who) =>
        {
            Interlocked.Increment(ref stub._seen);
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            if (who == name || who == "all") context.Abort();
            return new Echo(name, context.Request.Method, context.Request.Path, context.Request.Protocol, [], body);
        });
        app.Map("/{area}/slow", async (CancellationToken stop) => await Task.Delay(Timeout.Infinite, stop));
        app.Map("/{area}/lost", (HttpContext context) =>
        {
            Interlocked.Increment(ref stub._seen);
            context.Abort();
        });
        // Answers what it has not read: the rest of the body is still under way.
        app.Map("/{area}/early/{status:int}", (int status) => status == StatusCodes.Status204NoContent
            ? Results.NoContent()
            : Results.Text("early", statusCode: status));
        app.Map("/{area}/stream", stub.StreamAsync);
        app.Map("/{area}/open", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(":\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.Map("/{area}/held", stub.HoldAsync);
        app.Map("/{area}/deaf", stub.WorkOnAsync);
        app.Map("/{area}/numbered/{**name}", stub.Number);
        app.UseWebSockets();
        app.Map("/{area}/socket", EchoSocketAsync);
        app.Map("/{**path}", async (HttpContext context) =>
        {
            Interlocked.Increment(ref stub._seen);
            stub.Targets.Enqueue(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            return new Echo(name, context.Request.Method, context.Request.Path, context.Request.Protocol,
                context.Request.Headers.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        });
        await app.StartAsync();
        stub.Address = app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return stub;
    }

    private async Task ListenAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted);
        Interlocked.Increment(ref _listeners);
        try
        {
            await _stopping.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("stopping\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            if (_stopping.Task.IsCompleted) _hungUp.TrySetResult();
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    /// <summary>Has the stream say one event more.</summary>
    public void SayNext() => _next.Release();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _next.Dispose();
        _release.Dispose();
    }

    /// <summary>Lets one held request go.</summary>
    public void Release() => _release.Release();

    /// <summary>Requests that wait for <see cref="Release"/>.</summary>
    public int Held => Volatile.Read(ref _heldNow);

    private async Task<string> HoldAsync(CancellationToken stop)
    {
        Interlocked.Increment(ref _seen);
        Interlocked.Increment(ref _heldNow);
        try
        {
            await _release.WaitAsync(stop);
        }
        finally
        {
            Interlocked.Decrement(ref _heldNow);
        }
        return "held";
    }

    /// <summary>Requests that were given up and are worked on until <see cref="Release"/>.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    private async Task<string> WorkOnAsync(CancellationToken stop)
    {
        Interlocked.Increment(ref _seen);
        await using var given = stop.UnsafeRegister(
            static stub => Interlocked.Increment(ref ((StubService)stub!)._abandoned), this);
        await _release.WaitAsync(CancellationToken.None);
        return "done";
    }

    /// <summary>Says the how manieth request it was, so that a kept answer is known by its number.</summary>
    private IResult Number(HttpContext context)
    {
        var number = Interlocked.Increment(ref _seen);
        context.Response.Headers.ETag = "\"3\"";
        if (context.Request.Query["cache"] is [{ } cache]) context.Response.Headers.CacheControl = cache;
        if (context.Request.Headers.IfNoneMatch == "\"3\"") return Results.StatusCode(304);
        return Results.Text(
            JsonSerializer.Serialize(new { number, text = new string('a', 2_000) }), "application/json");
    }

    private static async Task EchoSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1_024];
        while (await socket.ReceiveAsync(buffer, context.RequestAborted) is var part
            && part.MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(
                buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted);
        for (var number = 1; !context.RequestAborted.IsCancellationRequested; number++)
        {
            await _next.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync($"data: {number}\n\n", context.RequestAborted);
        }
    }
}

public sealed record Echo(
    string Service, string Method, string Path, string Protocol, Dictionary<string, string> Headers,
    string? Body = null);
