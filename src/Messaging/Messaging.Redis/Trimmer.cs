using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Tessera.Messaging.Redis;

/// <summary>
/// Removes what all groups of a stream have settled. A step is one script, so it needs no lease: two processes that
/// trim at once remove the same entries.
/// </summary>
internal sealed partial class Trimmer(RedisLink link, RedisOptions options, TimeProvider clock, ILogger logger)
{
    private const int StepsMax = 100;
    private static readonly TimeSpan ComplaintInterval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> _complained = [];

    public async Task RunAsync(IReadOnlyCollection<(string Stream, int Partitions)> streams, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(options.TrimInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) return;
            try
            {
                foreach (var (stream, partitions) in streams)
                {
                    for (var partition = 0; partition < partitions; partition++)
                        await TrimAsync(stream, partition, stop).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Log.Failed(logger, failure.Message); // The next turn tries again; nothing is lost by trimming late.
            }
        }
    }

    private async Task TrimAsync(string stream, int partition, CancellationToken stop)
    {
        var database = (await link.OpenAsync(stop).ConfigureAwait(false)).GetDatabase();
        var key = Keys.Stream(stream, partition);
        var oldest = (clock.GetUtcNow() - options.RetentionWithoutGroups).ToUnixTimeMilliseconds();
        for (var step = 0; step < StepsMax && !stop.IsCancellationRequested; step++)
        {
            var answer = (RedisResult[])(await database.ScriptEvaluateAsync(
                Scripts.Trim, [key], [options.TrimStep, oldest]).ConfigureAwait(false))!;
            if ((long)answer[0] > 0) continue;
            if ((long)answer[2] > 0)
            {
                await ComplainAsync(
                    database, stream, partition, (string)answer[1]!, (long)answer[2]).ConfigureAwait(false);
            }
            return;
        }
    }

    /// <summary>A group that nobody reads for holds back the trimming until the memory is full.</summary>
    private async Task ComplainAsync(IDatabase database, string stream, int partition, string group, long behind)
    {
        if (await database.KeyExistsAsync(Keys.Lease(stream, partition, group)).ConfigureAwait(false)) return;
        var name = Keys.Stream(stream, partition) + " " + group;
        if (_complained.TryGetValue(name, out var last) && clock.GetElapsedTime(last) < ComplaintInterval) return;
        _complained[name] = clock.GetTimestamp();
        Log.NobodyReads(logger, Keys.Stream(stream, partition), group, behind);
    }

    private static partial class Log
    {
        [LoggerMessage(3250, LogLevel.Warning,
            "Nobody reads {Stream} for {Group}: {Behind} entries wait and cannot be trimmed. " +
            "Start it, or, if it is gone for good, remove its group: XGROUP DESTROY {Stream} {Group}")]
        public static partial void NobodyReads(ILogger logger, string stream, string group, long behind);

        [LoggerMessage(3251, LogLevel.Information, "Redis streams could not be trimmed this time: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
