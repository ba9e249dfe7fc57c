using System.Reflection;
using DbUp;
using DbUp.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Store;

namespace Tessera.MessagingDefaults;

/// <summary>Brings the service's own tables up to date before anything else of it starts.</summary>
internal sealed partial class ApplySchema(
    ServiceDatabase database, Assembly service, IMessageStore store, TimeProvider clock, ILogger<ApplySchema> logger)
    : IHostedLifecycleService
{
    private static readonly TimeSpan retryMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan retryMax = TimeSpan.FromSeconds(5);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var scripts = SchemaScripts.Of(service, database.Engine);
        if (scripts.Count == 0) return;
        for (var pause = retryMin; ; pause = pause * 2 < retryMax ? pause * 2 : retryMax)
        {
            try
            {
                await ApplyAsync(scripts, cancellationToken);
                return;
            }
            catch (Exception away) when (store.IsTransient(away)
                || (away.InnerException is { } inner && store.IsTransient(inner)))
            {
                Log.Waiting(logger, database.ToString()!, away.Message);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    private async Task ApplyAsync(IReadOnlyList<SqlScript> scripts, CancellationToken stop)
    {
        // Replicas start together: one applies, the others wait and find nothing to do.
        await using var alone = await database.LockSchemaAsync(stop);
        var result = database.Upgrade(DeployChanges.To)
            .WithScripts(scripts)
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException(
                $"The schema script {result.ErrorScript?.Name} failed on {database}: {result.Error.Message}",
                result.Error);
        }
        foreach (var script in result.Scripts) Log.Applied(logger, script.Name);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Information, "Applied the schema script {Script}")]
        public static partial void Applied(ILogger logger, string script);

        [LoggerMessage(201, LogLevel.Warning, "The database {Database} is away, the schema waits for it: {Reason}")]
        public static partial void Waiting(ILogger logger, string database, string reason);
    }
}
