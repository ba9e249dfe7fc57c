using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>A service that has nothing but the defaults and a few endpoints, on free loopback ports.</summary>
public sealed partial class SampleService : IAsyncLifetime
{
    /// <summary>That <c>/handled</c> handles.</summary>
    public const string Event = "01990000-0000-7000-8000-00000000000e";

    private readonly TemporaryFolder _data = new("sample");
    private WebApplication? _app;

    public TestTokens Tokens { get; } = new();

    /// <summary>Beside those that every test needs.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    public PretendedUsers Ended { get; } = new();

    /// <summary>Released for each request of <c>/maybe</c> that the server has begun with.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    public HttpClient Http1 { get; private set; } = null!;

    public HttpClient Http2 { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Tokens.WriteKeys(_data.Path);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = _data.Path,
            ["Listen:Http1"] = "127.0.0.1:0",
            ["Listen:Http2"] = "127.0.0.1:0",
            ["Services:Users"] = "http://127.0.0.1:9",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Services.AddSingleton<IEndedSource>(Ended);
        builder.Services.AddSingleton<IStartupFilter>(new Arrivals(Arrived));
        builder.AddServiceDefaults("sample");
        builder.Services.AddValidation();
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        _app.MapPost("/things", (Thing thing) => TypedResults.Ok(thing)).AllowAnonymous();
        _app.MapGet("/things/{id:guid}", (Guid id, int? page) => TypedResults.Ok(id)).AllowAnonymous();
        _app.MapGet("/timed/{id:guid}", (Guid id) => TypedResults.Ok(id)).AllowAnonymous();
        _app.MapGet("/mine/{owner:guid}", (Guid owner, Caller caller) =>
            caller.MaySee(owner) ? Results.Ok(caller) : Results.Problem(statusCode: 404))
            .RequireAuthorization(Policies.SignedIn).RequireScope(Scopes.OrdersRead);
        _app.MapGet("/operators", (Caller caller) => caller).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.CatalogWrite);
        _app.MapGet("/customers", (Buyer buyer) => buyer).RequireAuthorization(Policies.Customer)
            .RequireScope(Scopes.OrdersWrite);
        _app.MapGet("/unscoped", () => "nobody said what for").RequireAuthorization(Policies.SignedIn);
        _app.MapPost("/made", () => TypedResults.Created("/things/1")).AllowAnonymous();
        _app.MapGet("/names/{name}", (string name, string? search) => TypedResults.Ok(name + search)).AllowAnonymous();
        _app.MapGet("/codes/{sku}", (string sku) => sku).AllowAnonymous();
        _app.MapPost("/codes", (Coded coded) => coded.Sku).AllowAnonymous();
        _app.MapPost("/forms", async (HttpRequest request, CancellationToken stop) =>
            (await request.ReadFormAsync(stop)).Count).AllowAnonymous();
        _app.MapPost("/forms/name", async (HttpRequest request, CancellationToken stop) =>
            (await request.ReadFormAsync(stop))["name"].ToString()).AllowAnonymous();
        _app.MapPost("/maybe", (Thing? thing) => thing is null ? "nothing" : "something").AllowAnonymous();
        _app.MapGet("/undeclared", () => "nobody said who may read this");
        _app.MapGet("/handled/{text}", (string text, ILogger<SampleService> logger) =>
        {
            // As the library does around a handler.
            using var handling = new Activity("process").SetTag("messaging.message.id", Event)
                .SetTag("messaging.destination.name", "things").SetTag("tessera.message.key", "key-of-the-thing")
                .Start();
            LogHandled(logger, text);
        }).AllowAnonymous();
        _app.MapGet("/broken", string () => throw new InvalidOperationException("the secret of line 42"))
            .AllowAnonymous();
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Http1 = new HttpClient(NewHandler()) { BaseAddress = new Uri(addresses[0]) };
        Http2 = new HttpClient(NewHandler())
        {
            BaseAddress = new Uri(addresses[1]),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    [LoggerMessage(LogLevel.Information, "Handled {Text}")]
    private static partial void LogHandled(ILogger logger, string text);

    /// <summary>While anybody in this process listens to traces, which other tests do, a client would put one of its
    /// own in place of the one that a test has given.</summary>
    private static SocketsHttpHandler NewHandler() => new() { ActivityHeadersPropagator = null };

    /// <summary>Under the service's own name.</summary>
    public ILogger Logger => _app!.Services.GetRequiredService<ILogger<SampleService>>();

    public HttpClient Client(int version) => version == 1 ? Http1 : Http2;

    public async Task<HttpResponseMessage> GetAsync(string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return await Http1.SendAsync(request);
    }

    /// <summary>As a process does that is told to end.</summary>
    public async Task StopAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http1?.Dispose();
        Http2?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        Tokens.Dispose();
        _data.Dispose();
    }
}

public sealed record Thing(
    [property: Required, StringLength(10)] string Name,
    [property: Range(1, 100)] int Quantity, IReadOnlyList<Part>? Parts = null);

public sealed record Part([property: Range(1, 5)] int Size);

public sealed record Coded(string Sku);

/// <summary>Users, as far as it tells whom it has erased and which sign-ins have ended.</summary>
public sealed class PretendedUsers : IEndedSource
{
    public IReadOnlyList<Guid> Erased { get; set; } = [];

    public IReadOnlyList<EndedSignIn> SignIns { get; set; } = [];

    public bool IsAway { get; set; }

    public Task<IReadOnlyList<Guid>> FetchErasedAsync(CancellationToken stop) =>
        IsAway ? throw new HttpRequestException("Users is away.") : Task.FromResult(Erased);

    public Task<IReadOnlyList<EndedSignIn>> FetchSignInsAsync(DateTimeOffset? since, CancellationToken stop) =>
        IsAway ? throw new HttpRequestException("Users is away.") : Task.FromResult(SignIns);
}

/// <summary>Before all else.</summary>
internal sealed class Arrivals(SemaphoreSlim arrived) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, go) =>
        {
            if (context.Request.Path == "/maybe") arrived.Release();
            return go(context);
        });
        next(app);
    };
}
