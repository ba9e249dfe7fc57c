using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tessera.ServiceDefaults;
using Tessera.Testing;
using Tessera.Testing.Servers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tessera.MessagingDefaults.Tests;

/// <summary>A service whose database is away when it starts.</summary>
public sealed class DatabaseAwayTests(PostgresServer server) : IDisposable
{
    private static readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly TemporaryFolder _folder = new("away");
    private volatile bool _wasAsked;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lives_at_once_says_why_it_is_not_ready_and_applies_its_schema_when_the_database_comes()
    {
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        var target = database.Port;
        database.Port = FreePort.Next();
        await using var app = Build(database.ConnectionString);
        await app.StartAsync(Stop);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Url(app, "/health/live"), Stop)).StatusCode);
        var (status, reason) = await ReadyAsync(app);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("store:", reason, StringComparison.Ordinal);
        var early = await client.GetAsync(Url(app, "/erased"), Stop);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        Assert.Equal("1", early.Headers.RetryAfter?.ToString());
        Assert.False(_wasAsked);

        await using var proxy = new TcpProxy(target, database.Port);
        await Eventually.HoldsAsync("the service is ready", async () =>
            (await ReadyAsync(app)).Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Url(app, "/erased"), Stop)).StatusCode);
        Assert.True(_wasAsked);
        await using var direct = NpgsqlDataSource.Create(database.ConnectionString);
        Assert.Equal(0L, await direct.CreateCommand("select count(*) from orders").ExecuteScalarAsync(Stop));
        await app.StopAsync(Stop);
    }

    [Fact]
    public async Task Lives_too_when_the_database_takes_connections_and_never_answers()
    {
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await using var proxy = new TcpProxy(database.Port);
        proxy.Swallow();
        database.Port = proxy.Port;
        database.Timeout = 300;
        await using var app = Build(database.ConnectionString);
        await app.StartAsync(Stop); // Would wait for five minutes with the database.

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Url(app, "/health/live"), Stop)).StatusCode);
        Assert.Contains("store:", (await ReadyAsync(app)).Reason, StringComparison.Ordinal);
        await app.StopAsync(Stop);
    }

    [Fact]
    public async Task A_schema_script_that_fails_stops_the_start_and_is_named()
    {
        await using var service = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await service.CreateCommand("create table orders (id int)").ExecuteNonQueryAsync(Stop);
        await using var app = Build(service.ConnectionString);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Stop));
        Assert.Contains("The schema script 0001", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>With the tables of Orders and the messages of nobody.</summary>
    private WebApplication Build(string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = _folder.Path,
            ["Listen:Http1"] = "127.0.0.1:0",
            ["Listen:Http2"] = "none",
            ["Database:Engine"] = "postgres",
            ["Database:ConnectionString"] = database,
            ["Messaging:StartDelayMax"] = "00:00:00.200",
        });
        builder.AddServiceDefaults("orders");
        builder.AddMessagingDefaults("orders", Assembly.Load("Tessera.Orders"), _ => { });
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/erased", () => _wasAsked = true).AllowAnonymous();
        return app;
    }

    private static Uri Url(WebApplication app, string path)
    {
        var server = app.Services.GetRequiredService<IServer>();
        var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address + path);
    }

    private static async Task<(HttpStatusCode Status, string Reason)> ReadyAsync(WebApplication app)
    {
        using var answer = await client.GetAsync(Url(app, "/health/ready"), Stop);
        var view = await answer.Content.ReadFromJsonAsync<HealthView>(Stop);
        return (answer.StatusCode, view!.Checks["messaging"].Description ?? "");
    }
}
