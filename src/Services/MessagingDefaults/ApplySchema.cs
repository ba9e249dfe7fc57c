using System.Reflection;
using DbUp;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tessera.MessagingDefaults;

/// <summary>Brings the service's own tables up to date before anything else of it starts.</summary>
internal sealed partial class ApplySchema(
    ServiceDatabase database, Assembly service, ILogger<ApplySchema> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var scripts = SchemaScripts.Of(service, database.Engine);
        if (scripts.Count == 0) return;
        // Replicas start together: one applies, the others wait and find nothing to do.
        await using var alone = await database.LockSchemaAsync(cancellationToken);
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
                $"The schema script {result.ErrorScript?.Name} failed on {database}: {result.Error.Message}", result.Error);
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
    }
}
