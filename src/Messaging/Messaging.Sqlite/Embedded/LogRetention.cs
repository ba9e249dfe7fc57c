using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.Sqlite;

/// <summary>Deletes what every subscriber has read and nobody may still want, in small steps beside
/// the other writes.</summary>
/// <remarks>Each process does it now and then; two at once find nothing left to do, which costs one read.</remarks>
internal sealed partial class LogRetention(EmbeddedLog log, ILogger<LogRetention> logger) : IAsyncDisposable
{
    /// <summary>Entries deleted in one transaction: a few milliseconds of writing.</summary>
    private const int StepMax = 500;

    private static readonly TimeSpan s_betweenSteps = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_betweenRounds = TimeSpan.FromSeconds(5);

    // The slowest subscriber's position; where there is none, the end.
    private const string Ends =
        """
        SELECT partitions.id, COALESCE(MIN(positions.next), partitions.next), COUNT(positions.next)
        FROM log_partitions AS partitions
        LEFT JOIN log_positions AS positions ON positions.stream = partitions.stream AND positions.partition = partitions.partition
        GROUP BY partitions.id
        """;

    // Looks at the oldest entries only, so a round that finds nothing costs one probe per partition.
    private const string Oldest =
        "SELECT id FROM (SELECT id, at FROM log_entries WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $4) WHERE at < $3";

    private readonly CancellationTokenSource _stop = new();
    private Task _trimming = Task.CompletedTask;

    public void Start() => _trimming = EndlessLoop.RunAsync(
        "Trimming the embedded log", TrimAsync, log.Clock, logger, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _trimming.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>One round; returns how many entries were deleted.</summary>
    internal async Task<int> TrimOnceAsync(CancellationToken stop)
    {
        var deleted = 0;
        using var link = log.OpenReader();
        var now = log.Clock.GetUtcNow();
        var ends = link.Query(
            Ends, [], row => (Partition: row.GetInt64(0), End: row.GetInt64(1), Subscribers: row.GetInt64(2)));
        foreach (var (partition, end, subscribers) in ends)
        {
            var before = now - (subscribers > 0 ? log.Options.RetainRead : log.Options.RetainUnclaimed);
            object?[] bounds = [LogSchema.EntryId(partition, 0), LogSchema.EntryId(partition, end), before, StepMax];
            while (link.QueryNumber($"SELECT EXISTS ({Oldest})", bounds) == 1)
            {
                deleted += await log.Writer.RunAsync(
                    LogWrite.Note,
                    writer => writer.Execute($"DELETE FROM log_entries WHERE id IN ({Oldest})", bounds), stop)
                    .ConfigureAwait(false);
                await Task.Delay(s_betweenSteps, log.Clock, stop).ConfigureAwait(false);
            }
        }
        return deleted;
    }

    private async Task TrimAsync(CancellationToken stop)
    {
        while (true)
        {
            // Not all processes at once.
            var pause = s_betweenRounds * (1 + Random.Shared.NextDouble());
            await Task.Delay(pause, log.Clock, stop).ConfigureAwait(false);
            try
            {
                await TrimOnceAsync(stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                Log.CannotTrim(logger, failure.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Cannot trim the embedded log; trying again: {Reason}")]
        public static partial void CannotTrim(ILogger logger, string reason);
    }
}
