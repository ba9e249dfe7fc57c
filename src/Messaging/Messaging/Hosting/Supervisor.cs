using Microsoft.Extensions.Logging;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Hosting;

/// <summary>Keeps a background loop of the library running; its failures show in the health report.</summary>
internal sealed class Supervisor(
    IMessageStore store, TimeProvider clock, MessagingHealth health, ILogger<Supervisor> logger)
{
    public Task KeepRunningAsync(string part, Func<CancellationToken, Task> loop, CancellationToken stop) =>
        EndlessLoop.RunAsync(
            part, loop, clock, logger, stop, failure => health.Failing(part, failure.Message), IsAway);

    private bool IsAway(Exception failure) => HandlerFailures.IsAway(failure) || store.IsTransient(failure);
}
