using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.MessagingDefaults.Tests;

/// <summary>The driver names what it measures by the address, unless it is given a name.</summary>
public sealed class PostgresNamesTests(PostgresServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_metric_bears_the_address_of_the_database()
    {
        var address = await server.CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(address).Database!;
        var labels = new ConcurrentBag<string>();
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Npgsql") listener.EnableMeasurementEvents(instrument);
            },
        };
        metrics.SetMeasurementEventCallback<double>((_, _, tags, _) => Note(tags));
        metrics.SetMeasurementEventCallback<int>((_, _, tags, _) => Note(tags));
        metrics.SetMeasurementEventCallback<long>((_, _, tags, _) => Note(tags));
        metrics.Start();

        await UseAsync(address);
        metrics.RecordObservableInstruments();

        // Other tests of this process may have pools without a name: theirs are of other databases.
        Assert.Contains(database, labels);
        Assert.Contains("schema", labels);
        Assert.DoesNotContain(labels, label => label.Contains($"Database={database}", StringComparison.Ordinal));

        void Note(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags) labels.Add(tag.Value?.ToString() ?? "");
        }
    }

    private static async Task UseAsync(string address)
    {
        var folder = ScratchFolder.Create("names");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = folder,
            ["Database:Engine"] = "postgres",
            ["Database:ConnectionString"] = address,
        });
        builder.AddMessagingDefaults("orders", _ => { });
        await using (var app = builder.Build())
        {
            await app.Services.GetRequiredService<IMessageStore>().PrepareAsync(Stop);
            await using (await app.Services.GetRequiredService<StartLock>().TakeAsync(Stop))
                await app.Services.GetRequiredService<IMessageStore>().ReadStatisticsAsync(Stop);
        }
        Directory.Delete(folder, recursive: true);
    }
}
