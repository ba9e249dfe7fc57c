using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>What a process does that was started with <c>--migrate</c>: its tables are brought up to date, once and
/// before the new version of the service runs anywhere. Nothing is listened to, nothing is handled.</summary>
internal static partial class MigrateAndEnd
{
    private const string Setting =
        "--" + TesseraOptions.Section + ":" + nameof(TesseraOptions.Migrate) + "=" + nameof(SchemaChange.Only);

    /// <summary>The argument as the setting that it stands for.</summary>
    public static IEnumerable<string> Read(IEnumerable<string> args) =>
        args.Select(arg => arg == ServiceStart.MigrateArgument ? Setting : arg);

    public static async Task<int> RunAsync(WebApplication app)
    {
        app.Services.GetService<IStartupValidator>()?.Validate();
        var databases = app.Services.GetServices<IMigrateDatabase>().ToList();
        foreach (var database in databases) await database.MigrateAsync(CancellationToken.None);
        if (databases.Count == 0) Log.NothingToDo(app.Logger);
        else Log.Done(app.Logger);
        return 0;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Migrated, LogLevel.Information, "The database is up to date")]
        public static partial void Done(ILogger logger);

        [LoggerMessage(EventIds.NothingToMigrate, LogLevel.Information, "There is no database to bring up to date")]
        public static partial void NothingToDo(ILogger logger);
    }
}
