using System.Reflection;
using DbUp;
using DbUp.Engine;
using Microsoft.Extensions.Logging;
using Tessera.Messaging;

namespace Tessera.MessagingDefaults;

/// <summary>Brings the service's own tables up to date before anything of it is handled.</summary>
internal sealed partial class ApplySchema(ServiceDatabase database, Assembly service, ILogger<ApplySchema> logger)
    : IPrepareDatabase
{
    public Task PrepareAsync(CancellationToken stop)
    {
        var scripts = SchemaScripts.Of(service, database.Engine);
        return scripts.Count == 0 ? Task.CompletedTask : ApplyAsync(scripts, stop);
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

    private static partial class Log
    {
        [LoggerMessage(200, LogLevel.Information, "Applied the schema script {Script}")]
        public static partial void Applied(ILogger logger, string script);
    }
}
