using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.CrashHost;

/// <summary>What the handlers' effects are, in the order in which they were written.</summary>
internal sealed record ScenarioResult(
    IReadOnlyList<(string Key, int Number)> Seen, IReadOnlyList<(string Key, int Number)> Confirmed,
    IReadOnlyList<int> Fired, long Parked)
{
    public static async Task<ScenarioResult> ReadAsync(ScenarioSettings settings)
    {
        using var orders = Scenario.Build(settings, "orders", null);
        using var stock = Scenario.Build(settings, "stock", null);
        return new ScenarioResult(
            await RowsAsync(stock.Services, "seen"),
            await RowsAsync(orders.Services, "confirmed"),
            await stock.Services.GetRequiredService<IDatabase>().QueryAsync(
                "select number from fired order by number", [], row => row.GetInt32(0), default),
            (await stock.Services.GetRequiredService<IMessageStore>().ReadStatisticsAsync(default)).ParkedMessages);
    }

    private static async Task<IReadOnlyList<(string, int)>> RowsAsync(IServiceProvider services, string table) =>
        await services.GetRequiredService<IDatabase>().QueryAsync(
            $"select name, number from {table} order by place", [], row => (row.GetString(0), row.GetInt32(1)), default);
}
