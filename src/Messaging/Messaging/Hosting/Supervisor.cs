using Microsoft.Extensions.Logging;

namespace Tessera.Messaging.Hosting;

/// <summary>Keeps a background loop of the library running; its failures show in the health report.</summary>
internal sealed class Supervisor(TimeProvider clock, MessagingHealth health, ILogger<Supervisor> logger)
{
    public Task KeepRunningAsync(string part, Func<CancellationToken, Task> loop, CancellationToken stop) =>
        EndlessLoop.RunAsync(
            part, loop, clock, logger, stop, failure => health.Failing(part, failure.Message));
}
