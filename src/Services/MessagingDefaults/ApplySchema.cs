using System.Reflection;
using DbUp;
using DbUp.Engine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>Brings the service's own tables up to date before anything of it is handled.</summary>
internal sealed partial class ApplySchema(
    ServiceDatabase database, Assembly service, IOptions<TesseraOptions> tessera, TimeProvider clock,
    ILogger<ApplySchema> logger)
    : IPrepareDatabase
{
    /// <summary>How a file begins that is to run outside of a transaction, as <c>create index concurrently</c>
    /// must.</summary>
    internal const string OutsideTransaction = "-- outside a transaction";

    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(500);

    public Task PrepareAsync(CancellationToken stop)
    {
        var scripts = SchemaScripts.Of(service, database.Engine);
        if (scripts.Count == 0) return Task.CompletedTask;
        return tessera.Value.Migrate is SchemaChange.AtStart or SchemaChange.Only
            ? ApplyAsync(scripts, stop)
            : ExpectAsync(scripts, stop);
    }

    private async Task ExpectAsync(IReadOnlyList<SqlScript> scripts, CancellationToken stop)
    {
        var isTold = false;
        while (Missing(scripts) is { Count: > 0 } missing)
        {
            var names = string.Join(", ", missing);
            if (tessera.Value.Migrate == SchemaChange.Refuse)
            {
                throw new InvalidOperationException(
                    $"The tables in {database} are older than this version: {names} is missing. Run the program with " +
                    $"{ServiceStart.MigrateArgument} first, or set Tessera:Migrate to {SchemaChange.AtStart}.");
            }
            if (!isTold) Log.Waiting(logger, database.ToString()!, names);
            isTold = true;
            await Task.Delay(look, clock, stop);
        }
    }

    private List<string> Missing(IReadOnlyList<SqlScript> scripts) =>
        [.. Engine(scripts, isOutsideTransaction: false).GetScriptsToExecute().Select(script => script.Name)];

    internal async Task ApplyAsync(IReadOnlyList<SqlScript> scripts, CancellationToken stop)
    {
        // Replicas start together: one applies, the others wait and find nothing to do.
        await using var alone = await database.LockSchemaAsync(stop);
        for (var from = 0; from < scripts.Count;)
        {
            var isOutside = IsOutsideTransaction(scripts[from]);
            var alike = scripts.Skip(from).TakeWhile(script => IsOutsideTransaction(script) == isOutside).ToArray();
            Apply(isOutside ? alike : [.. alike.Select(InTransaction)], isOutside);
            from += alike.Length;
        }
    }

    private static bool IsOutsideTransaction(SqlScript script) =>
        script.Contents.StartsWith(OutsideTransaction, StringComparison.Ordinal);

    private SqlScript InTransaction(SqlScript script) => new(script.Name, database.Begin + script.Contents);

    private void Apply(SqlScript[] scripts, bool isOutsideTransaction)
    {
        var result = Engine(scripts, isOutsideTransaction).PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException(
                $"The schema script {result.ErrorScript?.Name} failed on {database}: {result.Error.Message}",
                result.Error);
        }
        foreach (var script in result.Scripts) Log.Applied(logger, script.Name);
    }

    private UpgradeEngine Engine(IReadOnlyList<SqlScript> scripts, bool isOutsideTransaction)
    {
        var upgrade = database.Upgrade(DeployChanges.To).WithScripts(scripts).WithVariablesDisabled().LogToNowhere();
        return (isOutsideTransaction ? upgrade.WithoutTransaction() : upgrade.WithTransactionPerScript()).Build();
    }

    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Warning,
            "Waits until the tables in {Database} are up to date: {Missing} is missing")]
        public static partial void Waiting(ILogger logger, string database, string missing);

        [LoggerMessage(200, LogLevel.Information, "Applied the schema script {Script}")]
        public static partial void Applied(ILogger logger, string script);
    }
}
