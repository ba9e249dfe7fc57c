using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.CrashHost;

/// <summary>What the handlers' effects are, in the order in which they were written.</summary>
internal sealed record ScenarioResult(
    IReadOnlyList<(string Key, int Number)> Seen, IReadOnlyList<(string Key, int Number)> Confirmed,
    IReadOnlyList<int> Fired, long Parked)
{
    public static async Task<ScenarioResult> ReadAsync(ScenarioSettings settings)
    {
        using var reader = new ScenarioReader(settings);
        return await reader.ReadAsync();
    }
}

/// <summary>Looks into both databases from outside.</summary>
internal sealed class ScenarioReader(ScenarioSettings settings) : IDisposable
{
    private readonly IHost _orders = Scenario.Build(settings, "orders", null);
    private readonly IHost _stock = Scenario.Build(settings, "stock", null);

    public async Task<ScenarioResult> ReadAsync() => new(
        await RowsAsync(_stock, "seen"),
        await RowsAsync(_orders, "confirmed"),
        await _stock.Services.GetRequiredService<IDatabase>().QueryAsync(
            "select number from fired order by number", [], row => row.GetInt32(0), default),
        (await _stock.Services.GetRequiredService<IMessageStore>().ReadStatisticsAsync(default)).ParkedMessages);

    public void Dispose()
    {
        _orders.Dispose();
        _stock.Dispose();
    }

    private static async Task<IReadOnlyList<(string, int)>> RowsAsync(IHost host, string table) =>
        await host.Services.GetRequiredService<IDatabase>().QueryAsync(
            $"select name, number from {table} order by place", [],
            row => (row.GetString(0), row.GetInt32(1)), default);
}
