using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>A database that lets the schema wait, as one does under load or while another replica changes it: the
/// service lives meanwhile, and no loop of it asks for tables that are not there.</summary>
public sealed class SlowDatabaseTests
{
    private static readonly Uri ready = new("/health/ready", UriKind.Relative);

    /// <summary>All at once: each waits for seconds.</summary>
    [Fact]
    public async Task Nothing_asks_a_database_that_has_no_tables_yet()
    {
        var said = await Task.WhenAll(LoneService.Names.Select(row => ComplaintsAsync(row.Data)));
        Assert.Empty(said.SelectMany(each => each));
    }

    /// <summary>Warnings and errors in the log of a service whose tables came late.</summary>
    private static async Task<IReadOnlyList<string>> ComplaintsAsync(string name)
    {
        using var data = new TemporaryFolder("slow");
        using var tokens = new TestTokens();
        tokens.WriteKeys(data.Path);
        if (name == "Users") tokens.WriteSigningKey(data.Path);
        var file = data.File("own.db");
        var held = new FileStream(file + ".schema-lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            // Listens once it has waited for its tables for as long as a start waits.
            await using var service = await ServiceProcess.StartAsync(
                name, data.Path, ("Database:Engine", "sqlite"), ("Database:File", file));
            using var http = new HttpClient { BaseAddress = service.Address };
            using (var waiting = await http.GetAsync(ready))
            {
                Assert.Contains(
                    "store: not prepared yet", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
            await held.DisposeAsync();
            await Eventually.HoldsAsync($"{name} is ready", async () =>
            {
                using var health = await http.GetAsync(ready);
                return health.IsSuccessStatusCode;
            }, Eventually.ProcessBound);
            return [.. service.Log.Split('\n').Where(line => line.Contains(" WRN ", StringComparison.Ordinal)
                || line.Contains(" ERR ", StringComparison.Ordinal)).Select(line => $"{name}: {line}")];
        }
        finally
        {
            await held.DisposeAsync();
        }
    }
}
