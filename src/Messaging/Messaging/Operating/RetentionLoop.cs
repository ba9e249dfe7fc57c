using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Leasing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Operating;

/// <summary>Removes what the inbox need not remember any more, in small steps.</summary>
internal sealed class RetentionLoop(
    IMessageStore store, LeaseKeeper leases, IOptions<InboxOptions> options, TimeProvider clock,
    Checkpoints checkpoints, MessagingHealth health)
{
    public const string Part = "retention";

    private readonly InboxOptions _options = options.Value;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var before = clock.GetUtcNow() - _options.Retention;
            while (leases.Holds(Chores.Retention)
                && await store.TrimInboxAsync(before, _options.TrimStep, stop).ConfigureAwait(false)
                    >= _options.TrimStep)
            {
                checkpoints.Pass(Checkpoint.RetentionTrimmed);
            }
            health.Healthy(Part);
            await Task.Delay(_options.TrimInterval, clock, stop).ConfigureAwait(false);
        }
    }
}
