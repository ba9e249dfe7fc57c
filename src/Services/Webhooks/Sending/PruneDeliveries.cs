using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Webhooks;

/// <summary>Removes deliveries that have ended long ago, and what is left of endpoints that were deleted; ends what a
/// worker had under way to an endpoint that was disabled, and died with.</summary>
internal sealed partial class PruneDeliveries(
    IServiceScopeFactory scopes, IDatabase database, IOptions<WebhookOptions> options, TimeProvider clock,
    ILogger<PruneDeliveries> logger) : BackgroundService
{
    private const int InOneCommit = 500;
    private static readonly TimeSpan actsKeptFor = TimeSpan.FromDays(365);
    private static readonly TimeSpan interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure); // The next round tries again; nothing depends on it.
            }
        }
    }

    /// <summary>In steps, so that no transaction holds many rows.</summary>
    public async Task RoundAsync(CancellationToken stop)
    {
        await EndAbandonedAsync(stop);
        var before = clock.GetUtcNow() - options.Value.KeptFor;
        await RepeatAsync("ended_at < $1", [before], stop);
        var deleted = await database.QueryAsync(
            "select id from endpoints where state = 'Deleted'", [], row => row.GetGuid(0), stop);
        foreach (var endpoint in deleted)
        {
            await RepeatAsync("endpoint = $1", [endpoint], stop);
            await ChangeAsync(work =>
            {
                work.Enqueue($"delete from key_lines where {Free("endpoint = $1")}", endpoint);
                work.Enqueue("delete from acts where endpoint = $1", endpoint);
                work.Enqueue(
                    """
                    delete from endpoints where id = $1
                        and not exists (select 1 from deliveries where endpoint = $1)
                    """,
                    endpoint);
                return Task.FromResult(0);
            }, stop);
        }
        // A line that nothing stands in begins anew with whatever comes.
        await ChangeAsync(work => work.ExecuteAsync(
            $"""
            delete from key_lines where {Free("changed_at < $1")} and not exists (
                select 1 from deliveries
                where deliveries.endpoint = key_lines.endpoint and deliveries.event_key = key_lines.event_key
                    and deliveries.state = 'Waiting' and deliveries.position is not null)
            """,
            [before], stop), stop);
        await ChangeAsync(work => work.ExecuteAsync(
            "delete from acts where at < $1", [clock.GetUtcNow() - actsKeptFor], stop), stop);
    }

    /// <summary>Their claims have run out, and nobody takes them again.</summary>
    private async Task EndAbandonedAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var closed = await database.QueryAsync(
            """
            select id from endpoints where state in ('Disabled', 'Ended') and exists (
                select 1 from deliveries where endpoint = endpoints.id and due_at <= $1)
            """,
            [now], row => row.GetGuid(0), stop);
        foreach (var endpoint in closed)
        {
            await ChangeAsync(async work =>
            {
                var stillClosed = await work.QueryAsync(
                    "select 1 from endpoints where id = $1 and state in ('Disabled', 'Ended')" + database.ForUpdate(),
                    [endpoint], row => row.GetInt32(0), stop);
                if (stillClosed.Count == 0) return 0;
                return await work.ExecuteAsync(
                    """
                    update deliveries set state = 'Failed', due_at = null, ended_at = $2,
                        fault = coalesce(fault, 'The endpoint was disabled.')
                    where endpoint = $1 and state = 'Waiting' and due_at <= $2
                    """,
                    [endpoint, now], stop);
            }, stop);
        }
    }

    /// <summary>A condition on lines. One that somebody else has locked stays until the next round: who waited for it
    /// here would hold others meanwhile, in an order of its own.</summary>
    private string Free(string condition) =>
        $"(endpoint, event_key) in (select endpoint, event_key from key_lines where {condition}" +
        $"{database.ForUpdateSkipLocked()})";

    private async Task RepeatAsync(string condition, object?[] values, CancellationToken stop)
    {
        int removed;
        do
        {
            removed = await ChangeAsync(async work =>
            {
                var ids = await work.QueryAsync(
                    $"select id from deliveries where {condition} limit {InOneCommit}{database.ForUpdateSkipLocked()}",
                    values, row => row.GetGuid(0), stop);
                if (ids.Count == 0) return 0;
                work.Enqueue(
                    $"delete from attempts where {database.In("delivery", 1)}", database.List(ids));
                // One that is being put back is locked, and stays.
                work.Enqueue(
                    $"delete from deliveries where {condition} and {database.In("id", values.Length + 1)}",
                    [.. values, database.List(ids)]);
                return ids.Count;
            }, stop);
        }
        while (removed == InOneCommit);
    }

    private async Task<int> ChangeAsync(Func<UnitOfWork, Task<int>> change, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var count = await change(work);
        await work.CommitAsync(stop);
        return count;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.PruneFailed, LogLevel.Warning, "Old deliveries were not removed this time")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
