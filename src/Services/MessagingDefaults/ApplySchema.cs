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
    /// <summary>How a file begins that is to run outside of a transaction, as <c>create index concurrently</c>
    /// must.</summary>
    internal const string OutsideTransaction = "-- outside a transaction";

    public Task PrepareAsync(CancellationToken stop)
    {
        var scripts = SchemaScripts.Of(service, database.Engine);
        return scripts.Count == 0 ? Task.CompletedTask : ApplyAsync(scripts, stop);
    }

    internal async Task ApplyAsync(IReadOnlyList<SqlScript> scripts, CancellationToken stop)
    {
        // Replicas start together: one applies, the others wait and find nothing to do.
        await using var alone = await database.LockSchemaAsync(stop);
        for (var from = 0; from < scripts.Count;)
        {
            var isOutside = IsOutsideTransaction(scripts[from]);
            var alike = scripts.Skip(from).TakeWhile(script => IsOutsideTransaction(script) == isOutside).ToArray();
            Apply(alike, isOutside);
            from += alike.Length;
        }
    }

    private static bool IsOutsideTransaction(SqlScript script) =>
        script.Contents.StartsWith(OutsideTransaction, StringComparison.Ordinal);

    private void Apply(SqlScript[] scripts, bool isOutsideTransaction)
    {
        var upgrade = database.Upgrade(DeployChanges.To).WithScripts(scripts).WithVariablesDisabled().LogToNowhere();
        upgrade = isOutsideTransaction ? upgrade.WithoutTransaction() : upgrade.WithTransactionPerScript();
        var result = upgrade.Build().PerformUpgrade();
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
