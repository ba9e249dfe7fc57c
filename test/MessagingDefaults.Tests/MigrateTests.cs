using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.MessagingDefaults.Tests;

/// <summary>Who brings the tables up to date, as <c>Tessera:Migrate</c> says.</summary>
public sealed class MigrateTests : IDisposable
{
    private static readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly TemporaryFolder _folder = new("migrate");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_process_that_only_migrates_makes_the_tables_and_ends_with_0()
    {
        await using var app = Build(SchemaChange.Only);
        Assert.Equal(0, await app.RunServiceAsync());
        Assert.True(HasOrders());
    }

    [Fact]
    public async Task One_that_is_to_find_them_up_to_date_does_not_start_on_others()
    {
        await using var app = Build(SchemaChange.Refuse);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Stop));
        Assert.Contains("0001-orders.sql", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--migrate", refused.Message, StringComparison.Ordinal);
        Assert.False(HasOrders());
    }

    [Fact]
    public async Task One_that_waits_lives_is_not_ready_and_goes_on_when_they_are_made()
    {
        await using var app = Build(SchemaChange.Wait);
        await app.StartAsync(Stop);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(app, "/health/ready")).StatusCode);
        Assert.False(HasOrders());
        await using (var migration = Build(SchemaChange.Only)) Assert.Equal(0, await migration.RunServiceAsync());
        await Eventually.HoldsAsync("the service is ready", async () =>
            (await GetAsync(app, "/health/ready")).StatusCode == HttpStatusCode.OK, null, Stop);
        await app.StopAsync(Stop);
    }

    private static Task<HttpResponseMessage> GetAsync(WebApplication app, string path) => client.GetAsync(
        new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
            + path),
        Stop);

    private bool HasOrders()
    {
        var file = Path.Combine(_folder.Path, "orders", "orders.db");
        if (!File.Exists(file)) return false;
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from sqlite_master where name = 'orders'";
        return (long)command.ExecuteScalar()! == 1;
    }

    /// <summary>With the tables of Orders and the messages of nobody.</summary>
    private WebApplication Build(SchemaChange change)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = _folder.Path,
            ["Tessera:Migrate"] = change.ToString(),
            ["Listen:Http1"] = "127.0.0.1:0",
            ["Listen:Http2"] = "none",
        });
        builder.AddServiceDefaults("orders");
        builder.AddMessagingDefaults("orders", Assembly.Load("Tessera.Orders"), _ => { });
        var app = builder.Build();
        app.MapDefaultEndpoints();
        return app;
    }
}
